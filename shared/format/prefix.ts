import { type ByteSource, type Bytes, concat } from "../bytes.js";

/** The front of a file whose end may not be known yet. */
export interface Prefix {
  /** `length` bytes from `offset`; fewer only where the file ends. */
  upTo(offset: number, length: number): Promise<Bytes>;
  /** Whether the file has at least `size` bytes. */
  reaches(size: number): Promise<boolean>;
}

export const prefixOf = (source: ByteSource): Prefix => ({
  upTo: (offset, length) => source.read(Math.min(offset, source.size), clamp(source.size - offset, length)),
  reaches: async (size) => size <= source.size,
});

const clamp = (available: number, wanted: number) => Math.max(0, Math.min(available, wanted));

/**
 * The front of a stream, kept as far as it was asked for; `from` gives the rest. Callers bound what they ask for.
 * A piece that is larger than asked for is kept whole, as it came.
 */
export class StreamPrefix implements Prefix {
  readonly #pieces: AsyncIterator<Bytes>;
  #held: Bytes[] = [];
  #heldBytes = 0;
  #ended = false;

  constructor(stream: AsyncIterable<Bytes>) {
    this.#pieces = stream[Symbol.asyncIterator]();
  }

  async reaches(size: number): Promise<boolean> {
    while (this.#heldBytes < size && !this.#ended) {
      const next = await this.#pieces.next();
      if (next.done) this.#ended = true;
      else this.#keep(next.value);
    }
    return this.#heldBytes >= size;
  }

  async upTo(offset: number, length: number): Promise<Bytes> {
    await this.reaches(offset + length);
    return this.#joined().subarray(offset, offset + length);
  }

  /** Everything from `offset` on, once: what is held, then what is still to come. */
  async *from(offset: number): AsyncGenerator<Bytes> {
    try {
      const held = (await this.reaches(offset)) ? this.#joined().subarray(offset) : new Uint8Array(0);
      this.#held = [];
      if (held.length > 0) yield held;
      while (!this.#ended) {
        const next = await this.#pieces.next();
        if (next.done) this.#ended = true;
        else yield next.value;
      }
    } finally {
      await this.close();
    }
  }

  /** Tell the source that nothing more is wanted. Harmless when it has ended. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#pieces.return?.();
    this.#ended = true;
  }

  #keep(piece: Bytes): void {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  /** One array, so that asking often does not copy often. */
  #joined(): Bytes {
    if (this.#held.length !== 1) this.#held = [concat(...this.#held)];
    return this.#held[0]!;
  }
}
