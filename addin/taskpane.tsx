import "../browser/no-compiling.js";
import "./taskpane.css";
import { render } from "preact";
import { AgentClient } from "../browser/agent-client.js";
import { pairingStore } from "../browser/agent-pairing.js";
import { agentPorts } from "../browser/agent-ports.js";
import { forgetPin } from "../browser/pin.js";
import { App } from "./app.js";
import { deliver } from "./deliver.js";
import { messagesIn } from "./messages.js";
import { NearbyAgent } from "./nearby-agent.js";
import { inDialog } from "./office/agree-in-dialog.js";
import { openDocument } from "./office/open-document.js";
import { followTheme } from "./office/theme.js";
import { Outside } from "./outside.js";
import { Pane, type PaneParts } from "./pane.js";
import { pageSession, signInHere } from "./session.js";

declare const SEALWRIGHT_VERSION: string;

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
  const client = new AgentClient({
    name: say.programs[open.program],
    version: SEALWRIGHT_VERSION,
    store: pairingStore(Office.context.partitionKey),
    ports: agentPorts(document),
  });
  const agent = new NearbyAgent(client, location.origin);
  const options = { now, language: contentLanguage, agentFor: agent.protectorFor };
  const parts: PaneParts = {
    document: open,
    agent,
    signIn: async (anew, signal) => pageSession(await signInHere(inDialog({ anew, signal })), options),
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
