import type { ByteSource, Bytes } from "../bytes.js";

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
 * The front of a stream, kept as far as it was asked for; `from` gives the rest. Callers bound what they ask for; of
 * the piece in which that ends, all is kept.
 */
export class StreamPrefix implements Prefix {
  readonly #pieces: AsyncIterator<Bytes>;
  #buffer: Bytes = new Uint8Array(1024);
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
    return this.#held().subarray(offset, offset + length);
  }

  /** Everything from `offset` on, once: what is held, then what is still to come. */
  async *from(offset: number): AsyncGenerator<Bytes> {
    try {
      const held = (await this.reaches(offset)) ? this.#held().subarray(offset) : new Uint8Array(0);
      this.#buffer = new Uint8Array(0);
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

  /** Twice the room whenever it runs out: a stream of single bytes must not cost a copy each. */
  #keep(piece: Bytes): void {
    const needed = this.#heldBytes + piece.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#held());
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#heldBytes);
    this.#heldBytes = needed;
  }

  #held(): Bytes {
    return this.#buffer.subarray(0, this.#heldBytes);
  }
}
