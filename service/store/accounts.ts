import type { FoundPerson } from "../../shared/protocol/people-api.js";
import type { Database, Write } from "./database.js";
import { endSignIns } from "./payloads.js";
import { searchPeople } from "./people-search.js";
import type { PersonState } from "./schema.js";

/** A person of the embedded directory. Addresses are normalized, the first is the one shown. */
export interface Account {
  id: string;
  name: string;
  addresses: string[];
  administrator: boolean;
  state: PersonState;
  /** argon2id, encoded with its parameters; `null`: no password yet. */
  passwordHash: string | null;
  /** The password was chosen by an administrator: at the next sign-in the person chooses one of their own. */
  mustChange: boolean;
  /** Since when (ms) they have addresses that were somebody else's before. */
  recycled: ReadonlyMap<string, number>;
}

/** A person to be added; without `mustChange` the password is theirs. */
export type NewAccount = Omit<Account, "mustChange" | "recycled"> & { mustChange?: boolean };

/** People, their addresses and groups. */
export class Accounts {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  async findByAddress(address: string): Promise<Account | null> {
    const row = await this.#read
      .selectFrom("addresses")
      .select("person")
      .where("address", "=", address)
      .executeTakeFirst();
    return row ? this.find(row.person) : null;
  }

  async find(id: string): Promise<Account | null> {
    const row = await this.#read.selectFrom("people").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row) return null;
    const query = this.#read.selectFrom("addresses").select(["address", "since"]).where("person", "=", id);
    const rows = await query.orderBy("position").execute();
    const addresses = rows.map(({ address }) => address);
    const recycled = new Map(rows.flatMap(({ address, since }) => (since === null ? [] : [[address, since]])));
    const { password_hash: passwordHash, administrator, must_change, ...rest } = row;
    const flags = { administrator: administrator === 1, mustChange: must_change === 1 };
    return { ...rest, ...flags, addresses, recycled, passwordHash };
  }

  /** People in use and groups, by what is typed of a name or address. */
  search = (text: string, limit: number): Promise<FoundPerson[]> => searchPeople(this.#read, text, limit);

  /** What a person had until they lost it, the latest first. */
  async formerAddresses(id: string): Promise<string[]> {
    const query = this.#read.selectFrom("former_addresses").select("address").where("holder", "=", id);
    return (await query.orderBy("until", "desc").orderBy("address").execute()).map(({ address }) => address);
  }

  /** Groups that hold one of `members` (person ids or group addresses) directly. */
  async groupsHolding(members: readonly string[]): Promise<string[]> {
    if (members.length === 0) return [];
    const query = this.#read.selectFrom("group_members").select("group_address").distinct();
    const rows = await query.where("member", "in", members).orderBy("group_address").execute();
    return rows.map((row) => row.group_address);
  }

  /** A new person. An address that is taken fails, and nothing is kept. */
  add(account: NewAccount): Promise<void> {
    const { id, name, state, addresses, passwordHash: password_hash, mustChange = false } = account;
    return this.#write(async (tx) => {
      const flags = { administrator: Number(account.administrator), must_change: Number(mustChange) };
      await tx
        .insertInto("people")
        .values({ id, name, state, password_hash, ...flags })
        .execute();
      const rows = addresses.map((address, position) => ({ address, person: id, position, since: null }));
      if (rows.length > 0) await tx.insertInto("addresses").values(rows).execute();
    });
  }

  /** Make or rename a group and set its members: person ids, or addresses of other groups. */
  setGroup(address: string, name: string, members: readonly string[]): Promise<void> {
    return this.#write(async (tx) => {
      await tx
        .insertInto("groups")
        .values({ address, name })
        .onConflict((conflict) => conflict.column("address").doUpdateSet({ name }))
        .execute();
      await tx.deleteFrom("group_members").where("group_address", "=", address).execute();
      const rows = [...new Set(members)].map((member) => ({ group_address: address, member }));
      if (rows.length > 0) await tx.insertInto("group_members").values(rows).execute();
    });
  }

  setState(id: string, state: PersonState): Promise<void> {
    return this.#write(async (tx) => {
      await tx.updateTable("people").set({ state }).where("id", "=", id).execute();
    });
  }

  /**
   * A new password: whatever was signed in with the one before ends, in browsers and on devices.
   * @param options.mustChange - the person did not choose it themselves.
   */
  setPasswordHash(id: string, passwordHash: string, { mustChange = false } = {}): Promise<void> {
    const columns = { password_hash: passwordHash, must_change: Number(mustChange) };
    return this.#write(async (tx) => {
      await tx.updateTable("people").set(columns).where("id", "=", id).execute();
      await endSignIns(tx, id);
    });
  }
}
