import { type View, type Zoom, zoomed } from "./view.js";
import { drawWatermark } from "./watermark.js";

/** A text as text, in one column, with the mark over what is in view. */
export class TextColumn implements View {
  readonly #text = document.createElement("pre");
  #zoom = 1;

  constructor(ground: HTMLElement, text: string, mark: readonly string[]) {
    this.#text.textContent = text;
    const over = document.createElement("canvas");
    over.className = "mark";
    over.setAttribute("aria-hidden", "true");
    ground.append(this.#text, over);
    new ResizeObserver(() => {
      over.width = innerWidth * devicePixelRatio;
      over.height = innerHeight * devicePixelRatio;
      over.style.width = `${innerWidth}px`;
      over.style.height = `${innerHeight}px`;
      drawWatermark(over, mark, devicePixelRatio);
    }).observe(document.documentElement);
  }

  async shown(): Promise<void> {}

  zoom(by: Zoom): void {
    this.#zoom = zoomed(this.#zoom, by);
    this.#text.style.fontSize = `${0.9375 * this.#zoom}em`;
  }
}
