import { BoundedCache } from "../../shared/bounded-cache.js";
import { RightsError } from "../../shared/errors.js";
import { limits } from "./limits.js";

/** Wrong proofs, counted by origin: after too many it has to wait, whoever it is. */
export class Failures {
  readonly #counts = new BoundedCache<{ count: number; untilMs: number }>(100);
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @throws RightsError `rate-limited`. */
  check(origin: string): void {
    const found = this.#counts.get(origin);
    if (found === undefined || found.untilMs <= this.#now() || found.count < limits.failures) return;
    throw new RightsError("rate-limited", "this page was wrong too often; it can try again in a minute");
  }

  note(origin: string): void {
    const found = this.#counts.get(origin);
    if (found !== undefined && found.untilMs > this.#now()) found.count++;
    else this.#counts.set(origin, { count: 1, untilMs: this.#now() + limits.failuresMs });
  }
}
