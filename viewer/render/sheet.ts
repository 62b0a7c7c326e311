import { drawPage } from "./draw-page.js";
import type { PageSize, Pages } from "./pages.js";

/** What every page is drawn with. */
export interface SheetStyle {
  readonly mark: readonly string[];
  /** Of the content, for people who do not see it. */
  readonly name: string;
  /** Whether text may lie over the picture of it, to be selected. */
  readonly extract: boolean;
}

/** One page at its place: the picture of it, and where that is allowed its text over it. */
export class Sheet {
  readonly element = document.createElement("div");
  readonly #canvas = document.createElement("canvas");
  #isGone = false;

  constructor(label: string, top: number, left: number, { width, height }: PageSize) {
    this.element.className = "sheet";
    Object.assign(this.element.style, {
      top: `${top}px`,
      left: `${left}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", label);
    this.element.append(this.#canvas);
  }

  /** @param zoom - CSS pixels to one of the page. */
  async draw(pages: Pages, index: number, zoom: number, { mark, extract }: SheetStyle): Promise<void> {
    await drawPage(pages, mark, this.#canvas, index, zoom * devicePixelRatio, zoom * pages.sizeOf(index).width);
    if (!extract || this.#isGone || pages.layer === undefined) return;
    const layer = document.createElement("div");
    layer.className = "textLayer";
    layer.style.setProperty("--total-scale-factor", String(zoom));
    this.element.append(layer);
    await pages.layer(index, layer, zoom);
    this.#canvas.setAttribute("aria-hidden", "true"); // the text says it
  }

  remove(): void {
    this.#isGone = true;
    this.element.remove();
    this.#canvas.width = 0; // lets go of the picture at once, not when it is collected
  }
}
