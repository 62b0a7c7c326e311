import type { PageSize, Pages } from "./pages.js";
import type { CannotShow } from "./protocol.js";
import type { RemoteSource } from "./remote-source.js";
import { CannotDraw, readPages, type TiffPage, unsuitable } from "./tiff-directory.js";
import { readPicture, type TiffPicture } from "./tiff-picture.js";
import { startWorker } from "./worker.js";

/** The program that decodes pages, as a text; set by the build. */
declare const TIFF_WORKER: string;

/** How long one page may take, in ms. */
const longestMs = 30_000;

/** @param cannot - hears when a page cannot be drawn. @throws CannotDraw */
export async function openTiff(source: RemoteSource, cannot: (why: CannotShow) => void): Promise<Pages> {
  return new TiffPages(await readPages(source), cannot);
}

class TiffPages implements Pages {
  readonly count: number;
  readonly #pages: readonly TiffPage[];
  readonly #cannot: (why: CannotShow) => void;
  readonly #worker = startWorker(new Blob([TIFF_WORKER], { type: "text/javascript" }));
  #last: { index: number; bitmap: ImageBitmap } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(pages: readonly TiffPage[], cannot: (why: CannotShow) => void) {
    this.#pages = pages;
    this.count = pages.length;
    this.#cannot = cannot;
  }

  sizeOf = (index: number): PageSize => this.#pages[index]!;

  /** One after the other: each may take much memory while it is decoded. */
  draw(index: number, canvas: HTMLCanvasElement): Promise<void> {
    const drawn = this.#turn.then(async () => {
      const bitmap = await this.#bitmapOf(index);
      canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    });
    this.#turn = drawn.catch((error) => this.#cannot(error instanceof CannotDraw ? error.why : "unsuitable"));
    return drawn;
  }

  async #bitmapOf(index: number): Promise<ImageBitmap> {
    if (this.#last?.index === index) return this.#last.bitmap;
    this.#last?.bitmap.close();
    this.#last = null;
    const bitmap = await this.#decode(await readPicture(this.#pages[index]!));
    this.#last = { index, bitmap };
    return bitmap;
  }

  #decode(picture: TiffPicture): Promise<ImageBitmap> {
    return new Promise((resolve, reject) => {
      const failed = () => {
        this.#worker.terminate();
        reject(unsuitable("a page cannot be decoded, or not in time"));
      };
      const timer = setTimeout(failed, longestMs);
      this.#worker.onerror = failed;
      this.#worker.onmessage = ({ data }: MessageEvent<ImageBitmap | null>) => {
        clearTimeout(timer);
        if (data === null) failed();
        else resolve(data);
      };
      this.#worker.postMessage(picture, [picture.data]);
    });
  }
}
