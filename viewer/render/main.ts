import "./content.css";
import { guard } from "./guard.js";
import { readImage } from "./image-pages.js";
import type { Pages } from "./pages.js";
import { printPages } from "./print.js";
import type { CannotShow, FromFrame, Start, ToFrame } from "./protocol.js";
import { RemoteSource } from "./remote-source.js";
import { Scroller } from "./scroller.js";
import { TextColumn } from "./text-column.js";
import { maxTextBytes, readText, TextPages } from "./text-pages.js";
import type { View, Zoom } from "./view.js";

/** The frame that content is shown in. It knows no key, no license and no address: bytes come in, and are drawn. */

addEventListener("message", begin);

function begin({ source, data, ports: [port] }: MessageEvent<Start>): void {
  if (source !== parent || port === undefined) return;
  removeEventListener("message", begin);
  guard(data.may);
  const tell = (message: FromFrame) => port.postMessage(message);
  const remote = new RemoteSource(data.size, port);
  const heard: { by?: (message: ToFrame) => void } = {};
  port.onmessage = ({ data: message }: MessageEvent<ToFrame>) => {
    if (!remote.hear(message)) heard.by?.(message);
  };
  show(data, remote).then(
    (shown) => {
      if ("why" in shown) tell({ type: "cannot", why: shown.why });
      else {
        heard.by = shown.obey;
        tell({ type: "shown" });
      }
    },
    () => tell({ type: "cannot", why: "unsuitable" }),
  );
}

type Shown = { why: CannotShow } | { obey(message: ToFrame): void };

async function show(start: Start, source: RemoteSource): Promise<Shown> {
  const ground = document.createElement("main");
  ground.tabIndex = 0;
  ground.setAttribute("aria-label", start.name);
  document.body.append(ground);
  const shown = start.kind === "text" ? await showText(start, source, ground) : await showImage(start, source, ground);
  if ("why" in shown) return shown;
  await shown.view.shown();
  ground.focus({ preventScroll: true });
  const obey = (message: ToFrame) => {
    if (message.type === "zoom") shown.view.zoom(message.by);
    if (message.type === "print" && start.may.print) void printPages(shown.pages, start.mark);
  };
  listenToKeys(obey);
  return { obey };
}

type Seen = { why: CannotShow } | { pages: Pages; view: View };

/** Who may extract gets text as text, which can be selected, searched and read out; others a picture of it. */
async function showText(start: Start, source: RemoteSource, ground: HTMLElement): Promise<Seen> {
  if (source.size > maxTextBytes) return { why: "too-large" };
  const text = await readText(source);
  const pages = new TextPages(text);
  const view = start.may.extract ? new TextColumn(ground, text, start.mark) : new Scroller(ground, pages, start);
  return { pages, view };
}

async function showImage(start: Start, source: RemoteSource, ground: HTMLElement): Promise<Seen> {
  const pages = await readImage(source, start.extension);
  return pages === null ? { why: "unsuitable" } : { pages, view: new Scroller(ground, pages, start) };
}

const zoomKeys: Record<string, Zoom> = { "+": "in", "=": "in", "-": "out", "0": "fit" };

/** Inside the frame the viewer does not hear keys. Those of the browser itself (with Ctrl) stay the browser's. */
function listenToKeys(obey: (message: ToFrame) => void): void {
  addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey } = event;
    const by = zoomKeys[key];
    if (by !== undefined && !ctrlKey && !metaKey) obey({ type: "zoom", by });
    if (key.toLowerCase() === "p" && (ctrlKey || metaKey)) {
      event.preventDefault();
      obey({ type: "print" });
    }
  });
}
