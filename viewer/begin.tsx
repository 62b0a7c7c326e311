import { render } from "preact";
import { App } from "./app.js";
import { Desk } from "./desk.js";
import { messagesOf } from "./messages.js";

/** Puts the viewer into the page. */
export function begin(): Desk {
  const say = messagesOf(document);
  const root = document.createElement("div");
  root.id = "viewer";
  document.body.append(root);
  document.body.dataset.printed = say.printBlank;
  const desk = new Desk((changed) => render(<App desk={changed} say={say} />, root));
  render(<App desk={desk} say={say} />, root);
  return desk;
}
