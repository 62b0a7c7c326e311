import type { Bytes } from "../../shared/bytes.js";
import { sealedSegmentBytes } from "../../shared/crypto/content-layout.js";
import type { SegmentMemory } from "../../shared/crypto/engine.js";

/** As many as are worth keeping while nobody needs them, 1 MiB each. */
const spareLimit = 8;

/** Buffers that hold one sealed segment each. New ones cost more than the cipher, so they go round. */
export class SegmentBuffers implements SegmentMemory {
  readonly #spare: ArrayBuffer[] = [];
  readonly #lent = new WeakSet<ArrayBuffer>();

  /** Behind a piece of at most a whole segment there is room for its tag. */
  readonly take = (length: number): Bytes => {
    if (length > sealedSegmentBytes) return new Uint8Array(length);
    const buffer = this.#spare.pop() ?? new ArrayBuffer(sealedSegmentBytes);
    this.#lent.add(buffer);
    return new Uint8Array(buffer, 0, length);
  };

  readonly giveBack = ({ buffer }: Bytes): void => {
    if (this.#lent.delete(buffer) && this.#spare.length < spareLimit) this.#spare.push(buffer);
  };

  /** Whether a piece begins one of these buffers, which then is the holder's to change or to send away. */
  isOwn({ buffer, byteOffset }: Bytes): boolean {
    return byteOffset === 0 && this.#lent.has(buffer);
  }

  /** A buffer went to a thread and came back as another object. */
  moved(from: Bytes, to: Bytes): void {
    this.#lent.delete(from.buffer);
    this.#lent.add(to.buffer);
  }
}
