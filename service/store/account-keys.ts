import { compileOnce } from "./compiled.js";
import type { Ask, Database, Write } from "./database.js";
import type { AccountKeyRow } from "./schema.js";

/** An account key that the service keeps for a person and all their devices. */
export interface KeptAccountKey {
  person: string;
  kid: string;
  /** base64url of the SubjectPublicKeyInfo. */
  publicKey: string;
  /** base64url of the private half, sealed to a tenant key. */
  sealed: string;
  /** The tenant key it is sealed to. */
  tenantKid: string;
  /** ms */
  made: number;
}

/** The account keys kept by the service: at most one for each person, and none where devices have their own. */
export class AccountKeys {
  readonly #write: Write;
  readonly #read: Database;
  readonly #ask: Ask;
  readonly #ofPerson;

  constructor(read: Database, write: Write, ask: Ask) {
    this.#write = write;
    this.#read = read;
    this.#ask = ask;
    const all = read.selectFrom("account_keys").selectAll();
    this.#ofPerson = compileOnce((person: string) => all.where("person", "=", person));
  }

  async find(person: string): Promise<KeptAccountKey | null> {
    const [row] = await this.#ask(this.#ofPerson(person));
    return row ? fromRow(row) : null;
  }

  /**
   * Keeps `key` in the place of `before` (its id, `null` for none): whoever comes first decides for all devices.
   * @returns the one there is now.
   */
  settle(key: KeptAccountKey, before: string | null): Promise<KeptAccountKey> {
    return this.#write(async (tx) => {
      if (before !== null)
        await tx.deleteFrom("account_keys").where("person", "=", key.person).where("kid", "=", before).execute();
      await tx
        .insertInto("account_keys")
        .values(toRow(key))
        .onConflict((conflict) => conflict.column("person").doNothing())
        .execute();
      const query = tx.selectFrom("account_keys").selectAll().where("person", "=", key.person);
      return fromRow(await query.executeTakeFirstOrThrow());
    });
  }

  /** Gives up all of them. @returns how many there were. */
  forgetAll(): Promise<number> {
    return this.#write(async (tx) => {
      const result = await tx.deleteFrom("account_keys").executeTakeFirst();
      return Number(result.numDeletedRows);
    });
  }

  async count(): Promise<number> {
    const query = this.#read.selectFrom("account_keys").select(({ fn }) => fn.countAll<number>().as("keys"));
    return Number((await query.executeTakeFirstOrThrow()).keys);
  }
}

/** Whoever has a device has the account key of all of that person's devices: the next one is another. */
export async function giveUpAccountKey(tx: Database, device: string): Promise<void> {
  const holders = tx.selectFrom("devices").select("person").where("device", "=", device);
  await tx.deleteFrom("account_keys").where("person", "in", holders).execute();
}

const toRow = ({ publicKey: public_key, tenantKid: tenant_kid, ...same }: KeptAccountKey): AccountKeyRow => ({
  ...same,
  public_key,
  tenant_kid,
});

const fromRow = ({ public_key: publicKey, tenant_kid: tenantKid, ...same }: AccountKeyRow): KeptAccountKey => ({
  ...same,
  publicKey,
  tenantKid,
});
