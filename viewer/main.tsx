import "../browser/no-compiling.js";
import "./viewer.css";
import { begin } from "./begin.js";
import { keepShell, onLaunched, takeShared } from "./installed.js";
import { toOpen } from "./pdf-twin.js";
import { takeWaiting } from "./waiting-file.js";

const desk = begin();

const open = (files: Iterable<File>): void => {
  const file = toOpen(files);
  if (file !== null) void desk.choose(file);
};

/** A file dropped anywhere on the page is meant for it: a browser would go there, and away from here. */
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  open(event.dataTransfer?.files ?? []);
});
onLaunched(open);
void takeShared().then(open);
addEventListener("load", () => keepShell(), { once: true });

/** From a sealed page, by way of the window that it opened. */
void takeWaiting().then((file) => {
  if (file !== null) void desk.choose(file);
});
