import { guard } from "./guard.js";
import type { Pages } from "./pages.js";
import { Printer } from "./print.js";
import type { CannotShow, FromFrame, Start, ToFrame } from "./protocol.js";
import { RemoteSource } from "./remote-source.js";
import { Thumbnails } from "./thumbnails.js";
import type { View, Zoom } from "./view.js";

/** The frame that content is shown in. It knows no key, no license and no address: bytes come in, and are drawn. */

/** The script of this frame by its name, which changes with its content. */
const program = (document.currentScript as HTMLScriptElement | null)?.src.split("/").at(-1) ?? "";

/** Content that is shown, and its pages for the printer; or why it is not. */
export type Seen = { readonly why: CannotShow } | { readonly pages: Pages; readonly view: View };

/** What there is to show with. */
export interface Stage {
  readonly start: Start;
  readonly source: RemoteSource;
  readonly ground: HTMLElement;
  /** Tells the viewer which page is in front. */
  readonly moved: (page: number, count: number) => void;
  /** Tells it that a page cannot be drawn: nothing is shown any more. */
  readonly cannot: (why: CannotShow) => void;
}

/** Waits for the viewer, and shows what it sends. @param show - for the kinds of content this frame knows. */
export function beginWith(show: (stage: Stage) => Promise<Seen>): void {
  const begin = ({ source, data: start, ports: [port] }: MessageEvent<Start>): void => {
    if (source !== parent || port === undefined) return;
    removeEventListener("message", begin);
    guard(start.may);
    const content = new RemoteSource(start.size, port);
    const conversation = new Conversation(start, port, content);
    conversation.tell({ type: "hello", program });
    conversation.showBy(show).catch(() => conversation.tell({ type: "cannot", why: "unsuitable" }));
  };
  addEventListener("message", begin);
}

class Conversation {
  readonly #start: Start;
  readonly #port: MessagePort;
  readonly #source: RemoteSource;
  #seen: { pages: Pages; view: View } | null = null;
  #printer: Printer | null = null;
  #thumbnails: Thumbnails | null = null;
  #page = 0;

  constructor(start: Start, port: MessagePort, source: RemoteSource) {
    this.#start = start;
    this.#port = port;
    this.#source = source;
    port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
      if (!source.hear(data)) this.#obey(data);
    };
  }

  tell(message: FromFrame): void {
    this.#port.postMessage(message);
  }

  async showBy(show: (stage: Stage) => Promise<Seen>): Promise<void> {
    const ground = document.createElement("main");
    ground.tabIndex = 0;
    ground.setAttribute("aria-label", this.#start.name);
    document.body.append(ground);
    const moved = (page: number, count: number) => {
      this.#page = page;
      this.#thumbnails?.mark(page);
      this.tell({ type: "at", page, count });
    };
    const cannot = (why: CannotShow) => this.tell({ type: "cannot", why });
    const seen = await show({ start: this.#start, source: this.#source, ground, moved, cannot });
    if ("why" in seen) return this.tell({ type: "cannot", why: seen.why });
    await seen.view.shown();
    this.#seen = seen;
    if (this.#start.may.print) this.#printer = this.#printerOf(seen.pages);
    ground.focus({ preventScroll: true });
    listenToKeys((message) => this.#obey(message));
    this.tell({ type: "shown" });
  }

  #obey(message: ToFrame): void {
    const { may } = this.#start;
    if (this.#seen === null) return;
    const { view, pages } = this.#seen;
    if (message.type === "zoom") view.zoom(message.by);
    if (message.type === "go") view.go?.(message.page);
    if (message.type === "thumbnails") this.#openThumbnails(message.isOpen);
    if (message.type === "print") void this.#printer?.print(message.part);
    if (message.type === "find" && may.extract) void this.#find(message.text, pages, view);
  }

  #openThumbnails(isOpen: boolean): void {
    this.#thumbnails ??= this.#thumbnailsOf(this.#seen!);
    document.body.classList.toggle("with-thumbnails", isOpen);
    this.#thumbnails.mark(this.#page);
    if (isOpen) this.#thumbnails.focus();
    else document.querySelector<HTMLElement>("main")!.focus({ preventScroll: true });
  }

  #thumbnailsOf({ pages, view }: { pages: Pages; view: View }): Thumbnails {
    const closed = () => {
      this.#openThumbnails(false);
      this.tell({ type: "thumbnails", isOpen: false });
    };
    const picked = (index: number) => {
      view.go?.(index);
      if (isNarrow()) closed();
    };
    const { mark, name, thumbnails: label } = this.#start;
    const resized = () => view.resized?.();
    const thumbnails = new Thumbnails({ pages, mark, label, name, picked, resized, closed });
    document.body.prepend(thumbnails.element);
    return thumbnails;
  }

  #printerOf = (pages: Pages): Printer =>
    new Printer(pages, this.#start.mark, (progress) => this.tell({ type: "printing", progress }));

  async #find(text: string, pages: Pages, view: View): Promise<void> {
    const page = (await pages.find?.(text, this.#page + 1)) ?? null;
    if (page !== null) view.go?.(page);
    this.tell({ type: "found", page });
  }
}

/** They are in front of the page then, not beside it; content.css has the same width. */
const isNarrow = (): boolean => matchMedia("(max-width: 40rem)").matches;

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
