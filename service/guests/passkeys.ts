import {
  type AskPasskeyAnswer,
  type AskPasskeyRequest,
  type KeepPasskeyAnswer,
  type KeepPasskeyRequest,
  maxPasskeys,
  type OfferPasskeyAnswer,
  passkeyDays,
  type RedeemPasskeyAnswer,
  type RedeemPasskeyRequest,
} from "../../shared/protocol/passkey-api.js";
import { dayMs, secondTime } from "../../shared/time.js";
import { spend } from "../licensing/limits.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { Refusal } from "../licensing/refusal.js";
import { RateLimit } from "../rate-limit.js";
import type { GuestPasskey } from "../store/guest-passkeys.js";
import type { Guest } from "../store/guests.js";
import { Ceremonies } from "./ceremonies.js";
import { type Entrance, guestEvent, type PageSecrets, tooOften, type Visitor } from "./entrance.js";
import { type PasskeyPlace, provenCounter, provenNew } from "./passkey-proofs.js";

/** Asking from one network address. */
const asksPerIp = { burst: 30, perSecond: 1 / 5 };
const byPasskey = "passkey";

export interface PasskeyOptions {
  readonly parts: Parts;
  readonly entrance: Entrance;
  readonly place: PasskeyPlace;
}

/**
 * Keys that guests keep for next time (T14). A passkey says who comes, as a code does, and no more: what they may open is decided
 * as ever. It stands for a mailbox, which may go to somebody else: after some months a code is asked for again.
 */
export class Passkeys {
  readonly #options: PasskeyOptions;
  readonly #making: Ceremonies<{ person: string }>;
  readonly #entering: Ceremonies<PageSecrets>;
  readonly #asks: RateLimit;

  constructor(options: PasskeyOptions) {
    const { now } = options.parts;
    this.#options = options;
    this.#making = new Ceremonies(now);
    this.#entering = new Ceremonies(now);
    this.#asks = new RateLimit({ ...asksPerIp, now });
  }

  /** @throws Refusal access-denied for who is no guest, rate-limited. */
  async offer(asker: Asker): Promise<OfferPasskeyAnswer> {
    const { parts } = this.#options;
    const { id, address } = await this.#guest(asker);
    const challenge = this.#making.begin({ person: id }) ?? tooMany();
    const known = await parts.store.guestPasskeys.of(id);
    return { challenge, user: id, address, known, time: secondTime(parts.now()) };
  }

  /** @throws Refusal access-denied for who is no guest, request-malformed for what proves nothing, rate-limited. */
  async keep(request: KeepPasskeyRequest, asker: Asker): Promise<KeepPasskeyAnswer> {
    const { parts, place } = this.#options;
    const guest = await this.#guest(asker);
    const made = this.#making.take(request.challenge)?.person === guest.id ? await provenNew(request, place) : null;
    const nowMs = parts.now();
    const passkey = made === null ? null : { ...made, person: guest.id };
    if (passkey === null || !(await parts.store.guestPasskeys.add(passkey, nowMs, maxPasskeys)))
      throw new Refusal("request-malformed", "this passkey was not made for this page, or too slowly; try again");
    const event = guestEvent("guest-passkey", guest.address, asker);
    await parts.audit.append({ ...event, subject: guest.id });
    return { until: secondTime(endOf(guest)), time: secondTime(nowMs) };
  }

  /** @throws Refusal rate-limited. */
  ask(secrets: AskPasskeyRequest, { ip }: Visitor): AskPasskeyAnswer {
    if (!this.#asks.take(ip)) throw tooOften(this.#asks.retryAfter(ip));
    return { challenge: this.#entering.begin(secrets) ?? tooMany(), time: secondTime(this.#options.parts.now()) };
  }

  /** @throws Refusal rate-limited. */
  async redeem(request: RedeemPasskeyRequest, visitor: Visitor): Promise<RedeemPasskeyAnswer> {
    const { parts, entrance } = this.#options;
    entrance.countTry(visitor);
    const secrets = this.#entering.take(request.challenge);
    const grant = secrets === null ? null : await this.#enter(request, secrets, visitor);
    const time = secondTime(parts.now());
    return grant === null ? { state: "over", time } : { state: "in", grant, time };
  }

  async #enter(request: RedeemPasskeyRequest, secrets: PageSecrets, visitor: Visitor): Promise<string | null> {
    const { parts, entrance } = this.#options;
    const passkey = await parts.store.guestPasskeys.find(request.id);
    const guest = passkey === null ? null : await parts.store.guests.find(passkey.person);
    if (passkey === null || guest === null) return null;
    if (await this.#proves(request, passkey, guest)) return entrance.enter(guest, secrets, byPasskey, visitor);
    await entrance.noteFailed(guest.address, byPasskey, visitor);
    return null;
  }

  async #proves(request: RedeemPasskeyRequest, passkey: GuestPasskey, guest: Guest): Promise<boolean> {
    const { parts, place } = this.#options;
    if (endOf(guest) <= parts.now()) return false;
    const counter = await provenCounter(request, passkey, place);
    if (counter === null) return false;
    await parts.store.guestPasskeys.used(passkey.id, guest.id, counter, parts.now());
    return true;
  }

  async #guest(asker: Asker): Promise<Guest> {
    const { store, limits } = this.#options.parts;
    spend(limits.passkeys, asker);
    const guest = await store.guests.find(asker.subject);
    if (guest === null) throw new Refusal("access-denied", "passkeys are for guests; sign in with your account");
    return guest;
  }
}

/** When the mailbox is to be shown again, in ms. */
const endOf = ({ proven }: Guest): number => (proven ?? 0) + passkeyDays * dayMs;

function tooMany(): never {
  throw tooOften(60);
}
