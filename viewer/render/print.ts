import { drawPage } from "./draw-page.js";
import type { PageSize, Pages } from "./pages.js";
import { maxPrintedPages, type PrintedPart, type Printing } from "./protocol.js";

/** Pixels on paper to one on the screen. */
const scale = 2;

/** A sheet of A4 or Letter without its margins, in CSS pixels. */
const sheet: PageSize = { width: 700, height: 1000 };

const widthOnPaper = ({ width, height }: PageSize): number =>
  width * Math.min(1, sheet.width / width, sheet.height / height);

/** Where a browser does not say that it has taken the pages, they go after so long, in ms. */
const maxDialogMs = 60_000;

/** Pages as pictures with their mark, then the browser's own dialog; afterwards nothing is left of them. */
export class Printer {
  readonly #pages: Pages;
  readonly #mark: readonly string[];
  readonly #prepared: (progress: Printing) => void;
  #isBusy = false;

  constructor(pages: Pages, mark: readonly string[], prepared: (progress: Printing) => void) {
    this.#pages = pages;
    this.#mark = mark;
    this.#prepared = prepared;
  }

  /** One at a time: a key that is held down asks again and again. @param part - counted from 0, its end included. */
  async print(part: PrintedPart = { from: 0, to: this.#pages.count - 1 }): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const sheets = document.createElement("div");
    sheets.className = "sheets";
    document.body.append(sheets);
    try {
      for await (const [done, count] of this.#fill(sheets, part)) this.#prepared({ done, count });
      await throughDialog();
      this.#prepared(null);
    } catch {
      this.#prepared("failed");
    } finally {
      for (const { src } of sheets.querySelectorAll("img")) URL.revokeObjectURL(src);
      sheets.remove();
      this.#isBusy = false;
    }
  }

  async *#fill(sheets: HTMLElement, { from, to }: PrintedPart): AsyncGenerator<readonly [number, number]> {
    const first = Math.max(0, Math.min(from, this.#pages.count - 1));
    const count = Math.max(1, Math.min(to - first + 1, this.#pages.count - first, maxPrintedPages));
    for (let done = 0; done < count; done++) {
      yield [done, count];
      sheets.append(await this.#picture(first + done));
    }
  }

  async #picture(index: number): Promise<HTMLImageElement> {
    const canvas = document.createElement("canvas");
    await this.#pages.prepare?.(index);
    await drawPage(this.#pages, this.#mark, canvas, index, scale, widthOnPaper(this.#pages.sizeOf(index)));
    const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    canvas.width = 0; // lets go of its memory at once
    if (picture === null) throw new Error("no memory for another page");
    const image = new Image();
    image.src = URL.createObjectURL(picture);
    await image.decode();
    return image;
  }
}

/** Some browsers return from `print` before they have taken the page. */
async function throughDialog(): Promise<void> {
  const isOver = new Promise((resolve) => {
    addEventListener("afterprint", resolve, { once: true });
    setTimeout(resolve, maxDialogMs);
  });
  window.print();
  await isOver;
}
