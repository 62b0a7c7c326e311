import "./sign-in.css";
import { officeSignedInPath } from "../shared/protocol/page-api.js";
import { messagesIn } from "./messages.js";

/**
 * First and last page of the window that Office opens for a sign-in. First it goes on to the service's own sign-in, and
 * nowhere else; last it hands the answer to the pane, which alone can use it.
 */

const say = messagesIn(document.documentElement.lang);

function show(title: string, text: string): void {
  const [main, heading, line] = ["main", "h1", "p"].map((name) => document.createElement(name));
  heading!.textContent = title;
  line!.textContent = text;
  main!.append(heading!, line!);
  document.body.replaceChildren(main!);
}

function begin(): void {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const url = URL.canParse(wanted) ? new URL(wanted) : null;
  if (url?.origin === location.origin && url.pathname.startsWith("/oidc/")) location.replace(url.href);
  else show(say.strangeWindow, say.closeWindow);
}

function end(): void {
  show(say.signedIn, say.closeWindow);
  Office.context.ui.messageParent(location.search); // the pane closes the window; Office takes the means to clear its address
}

void Office.onReady(() => {
  if (location.pathname === officeSignedInPath) end();
  else begin();
});
