import {
  codeMinutes,
  type GuestCodeAnswer,
  type GuestCodeRequest,
  maxCodeTries,
  type RedeemCodeAnswer,
  type RedeemCodeRequest,
} from "../../shared/protocol/guest-api.js";
import { secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import { noteLicense } from "../licensing/audited.js";
import { decodeBase64 } from "../licensing/base64.js";
import type { Parts } from "../licensing/parts.js";
import { isRefusal } from "../licensing/refusal.js";
import { codeLetter } from "../mail/letters.js";
import type { Mailer } from "../mail/mailer.js";
import { RateLimit } from "../rate-limit.js";
import type { TryOutcome } from "../store/guest-codes.js";
import { Codes } from "./codes.js";
import { type Entrance, guestEvent, type PageSecrets, tooOften, type Visitor } from "./entrance.js";
import { namingOf } from "./named.js";
import type { Outside } from "./outside.js";

/** Asking from one network address, and from all of them. */
const perIp = { burst: 20, perSecond: 1 / 30 };
const atAll = { burst: 300, perSecond: 5 };
/** Codes mailed to one address: five at once, then one every ten minutes. Nobody is told that it was more. */
const perAddress = { burst: 5, perSecond: 1 / 600 };
/** Licenses looked into at once for who asks; more are not. */
const maxLooking = 50;

export interface DoorOptions {
  readonly parts: Parts;
  readonly outside: Outside;
  readonly entrance: Entrance;
  readonly mailer: Mailer;
  readonly organisation: string;
  /** Hears what went wrong after the answer. */
  failed(cause: unknown): void;
}

const byCode = "mailed code";

/** Where people outside come in, whom a policy names: they ask for a code, and type it. */
export class GuestDoor {
  readonly #options: DoorOptions;
  readonly #codes: Codes;
  readonly #limits;
  readonly #looking = new Set<Promise<void>>();

  constructor(options: DoorOptions) {
    const { now, store } = options.parts;
    this.#options = options;
    this.#codes = new Codes(store.guestCodes, now);
    const limit = (how: typeof perIp) => new RateLimit({ ...how, now });
    this.#limits = { ip: limit(perIp), all: limit(atAll), address: limit(perAddress) };
  }

  /**
   * The answer is there before anybody looked into the license, so that neither it nor its time tells what the policy
   * says; a mail is sent afterwards, or not. @throws Refusal rate-limited.
   */
  async ask(request: GuestCodeRequest, visitor: Visitor): Promise<GuestCodeAnswer> {
    const { ip, all } = this.#limits;
    if (!ip.take(visitor.ip)) throw tooOften(ip.retryAfter(visitor.ip));
    if (!all.take("")) throw tooOften(all.retryAfter(""));
    const license = decodeBase64(request.license);
    const ticket = await this.#codes.open({ ...request, license });
    if (ticket === null) throw tooOften(60);
    setImmediate(() => this.#look(license, ticket, request.address, visitor));
    return { ticket, time: secondTime(this.#options.parts.now()) };
  }

  /** @throws Refusal rate-limited. */
  async redeem(request: RedeemCodeRequest, visitor: Visitor): Promise<RedeemCodeAnswer> {
    const { parts, entrance } = this.#options;
    entrance.countTry(visitor);
    const outcome = await this.#codes.try(request);
    const nowMs = parts.now();
    const grant = outcome.is === "right" ? await this.#enter(outcome.row, visitor) : null;
    if (outcome.is === "wrong") await entrance.noteFailed(outcome.address, byCode, visitor);
    return answerTo(outcome, grant, nowMs);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#looking);
  }

  #look(license: Uint8Array<ArrayBuffer>, ticket: string, address: string, visitor: Visitor): void {
    const isFull = this.#looking.size >= maxLooking;
    const work = isFull
      ? Promise.reject(new Error("too many guests ask at once"))
      : this.#mailIfNamed(license, ticket, address, visitor);
    const looking = work
      .catch((error) => (isRefusal(error) ? undefined : this.#options.failed(error)))
      .finally(() => this.#looking.delete(looking));
    this.#looking.add(looking);
  }

  async #mailIfNamed(license: Uint8Array<ArrayBuffer>, ticket: string, address: string, visitor: Visitor) {
    const { parts, outside, mailer, organisation } = this.#options;
    const naming = await namingOf(parts, license, address);
    if (naming === null || !(await outside.includes(address))) return;
    const guest = await parts.store.guests.findByAddress(address);
    if (guest?.isLockedOut || !this.#limits.address.take(address)) return;
    const { policy, sender, verified } = naming;
    const event: AuditEvent = { ...guestEvent("guest-code", address, visitor), subject: guest?.id ?? null };
    noteLicense(event, verified);
    await parts.audit.append({ ...event, family: policy.family, issuer: policy.issuer });
    const [code, file] = [await this.#codes.draw(ticket), policy.name ?? null];
    const { language } = visitor;
    mailer.post(codeLetter({ to: address, language, organisation, sender, file, code, minutes: codeMinutes }));
  }

  /** Whoever reads the mailbox is its guest. */
  async #enter({ address, ...secrets }: { address: string } & PageSecrets, visitor: Visitor): Promise<string | null> {
    const { parts, outside, entrance } = this.#options;
    if (!(await outside.includes(address))) {
      await entrance.noteFailed(address, byCode, visitor);
      return null;
    }
    const guest = await parts.store.guests.admit(address, parts.now());
    return entrance.enter(guest, secrets, byCode, visitor);
  }
}

function answerTo(outcome: TryOutcome, grant: string | null, nowMs: number): RedeemCodeAnswer {
  const time = secondTime(nowMs);
  const wait = "next" in outcome ? Math.max(1, Math.ceil((outcome.next - nowMs) / 1000)) : 0;
  if (grant !== null) return { state: "in", grant, time };
  if (outcome.is === "early") return { state: "early", wait, time };
  if (outcome.is === "wrong" && outcome.tries < maxCodeTries)
    return { state: "wrong", left: maxCodeTries - outcome.tries, wait, time };
  return { state: "over", time };
}
