/**
 * What the threads of one run share: who reads, whose turn it is to write, how much was read. Every wait ends when the
 * run is stopped.
 */
export class Turns {
  readonly #cells: Int32Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(4 * cellCount)) {
    this.#cells = new Int32Array(shared);
  }

  /** To be sent to the threads. */
  get shared(): SharedArrayBuffer {
    return this.#cells.buffer as SharedArrayBuffer;
  }

  /** Runs `read` while nobody else reads; `null` once the run is stopped. */
  reading<T>(read: (index: number) => T): T | null {
    for (;;) {
      const held = Atomics.compareExchange(this.#cells, lock, free, taken);
      if (held === stopped) return null;
      if (held === free) break;
      Atomics.wait(this.#cells, lock, taken);
    }
    try {
      return read(Atomics.add(this.#cells, next, 1));
    } finally {
      Atomics.compareExchange(this.#cells, lock, taken, free);
      Atomics.notify(this.#cells, lock, 1);
    }
  }

  /** Waits until all segments before `index` are written; `false` once the run is stopped. */
  isMine(index: number): boolean {
    for (;;) {
      const current = Atomics.load(this.#cells, turn);
      if (current === index || current === stopped) return current === index;
      Atomics.wait(this.#cells, turn, current);
    }
  }

  /** Segment `index` is written. */
  pass(index: number): void {
    Atomics.compareExchange(this.#cells, turn, index, index + 1);
    Atomics.notify(this.#cells, turn);
  }

  /** Wakes all who wait; nothing more is begun. */
  stop(): void {
    for (const cell of [lock, turn]) {
      Atomics.store(this.#cells, cell, stopped);
      Atomics.notify(this.#cells, cell);
    }
  }

  /** So many more bytes were read. */
  count(bytes: number): void {
    Atomics.add(this.#cells, counted, bytes);
  }

  /** How many were since the last time; to be asked again before they are 2 GiB. */
  takeCounted(): number {
    return Atomics.exchange(this.#cells, counted, 0);
  }

  /** The byte that a reader found behind its segment, which so is not the last; `null`: nothing is known behind. */
  get carried(): number | null {
    const byte = Atomics.load(this.#cells, carry);
    return byte === 0 ? null : byte - 1;
  }

  set carried(byte: number | null) {
    Atomics.store(this.#cells, carry, byte === null ? 0 : byte + 1);
  }
}

const [lock, next, turn, carry, counted, cellCount] = [0, 1, 2, 3, 4, 5];
const [free, taken, stopped] = [0, 1, -1];
