import type { Database, Write } from "./database.js";
import type { GuestPasskeyRow } from "./schema.js";

/** A passkey of a guest. */
export interface GuestPasskey {
  /** Of the credential, base64url. */
  readonly id: string;
  /** Id of the guest. */
  readonly person: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  readonly counter: number;
}

/** Keys with which guests come in again without a code. */
export class GuestPasskeys {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  async find(id: string): Promise<GuestPasskey | null> {
    const query = this.#read.selectFrom("guest_passkeys").selectAll().where("id", "=", id);
    return passkeyOf(await query.executeTakeFirst());
  }

  /** Their ids. @param person - id of the guest. */
  async of(person: string): Promise<string[]> {
    const rows = await this.#read.selectFrom("guest_passkeys").select("id").where("person", "=", person).execute();
    return rows.map(({ id }) => id);
  }

  /** Those used longest ago go where it would be more than `most`. `false`: there is one of this id, whoever has it. */
  add({ id, person, publicKey, counter }: GuestPasskey, nowMs: number, most: number): Promise<boolean> {
    return this.#write(async (tx) => {
      const row = { id, person, public_key: publicKey, counter, made: nowMs, last: nowMs };
      const insert = tx.insertInto("guest_passkeys").values(row);
      const { numInsertedOrUpdatedRows: added } = (await insert
        .onConflict((one) => one.doNothing())
        .executeTakeFirst())!;
      const mine = tx.selectFrom("guest_passkeys").select("id").where("person", "=", person).orderBy("last", "desc");
      const kept = (await mine.orderBy("made", "desc").limit(most).execute()).map((one) => one.id);
      await tx.deleteFrom("guest_passkeys").where("person", "=", person).where("id", "not in", kept).execute();
      return (added ?? 0n) > 0n;
    });
  }

  /** It signed now (ms), for the so-many-th time. */
  async used(id: string, person: string, counter: number, nowMs: number): Promise<void> {
    await this.#write(async (tx) => {
      await tx.updateTable("guest_passkeys").set({ counter, last: nowMs }).where("id", "=", id).execute();
      await tx.updateTable("guests").set({ last: nowMs }).where("person", "=", person).execute();
    });
  }
}

/** Within one transaction: all of one guest. */
export async function forgetPasskeys(tx: Database, person: string): Promise<void> {
  await tx.deleteFrom("guest_passkeys").where("person", "=", person).execute();
}

const passkeyOf = (row: GuestPasskeyRow | undefined): GuestPasskey | null =>
  row === undefined ? null : { id: row.id, person: row.person, publicKey: row.public_key, counter: row.counter };
