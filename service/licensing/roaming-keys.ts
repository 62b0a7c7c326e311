import { type Bytes, fromBase64url, toBase64url } from "../../shared/bytes.js";
import { keptFor, onItsWay, openAccountKey, sealAccountKey } from "../../shared/crypto/account-key.js";
import { generateKeyPair, type PublicKey, publicKeyFromSpki } from "../../shared/crypto/keys.js";
import { RightsError } from "../../shared/errors.js";
import type { KeptAccountKey } from "../store/account-keys.js";
import type { Store } from "../store/store.js";
import type { Tenant } from "../tenant.js";

/** A person's account key on its way to one of their devices. */
export interface HandedKey {
  readonly key: PublicKey;
  /** Its private half, sealed to the device's key. */
  readonly sealed: Bytes;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

/**
 * Account keys that the service makes, one for each person, and hands to each of their devices. At rest they are sealed
 * to the tenant key; in clear they are in memory, from custody to the device's seal, and nowhere else.
 */
export class RoamingKeys {
  readonly #tenant: Tenant;
  readonly #store: Store;
  readonly #now: () => number;

  constructor(tenant: Tenant, store: Store, now: () => number) {
    this.#tenant = tenant;
    this.#store = store;
    this.#now = now;
  }

  /** The key that certificates of this person are about now; `null` when the next one is another. */
  async currentKid(person: string): Promise<string | null> {
    const kept = await this.#store.accountKeys.find(person);
    return kept === null || this.#isDoubtful(kept) ? null : kept.kid;
  }

  /** The person's key for `device`, made when there is none. @throws RightsError state-damaged. */
  async handTo(person: string, device: PublicKey): Promise<HandedKey> {
    const before = await this.#store.accountKeys.find(person);
    const goesOn = before !== null && !this.#isDoubtful(before);
    const kept = goesOn ? before : await this.#make(person, before?.kid ?? null);
    const key = await publicKeyFromSpki(fromBase64url(kept.publicKey, "internal"), "internal");
    const pkcs8 = await this.#open(kept, key);
    try {
      if (kept.tenantKid !== this.#active.kid) await this.#seal(kept, key, pkcs8, kept.kid);
      return { key, sealed: await sealAccountKey(pkcs8, device, onItsWay(key, device)), isNew: !goesOn };
    } finally {
      pkcs8.fill(0);
    }
  }

  get #active(): PublicKey {
    return this.#tenant.keyring.active.custody.publicKey;
  }

  /** Whoever has a tenant key that was given up, and an old copy of the database, has what was sealed to it. */
  #isDoubtful({ made }: KeptAccountKey): boolean {
    const sealedIt = this.#tenant.keyring
      .all()
      .filter(({ generation, archivedMs }) => generation !== null && archivedMs !== null && made <= archivedMs);
    return sealedIt.some(({ compromisedMs }) => compromisedMs !== null);
  }

  async #make(person: string, before: string | null): Promise<KeptAccountKey> {
    const pair = await generateKeyPair("unseal", true);
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
    try {
      const key = await publicKeyFromSpki(spki, "internal");
      return await this.#seal({ person, made: this.#now() }, key, pkcs8, before);
    } finally {
      pkcs8.fill(0);
    }
  }

  /** To the active tenant key, in the place of `before`. */
  async #seal(
    { person, made }: Pick<KeptAccountKey, "person" | "made">,
    key: PublicKey,
    pkcs8: Bytes,
    before: string | null,
  ) {
    const to = this.#active;
    const sealed = toBase64url(await sealAccountKey(pkcs8, to, keptFor(person, key, to)));
    const kept = { person, kid: key.kid, publicKey: toBase64url(key.spki), sealed, tenantKid: to.kid, made };
    return this.#store.accountKeys.settle(kept, before);
  }

  async #open({ person, tenantKid, sealed }: KeptAccountKey, key: PublicKey): Promise<Bytes> {
    const custody = this.#tenant.keyring.find(tenantKid)?.custody;
    const bytes = fromBase64url(sealed, "state-damaged");
    const pkcs8 =
      custody &&
      (await openAccountKey(bytes, custody.publicKey, keptFor(person, key, custody.publicKey), (wrapped) =>
        custody.unseal(wrapped),
      ));
    if (pkcs8) return pkcs8;
    throw new RightsError("state-damaged", `the account key kept for ${person} does not open`);
  }
}
