import { getDocument, type PDFDocumentProxy, type PDFPageProxy, PDFWorker, TextLayer } from "pdfjs-dist";
import type { PageSize, Pages } from "./pages.js";
import { RangeReader, ResourceReader } from "./pdf-reading.js";
import type { RemoteSource } from "./remote-source.js";
import { startWorker } from "./worker.js";

/** CSS pixels to a point of a PDF. */
const pixelsPerPoint = 96 / 72;

/** More pages than any book; what says it has more is shown so far. */
const maxPages = 10_000;

/**
 * Opens a PDF from its end and its first page; everything else is read when it is looked at. Nothing in it runs: no
 * scripts, no forms, no links, no files inside.
 * @throws whatever is wrong with one that cannot be shown: damaged beyond repair, or under a password of its own.
 */
export async function openPdf(source: RemoteSource, worker: Blob): Promise<PdfPages> {
  const document = await getDocument({
    range: new RangeReader(source),
    rangeChunkSize: 1 << 18,
    disableAutoFetch: true,
    disableStream: true,
    worker: PDFWorker.create({ port: startWorker(worker) }),
    isEvalSupported: false,
    enableXfa: false,
    useSystemFonts: false, // it would look for them at addresses
    BinaryDataFactory: ResourceReader.of(source),
    useWorkerFetch: false,
    // only their names are passed on: see ResourceReader
    cMapUrl: "./",
    standardFontDataUrl: "./",
    wasmUrl: "./",
    maxImageSize: 1 << 28,
    verbosity: 0,
  }).promise;
  const pages = new PdfPages(document);
  await pages.prepare(0);
  return pages;
}

class PdfPages implements Pages {
  readonly count: number;
  readonly #document: PDFDocumentProxy;
  readonly #sizes = new Map<number, PageSize>();

  constructor(document: PDFDocumentProxy) {
    this.#document = document;
    this.count = Math.min(maxPages, document.numPages);
  }

  /** As the first page, until a page was read. */
  sizeOf = (index: number): PageSize => this.#sizes.get(index) ?? this.#sizes.get(0)!;

  async prepare(index: number): Promise<boolean> {
    if (this.#sizes.has(index)) return false;
    const { width, height } = (await this.#page(index)).getViewport({ scale: pixelsPerPoint });
    const before = this.#sizes.get(0);
    this.#sizes.set(index, { width, height });
    return before !== undefined && (before.width !== width || before.height !== height);
  }

  async draw(index: number, canvas: HTMLCanvasElement, scale: number): Promise<void> {
    const page = await this.#page(index);
    await page.render({ canvas, viewport: page.getViewport({ scale: scale * pixelsPerPoint }) }).promise;
    page.cleanup();
  }

  async layer(index: number, container: HTMLElement, scale: number): Promise<void> {
    const page = await this.#page(index);
    const viewport = page.getViewport({ scale: scale * pixelsPerPoint });
    container.style.setProperty("--total-scale-factor", String(scale * pixelsPerPoint));
    await new TextLayer({ textContentSource: page.streamTextContent(), container, viewport }).render();
  }

  async find(text: string, from: number): Promise<number | null> {
    const wanted = plain(text);
    if (wanted === "") return null;
    for (let step = 0; step < this.count; step++) {
      const index = (from + step) % this.count;
      if (plain(await this.#textOf(index)).includes(wanted)) return index;
    }
    return null;
  }

  async #textOf(index: number): Promise<string> {
    const { items } = await (await this.#page(index)).getTextContent();
    return items.map((item) => ("str" in item ? item.str + (item.hasEOL ? " " : "") : "")).join("");
  }

  #page = (index: number): Promise<PDFPageProxy> => this.#document.getPage(index + 1);
}

/** Whatever the spelling: without case, and with one blank for any. */
const plain = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
