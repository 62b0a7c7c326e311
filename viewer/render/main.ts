import "./content.css";
import { beginWith, type Seen, type Stage } from "./frame.js";
import { readImage } from "./image-pages.js";
import { Scroller } from "./scroller.js";
import { TextColumn } from "./text-column.js";
import { maxTextBytes, readText, TextPages } from "./text-pages.js";
import { CannotDraw } from "./tiff-directory.js";
import { openTiff } from "./tiff-pages.js";

/** The frame for text and pictures. */

beginWith((stage) => {
  if (stage.start.kind === "tiff") return showTiff(stage);
  return stage.start.kind === "text" ? showText(stage) : showImage(stage);
});

/** Who may extract gets text as text, which can be selected, searched and read out; others a picture of it. */
async function showText({ start, source, ground, moved }: Stage): Promise<Seen> {
  const { mark, name, may } = start;
  if (source.size > maxTextBytes) return { why: "too-large" };
  const text = await readText(source);
  const pages = new TextPages(text);
  const view = may.extract
    ? new TextColumn(ground, text, mark)
    : new Scroller(ground, pages, { mark, name, extract: false }, moved);
  return { pages, view };
}

async function showImage({ start, source, ground }: Stage): Promise<Seen> {
  const { mark, name } = start;
  const pages = await readImage(source, start.extension);
  if (pages === null) return { why: "unsuitable" };
  return { pages, view: new Scroller(ground, pages, { mark, name, extract: false }) };
}

async function showTiff({ start, source, ground, moved, cannot }: Stage): Promise<Seen> {
  const { mark, name } = start;
  try {
    const pages = await openTiff(source, cannot);
    return { pages, view: new Scroller(ground, pages, { mark, name, extract: false }, moved) };
  } catch (error) {
    if (error instanceof CannotDraw) return { why: error.why };
    throw error;
  }
}
