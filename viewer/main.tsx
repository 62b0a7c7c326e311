import "../browser/no-compiling.js";
import "./viewer.css";
import { render } from "preact";
import { App } from "./app.js";
import { Desk } from "./desk.js";
import { messagesOf } from "./messages.js";

const say = messagesOf(document);
const root = document.createElement("div");
root.id = "viewer";
document.body.append(root);
document.body.dataset.printed = say.printBlank;
const desk = new Desk((changed) => render(<App desk={changed} say={say} />, root));
render(<App desk={desk} say={say} />, root);

/** A file dropped anywhere on the page is meant for it: a browser would go there, and away from here. */
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file) void desk.choose(file);
});
