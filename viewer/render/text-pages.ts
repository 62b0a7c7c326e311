import { collect, streamOf } from "../../shared/bytes.js";
import type { PageSize, Pages } from "./pages.js";
import type { RemoteSource } from "./remote-source.js";
import { decodeText, linesOf, wrapLine } from "./text.js";

/** Longer texts are not for looking at, and would take more memory than a phone gives a page. */
export const maxTextBytes = 16 << 20;

const font = (size: number) => `${size}px ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace`;
const fontSize = 15;
const lineHeight = 22;
const widest = 860;
const narrowest = 200;

export const readText = async (source: RemoteSource): Promise<string> =>
  decodeText(await collect(streamOf(source), maxTextBytes));

/** A text on pages as wide as the window: nobody scrolls to the side on a phone. */
export class TextPages implements Pages {
  readonly #lines: readonly string[];
  readonly #context = document.createElement("canvas").getContext("2d")!;
  #rows: string[] = [];
  #width = 0;

  constructor(text: string) {
    this.#lines = linesOf(text);
    this.fit(widest);
  }

  get #margin(): number {
    return Math.min(56, this.#width / 14);
  }

  get #rowsPerPage(): number {
    return Math.floor((this.#width * Math.SQRT2 - 2 * this.#margin) / lineHeight);
  }

  get count(): number {
    return Math.max(1, Math.ceil(this.#rows.length / this.#rowsPerPage));
  }

  fit(width: number): void {
    this.#width = Math.min(widest, Math.max(narrowest, width - 32));
    this.#context.font = font(fontSize);
    const measure = (text: string) => this.#context.measureText(text).width;
    const room = this.#width - 2 * this.#margin;
    const letter = measure("0");
    this.#rows = this.#lines.flatMap((line) => wrapLine(line, room, letter, measure));
  }

  sizeOf(): PageSize {
    return { width: this.#width, height: this.#rowsPerPage * lineHeight + 2 * this.#margin };
  }

  async draw(index: number, canvas: HTMLCanvasElement, scale: number): Promise<void> {
    const context = canvas.getContext("2d")!;
    context.save();
    context.scale(scale, scale);
    context.font = font(fontSize);
    context.fillStyle = "#242424";
    const first = index * this.#rowsPerPage;
    for (const [at, row] of this.#rows.slice(first, first + this.#rowsPerPage).entries())
      context.fillText(row, this.#margin, this.#margin + (at + 0.75) * lineHeight);
    context.restore();
  }
}
