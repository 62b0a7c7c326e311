import { randomBytes, randomInt } from "node:crypto";
import { toBase64url } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { saltBytes } from "../../shared/protocol/agent-limits.js";
import { codeAlphabet, codeLength } from "../../shared/protocol/agent-proof.js";
import { limits } from "./limits.js";

/** A code that a person types into the page that is to be paired. */
export interface PairingCode {
  readonly code: string;
  readonly salt: string;
  /** `null`: any page that may pair at all. */
  readonly origin: string | null;
  readonly untilMs: number;
}

/** What became of a code, for whoever shows it. */
export type CodeState = "open" | "paired" | "over";

const newCode = (): string =>
  Array.from({ length: codeLength }, () => codeAlphabet[randomInt(codeAlphabet.length)]).join("");

/** The one code there is at a time: for two minutes, five tries and one page. */
export class PairingCodes {
  #current: { readonly of: PairingCode; triesLeft: number; state: CodeState } | null = null;
  #shownMs = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A new code; the one before is over. @param origin - the page it is for. */
  open(origin: string | null): PairingCode {
    this.#current = {
      of: { code: newCode(), salt: toBase64url(randomBytes(saltBytes)), origin, untilMs: this.#now() + limits.codeMs },
      triesLeft: limits.codeTries,
      state: "open",
    };
    this.#shownMs = this.#now();
    return this.#current.of;
  }

  /** Whether a page may make a code appear now: not while there is one, and not all the time. */
  mayOpen(): boolean {
    return this.#openOne() === null && this.#now() - this.#shownMs >= limits.codeEveryMs;
  }

  /** The code that this page may try; `null` where there is none. */
  for(origin: string): PairingCode | null {
    const open = this.#openOne();
    return open !== null && (open.of.origin === null || open.of.origin === origin) ? open.of : null;
  }

  /**
   * Counts a try before it is looked at, so that many at once are no more than their number.
   * @throws RightsError `pairing-failed` when the code is over.
   */
  take(code: PairingCode): void {
    const open = this.#openOne();
    if (open?.of !== code) throw codeOver();
    open.triesLeft--;
  }

  /** After a try that failed. */
  failed(code: PairingCode): RightsError {
    const open = this.#current;
    if (open?.of !== code || open.triesLeft > 0)
      return new RightsError("pairing-failed", "this is not the code that the agent shows");
    open.state = "over";
    return codeOver();
  }

  /** Whoever is first has it. @returns whether this was the first. */
  use(code: PairingCode): boolean {
    const open = this.#openOne();
    if (open?.of !== code) return false;
    open.state = "paired";
    return true;
  }

  stateOf(code: string): CodeState {
    if (this.#current?.of.code !== code) return "over";
    return this.#current.state === "open" && this.#openOne() === null ? "over" : this.#current.state;
  }

  #openOne() {
    const current = this.#current;
    const isOpen = current?.state === "open" && this.#now() < current.of.untilMs;
    return isOpen ? current : null;
  }
}

const codeOver = () => new RightsError("pairing-failed", "the code is no longer valid; let the agent show another one");
