import "../browser/no-compiling.js";
import "./taskpane.css";
import { render } from "preact";
import { forgetPin } from "../browser/pin.js";
import { App } from "./app.js";
import { messagesIn } from "./messages.js";
import { inDialog } from "./office/agree-in-dialog.js";
import { openDocument } from "./office/open-document.js";
import { followTheme } from "./office/theme.js";
import { Outside } from "./outside.js";
import { Pane, type PaneParts } from "./pane.js";
import { openSession } from "./session.js";

/** As a download: the browser asks where, or puts it where it always does. */
function deliver(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // not before the browser has taken it
}

function begin(host: string | null): void {
  const root = document.createElement("div");
  root.id = "pane";
  document.body.replaceChildren(root);
  const open = openDocument(host);
  if (open === null) {
    render(<Outside say={messagesIn(document.documentElement.lang)} />, root);
    return;
  }
  followTheme();
  const { displayLanguage, contentLanguage } = Office.context;
  const say = messagesIn(displayLanguage);
  document.documentElement.lang = displayLanguage;
  const now = Date.now;
  const parts: PaneParts = {
    document: open,
    signIn: (anew, signal) => openSession(inDialog({ anew, signal }), now),
    forgetKey: forgetPin,
    deliver,
    language: displayLanguage,
    contentLanguage,
    unsaved: say.unsaved[open.program],
    now,
  };
  const pane = new Pane(parts, (changed) => render(<App pane={changed} say={say} />, root));
  void pane.start();
}

// what it is called, or nothing outside of Office, whatever its type says
void Office.onReady(({ host }) => begin(host === null ? null : String(host)));
