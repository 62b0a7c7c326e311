import "./viewer.css";
import { signedInChannel } from "../shared/protocol/page-api.js";
import { messagesOf } from "./messages.js";

/** Where a sign-in comes back to: tells the page that waits, and closes. */

const say = messagesOf(document);
new BroadcastChannel(signedInChannel).postMessage(location.search);
history.replaceState(null, "", location.pathname); // the code is used up, and nobody's to see
const [card, title, next] = ["main", "h1", "p"].map((name) => document.createElement(name));
card!.className = "card";
title!.textContent = say.signedIn;
next!.textContent = say.signedInNext;
card!.append(title!, next!);
document.body.append(card!);
window.close();
