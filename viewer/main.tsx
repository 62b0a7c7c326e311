import "../browser/no-compiling.js";
import "./viewer.css";
import { begin } from "./begin.js";
import { toOpen } from "./pdf-twin.js";
import { takeWaiting } from "./waiting-file.js";

const desk = begin();

/** A file dropped anywhere on the page is meant for it: a browser would go there, and away from here. */
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const file = toOpen(event.dataTransfer?.files ?? []);
  if (file !== null) void desk.choose(file);
});

/** From a sealed page, by way of the window that it opened. */
void takeWaiting().then((file) => {
  if (file !== null) void desk.choose(file);
});
