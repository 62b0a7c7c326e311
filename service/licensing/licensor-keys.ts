import { BoundedCache } from "../../shared/bounded-cache.js";
import { fromBase64url, toBase64url } from "../../shared/bytes.js";
import { type PublicKey, publicKeyFromSpki } from "../../shared/crypto/keys.js";
import type { Store } from "../store/store.js";

const maxCached = 5000;
const nameOf = (kid: string): string => `licensor-key ${kid}`;

/** The licensor keys of certified devices, by key id: an edit permit names the key itself. */
export class LicensorKeys {
  readonly #store: Store;
  readonly #known = new BoundedCache<PublicKey>(maxCached);

  constructor(store: Store) {
    this.#store = store;
  }

  keep(key: PublicKey): Promise<void> {
    return this.#store.write(async (tx) => {
      await tx
        .insertInto("settings")
        .values({ name: nameOf(key.kid), value: toBase64url(key.spki) })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
    });
  }

  /** `null` for a key that was never certified here. */
  async find(kid: string): Promise<PublicKey | null> {
    const known = this.#known.get(kid);
    if (known) return known;
    const query = this.#store.read.selectFrom("settings").select("value").where("name", "=", nameOf(kid));
    const row = await query.executeTakeFirst();
    if (!row) return null;
    const key = await publicKeyFromSpki(fromBase64url(row.value, "internal"), "internal");
    this.#known.set(kid, key);
    return key;
  }
}
