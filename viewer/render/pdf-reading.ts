import { PDFDataRangeTransport } from "pdfjs-dist";
import type { RemoteSource } from "./remote-source.js";

/** The content for the worker, a range at a time; whoever reads is not told of faults: the viewer takes the frame away. */
export class RangeReader extends PDFDataRangeTransport {
  readonly #source: RemoteSource;

  constructor(source: RemoteSource) {
    super(source.size, null);
    this.#source = source;
  }

  override requestDataRange(begin: number, end: number): void {
    const upTo = Math.min(end, this.#source.size);
    void this.#source.read(begin, upTo - begin).then((bytes) => this.onDataRange(begin, bytes));
  }
}

/** Fonts, tables of characters and decoders, by way of the viewer: the frame itself has no network. */
export class ResourceReader {
  readonly #source: RemoteSource;

  private constructor(source: RemoteSource) {
    this.#source = source;
  }

  /** A class as `getDocument` wants one, which makes readers of `source`. */
  static of = (source: RemoteSource) =>
    class {
      fetch = new ResourceReader(source).fetch;
    };

  fetch = async ({ filename }: { kind: string; filename: string }): Promise<Uint8Array> => {
    const bytes = await this.#source.resource(filename);
    if (bytes === null) throw new Error("the viewer has no such file");
    return bytes;
  };
}
