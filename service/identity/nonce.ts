import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** A nonce is given out for one window, and taken in that one and the next. */
const windowMs = 150_000;

/** Nonces for proofs of possession: nothing is stored, each is a MAC of the time under a secret of this process. */
export class Nonces {
  readonly #secret = randomBytes(32);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  current(): string {
    return this.#at(this.#window());
  }

  isValid(nonce: string): boolean {
    const given = Buffer.from(nonce);
    return [this.#window(), this.#window() - 1].some((window) => {
      const expected = Buffer.from(this.#at(window));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  }

  #window(): number {
    return Math.floor(this.#now() / windowMs);
  }

  #at(window: number): string {
    return createHmac("sha256", this.#secret).update(`${window}`).digest("base64url");
  }
}
