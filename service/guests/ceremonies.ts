import { randomBytes } from "node:crypto";
import { passkeyMinutes } from "../../shared/protocol/passkey-api.js";
import { minuteMs } from "../../shared/time.js";

/** Under way at once: nobody fills the memory. */
const maxOpen = 20_000;

/**
 * What passkeys are to sign, and what each was drawn for: in memory, for some minutes, once. A restart ends what is under way.
 */
export class Ceremonies<About> {
  readonly #open = new Map<string, { about: About; until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns a challenge, base64url; `null` where too many are under way. */
  begin(about: About): string | null {
    this.#forget();
    if (this.#open.size >= maxOpen) return null;
    const challenge = randomBytes(32).toString("base64url");
    this.#open.set(challenge, { about, until: this.#now() + passkeyMinutes * minuteMs });
    return challenge;
  }

  /** What a challenge was drawn for, the first time it is asked; then, and too late, `null`. */
  take(challenge: string): About | null {
    const found = this.#open.get(challenge);
    this.#open.delete(challenge);
    return found !== undefined && found.until > this.#now() ? found.about : null;
  }

  /** A map has them in the order they were drawn. */
  #forget(): void {
    for (const [challenge, { until }] of this.#open) {
      if (until > this.#now()) return;
      this.#open.delete(challenge);
    }
  }
}
