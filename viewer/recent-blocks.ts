import { type Bytes, collect } from "../shared/bytes.js";
import { segmentBytes } from "../shared/crypto/content-layout.js";
import type { Content } from "./opened.js";

/** The last ones that were read, in MiB: a page or two of scans. */
const kept = 8;

/**
 * Content by blocks of what is decrypted at once. Readers of PDFs ask for a quarter of that at a time, and for what they had before:
 * each block is decrypted once while it is among the last.
 */
export class RecentBlocks {
  readonly #content: Content;
  readonly #blocks = new Map<number, Promise<Bytes>>();

  constructor(content: Content) {
    this.#content = content;
  }

  /** A copy, within the size of the content. @throws RightsError content-damaged, file-unreadable … */
  async read(offset: number, length: number): Promise<Bytes> {
    const whole = new Uint8Array(length);
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / segmentBytes);
      const start = index * segmentBytes;
      const upTo = Math.min(end, start + segmentBytes);
      whole.set((await this.#block(index)).subarray(at - start, upTo - start), at - offset);
      at = upTo;
    }
    return whole;
  }

  #block(index: number): Promise<Bytes> {
    const block = this.#blocks.get(index) ?? this.#decrypted(index);
    this.#blocks.delete(index);
    this.#blocks.set(index, block); // the last one again
    if (this.#blocks.size > kept) this.#blocks.delete(this.#blocks.keys().next().value!);
    return block;
  }

  async #decrypted(index: number): Promise<Bytes> {
    const start = index * segmentBytes;
    const length = Math.min(segmentBytes, this.#content.size - start);
    return collect(this.#content.range(start, length), segmentBytes);
  }
}
