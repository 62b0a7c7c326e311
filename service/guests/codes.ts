import { createHash, createHmac, hash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { codeDigits, codeMinutes, maxCodeTries } from "../../shared/protocol/guest-api.js";
import { minuteMs } from "../../shared/time.js";
import type { GuestCodes, TryOutcome } from "../store/guest-codes.js";
import type { GuestCodeRow } from "../store/schema.js";

/** What the page that asks brings. */
export interface Asked {
  readonly address: string;
  /** The chain as it came. */
  readonly license: Uint8Array;
  readonly challenge: string;
  readonly nonce: string;
}

/** What is typed into it. */
export interface Typed {
  readonly ticket: string;
  /** SHA-256 of the license, base64url. */
  readonly license: string;
  readonly code: string;
}

/** How many can be redeemed at once, over all: nobody fills the disk. */
const maxOpen = 20_000;

/**
 * Codes of guests (T14): eight digits, for the page that asked and for the license it asked with, five tries in all whoever makes
 * them, each wait twice as long as the one before, a quarter of an hour, once. The database has only a hash under a key that never
 * leaves this process: a restart ends the codes that are under way.
 */
export class Codes {
  readonly #key = randomBytes(32);
  readonly #store: GuestCodes;
  readonly #now: () => number;

  constructor(store: GuestCodes, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** @returns the ticket; `null` where too many wait. Whether a code will ever belong to it is not known yet. */
  async open({ address, license, challenge, nonce }: Asked): Promise<string | null> {
    if ((await this.#store.count(this.#now())) >= maxOpen) return null;
    const ticket = randomBytes(32).toString("base64url");
    const until = this.#now() + codeMinutes * minuteMs;
    const about = { address, license: sha256(license), challenge, nonce, until };
    await this.#store.add({ ticket: sha256(ticket), ...about });
    return ticket;
  }

  /** The code of a ticket, to be mailed. */
  async draw(ticket: string): Promise<string> {
    const code = String(randomInt(10 ** codeDigits)).padStart(codeDigits, "0");
    await this.#store.setCode(sha256(ticket), this.#keyed(sha256(ticket), code));
    return code;
  }

  /** Where no code was drawn every try is wrong, and looks as any other wrong one. */
  try({ ticket, license, code }: Typed): Promise<TryOutcome> {
    const name = sha256(ticket);
    const keyed = this.#keyed(name, code);
    return this.#store.try({
      ticket: name,
      nowMs: this.#now(),
      isRight: (row) => isRight(row, keyed, license),
      maxTries: maxCodeTries,
      waitMs: (tries) => 1000 * 2 ** (tries - 1),
    });
  }

  #keyed(ticket: string, code: string): string {
    return createHmac("sha256", this.#key).update(`${ticket} ${code}`).digest("base64url");
  }
}

const sha256 = (bytes: Uint8Array | string): string => hash("sha256", bytes, "base64url");

/** In the same time wherever they differ, and whether there is a code or not. */
function isRight(row: GuestCodeRow, keyed: string, license: string): boolean {
  const [code, about] = [isSame(row.code ?? row.ticket, keyed), isSame(row.license, license)];
  return code && about && row.code !== null;
}

const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(createHash("sha256").update(one).digest(), createHash("sha256").update(other).digest());
