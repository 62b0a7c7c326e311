import "../../browser/no-compiling.js";
import "./mail.css";
import { render } from "preact";
import { AgentClient } from "../../browser/agent-client.js";
import { pairingStore } from "../../browser/agent-pairing.js";
import { agentPorts } from "../../browser/agent-ports.js";
import { forgetPin } from "../../browser/pin.js";
import { deliver } from "../deliver.js";
import { messagesIn } from "../messages.js";
import { NearbyAgent } from "../nearby-agent.js";
import { inDialog } from "../office/agree-in-dialog.js";
import { isToFinish, openMail, readMail, watchCompose, watchRead } from "../office/outlook.js";
import { followTheme } from "../office/theme.js";
import { Outside } from "../outside.js";
import { signInHere } from "../session.js";
import { Compose } from "./compose.js";
import { ComposeApp } from "./compose-app.js";
import { handOver } from "./hand-over.js";
import { mailMessagesIn } from "./messages.js";
import { Read } from "./read.js";
import { ReadApp } from "./read-app.js";
import { openMailSession } from "./session.js";

declare const SEALWRIGHT_VERSION: string;

const language = (): string => Office.context.displayLanguage;

function beginCompose(item: Office.MessageCompose, root: HTMLElement): void {
  const [say, mail] = [messagesIn(language()), mailMessagesIn(language())];
  const now = Date.now;
  const client = new AgentClient({
    name: mail.outlook,
    version: SEALWRIGHT_VERSION,
    store: pairingStore(Office.context.partitionKey),
    ports: agentPorts(document),
  });
  const agent = new NearbyAgent(client, location.origin);
  const options = { now, language: language(), agentFor: agent.protectorFor };
  const compose = new Compose(
    {
      mail: openMail(item),
      agent,
      signIn: (anew, signal) => openMailSession(inDialog({ anew, signal }), options),
      forgetKey: forgetPin,
      deliver,
      watch: (changed) => watchCompose(item, changed),
      isToFinish: () => isToFinish(item),
      language: language(),
      now,
    },
    (changed) => render(<ComposeApp compose={changed} say={say} mail={mail} />, root),
  );
  void compose.start();
}

function beginRead(root: HTMLElement): void {
  const [say, mail] = [messagesIn(language()), mailMessagesIn(language())];
  const parts = {
    ...readMail(() => Office.context.mailbox.item as unknown as Office.MessageRead | null),
    signIn: (signal: AbortSignal) => signInHere(inDialog({ anew: false, signal })),
    handOver,
    deliver,
    watch: watchRead,
    language: language(),
  };
  new Read(parts, (changed) => render(<ReadApp read={changed} say={say} mail={mail} />, root)).start();
}

function begin(host: string | null): void {
  const root = document.createElement("div");
  root.id = "pane";
  document.body.replaceChildren(root);
  if (host !== "Outlook") {
    render(<Outside say={messagesIn(document.documentElement.lang)} />, root);
    return;
  }
  followTheme();
  document.documentElement.lang = language();
  const item = Office.context.mailbox.item as unknown as Office.MessageCompose | Office.MessageRead | null;
  // of a mail that is written, the subject can be set
  if (item !== null && typeof item.subject === "object") beginCompose(item as Office.MessageCompose, root);
  else beginRead(root);
}

void Office.onReady(({ host }) => begin(host === null ? null : String(host)));
