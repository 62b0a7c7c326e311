const spanSeconds = 10;

/** How often something happened in the last ten seconds. */
export class Rate {
  readonly #counts = new Array<number>(spanSeconds).fill(0);
  #second = 0;

  add(nowMs: number): void {
    this.#forward(nowMs);
    this.#counts[this.#second % spanSeconds]!++;
  }

  perSecond(nowMs: number): number {
    this.#forward(nowMs);
    return this.#counts.reduce((sum, count) => sum + count, 0) / spanSeconds;
  }

  /** Forgets what is older; a clock that was set back makes it begin anew. */
  #forward(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const passed = second < this.#second ? spanSeconds : Math.min(spanSeconds, second - this.#second);
    for (let i = 0; i < passed; i++) this.#counts[(second - i) % spanSeconds] = 0;
    this.#second = second;
  }
}
