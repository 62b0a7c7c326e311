import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** A nonce is given out for one window, and taken in that one and the next. */
const windowMs = 150_000;

/** Nonces for proofs of possession: nothing is stored, each is a MAC of the time under a secret of this process. */
export class Nonces {
  readonly #secret = randomBytes(32);
  readonly #now: () => number;
  #made = { window: Number.NaN, current: "", previous: "" };

  constructor(now: () => number) {
    this.#now = now;
  }

  current(): string {
    return this.#window().current;
  }

  isValid(nonce: string): boolean {
    const { current, previous } = this.#window();
    const given = Buffer.from(nonce);
    return [current, previous].some((expected) => {
      const bytes = Buffer.from(expected);
      return bytes.length === given.length && timingSafeEqual(bytes, given);
    });
  }

  #window(): { current: string; previous: string } {
    const window = Math.floor(this.#now() / windowMs);
    if (window !== this.#made.window)
      this.#made = { window, current: this.#at(window), previous: this.#at(window - 1) };
    return this.#made;
  }

  #at(window: number): string {
    return createHmac("sha256", this.#secret).update(`${window}`).digest("base64url");
  }
}
