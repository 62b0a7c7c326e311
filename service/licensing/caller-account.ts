import { hash } from "node:crypto";
import { BoundedCache } from "../../shared/bounded-cache.js";
import type { Bytes } from "../../shared/bytes.js";
import type { PublicKey } from "../../shared/crypto/keys.js";
import type { TimeRange } from "../../shared/license/fields.js";
import { verifyAccountCertificate } from "../../shared/license/trust.js";
import { parseDocument } from "../../shared/license/xrml.js";
import { isWithin } from "../../shared/time.js";
import type { Directory, Person } from "../directory/directory.js";
import type { Caller } from "../identity/caller.js";
import type { Device } from "../store/devices.js";
import type { Store } from "../store/store.js";
import type { Tenant } from "../tenant.js";
import { accountMismatch, isLicenseError, Refusal } from "./refusal.js";
import type { RoamingKeys } from "./roaming-keys.js";

/** Who asks, and on which of their devices. */
export interface CallerAccount {
  readonly person: Person;
  readonly device: Device;
  /** The key that content keys are sealed to: the device's, or the one of all devices of the person. */
  readonly accountKey: PublicKey;
}

/** What an account certificate says, once it is known to be ours. */
interface Certified extends TimeRange {
  readonly serial: string;
  readonly subject: string;
  readonly dpop: string | null;
  readonly key: PublicKey;
  readonly issuerKid: string;
}

/** A device sends the same certificate with each request for a month: verified once, it is known by its hash. */
const maxCached = 5000;

/** @throws Refusal account-mismatch for an account the directory does not know, or that was switched off. */
export async function personOf(directory: Directory, caller: Caller): Promise<Person> {
  const person = await directory.findBySubject(caller.subject);
  if (person) return person;
  throw new Refusal(
    "account-mismatch",
    "this account is not in use here; ask your administrator, or sign in as somebody else",
    {
      offers: ["switch-account"],
    },
  );
}

/** Callers by what their device shows: the account certificate this service gave it. */
export class CallerAccounts {
  readonly #tenant: Tenant;
  readonly #store: Store;
  readonly #directory: Directory;
  readonly #roamingKeys: RoamingKeys | null;
  readonly #certified = new BoundedCache<Certified>(maxCached);

  constructor(tenant: Tenant, store: Store, directory: Directory, roamingKeys: RoamingKeys | null) {
    this.#tenant = tenant;
    this.#store = store;
    this.#directory = directory;
    this.#roamingKeys = roamingKeys;
  }

  /**
   * The caller's account, if `certificate` is ours, current, not withdrawn, and made for this person and the key that
   * proved possession. @throws Refusal account-mismatch.
   */
  async find(caller: Caller, certificate: Bytes, nowMs: number): Promise<CallerAccount> {
    const certified = await this.#verify(certificate, nowMs);
    if (certified.subject !== caller.subject || certified.dpop !== caller.jkt) throw accountMismatch();
    // Whoever has a tenant key that was given up can make certificates, so those do not count any more.
    if (this.#tenant.keyring.find(certified.issuerKid)?.compromisedMs !== null) throw accountMismatch();
    const device = await this.#store.devices.findByAccount(certified.serial);
    if (device === null || device.revoked !== null || device.person !== caller.subject) throw accountMismatch();
    if (device.accountKid !== certified.key.kid) throw accountMismatch();
    // With its next certificate a device hears which keys are in other hands, and what they sign is not believed there.
    if (device.issued < this.#tenant.keyring.lastDeclaredMs) throw accountMismatch();
    if (device.accountKid !== (await this.#currentKid(device))) throw accountMismatch();
    return { person: await personOf(this.#directory, caller), device, accountKey: certified.key };
  }

  /** A certificate about a key that was given up, or of the other kind of account keys, is to be asked for anew. */
  async #currentKid({ person, deviceKid }: Device): Promise<string | null> {
    return this.#roamingKeys === null ? deviceKid : this.#roamingKeys.currentKid(person);
  }

  async #verify(certificate: Bytes, nowMs: number): Promise<Certified> {
    const name = hash("sha256", certificate, "base64");
    const known = this.#certified.get(name);
    if (known && isWithin(known, nowMs)) return known;
    try {
      const document = await parseDocument(certificate);
      const verified = await verifyAccountCertificate(document, this.#tenant.trust, nowMs);
      const { serial, subject, dpop, key, issuerKey, fromMs, untilMs } = verified;
      const certified = { serial, subject, dpop, key, issuerKid: issuerKey.kid, fromMs, untilMs };
      this.#certified.set(name, certified);
      return certified;
    } catch (error) {
      throw isLicenseError(error) ? accountMismatch(error) : error;
    }
  }
}
