import type { Language } from "../../shared/language.js";
import type { AuditEvent } from "../audit.js";
import type { Parts } from "../licensing/parts.js";
import { Refusal } from "../licensing/refusal.js";
import { RateLimit } from "../rate-limit.js";
import type { Guest } from "../store/guests.js";
import type { Outside } from "./outside.js";

/** From where somebody asks, and in which language they read. */
export interface Visitor {
  readonly ip: string;
  readonly requestId: string;
  readonly language: Language;
}

/** What the page that asks keeps the secrets of: RFC 7636, S256, and the nonce of its ID token. */
export interface PageSecrets {
  readonly challenge: string;
  readonly nonce: string;
}

export interface EntranceOptions {
  readonly parts: Parts;
  readonly outside: Outside;
  /** An authorization code of the OpenID provider for the page that asked. */
  letIn(guest: { id: string } & PageSecrets): Promise<string>;
}

/** Tries from one network address, by whatever they are made. */
const triesPerIp = { burst: 60, perSecond: 1 / 5 };
/** Records of tries that failed, from one network address: whoever goes on does not fill the disk. */
const recordsPerIp = { burst: 100, perSecond: 1 / 60 };

/** The last step of coming in from outside, the same by code and by passkey: who is it, may they, and what is written down. */
export class Entrance {
  readonly #options: EntranceOptions;
  readonly #tries: RateLimit;
  readonly #records: RateLimit;

  constructor(options: EntranceOptions) {
    const { now } = options.parts;
    this.#options = options;
    this.#tries = new RateLimit({ ...triesPerIp, now });
    this.#records = new RateLimit({ ...recordsPerIp, now });
  }

  /** @throws Refusal rate-limited. */
  countTry({ ip }: Visitor): void {
    if (!this.#tries.take(ip)) throw tooOften(this.#tries.retryAfter(ip));
  }

  /** Who has shown that the address is theirs is its guest, if it is still outside and not locked out; else `null`. */
  async enter(guest: Guest, secrets: PageSecrets, by: string, visitor: Visitor): Promise<string | null> {
    const { parts, outside, letIn } = this.#options;
    const { id, address, isLockedOut } = guest;
    const isIn = !isLockedOut && (await outside.includes(address));
    const result = isIn ? "done" : "sign-in-failed";
    const event = guestEvent("sign-in", address, visitor);
    await parts.audit.append({ ...event, subject: id, result, detail: by });
    return isIn ? letIn({ id, ...secrets }) : null;
  }

  async noteFailed(address: string, by: string, visitor: Visitor): Promise<void> {
    if (!this.#records.take(visitor.ip)) return;
    const event = guestEvent("sign-in", address, visitor);
    await this.#options.parts.audit.append({ ...event, result: "sign-in-failed", detail: by });
  }
}

/** What is audited of somebody outside. */
export const guestEvent = (
  action: "sign-in" | "guest-code" | "guest-passkey",
  address: string,
  { ip, requestId }: Pick<Visitor, "ip" | "requestId">,
): AuditEvent => ({
  ...{ action, result: "done", subject: null, address, guest: true, ip, correlationId: requestId },
});

export const tooOften = (retryAfter: number): Refusal =>
  new Refusal("rate-limited", `codes are asked for too often; try again in ${retryAfter} seconds`, { retryAfter });
