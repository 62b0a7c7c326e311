import "./content.css";
import { beginWith } from "./frame.js";
import { openPdf } from "./pdf-pages.js";
import { Scroller } from "./scroller.js";

/** The frame for PDFs: a bundle of its own, since what takes them apart is large. */

beginWith(async ({ start, source, ground, moved }) => {
  const { mark, name, may } = start;
  const pages = await openPdf(source, start.worker!);
  return { pages, view: new Scroller(ground, pages, { mark, name, extract: may.extract }, moved) };
});
