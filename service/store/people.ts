import { type Selectable, sql } from "kysely";
import { isId } from "../../shared/ids.js";
import type { Database } from "./database.js";
import type { PersonRow, PersonState } from "./schema.js";

/** A person as administrators see them. Addresses are normalized, the first is the one shown. */
export interface ListedPerson {
  readonly id: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly administrator: boolean;
  readonly state: PersonState;
  readonly mustChange: boolean;
  /** Addresses of the groups they are in directly. */
  readonly groups: readonly string[];
}

/** What of a person can be set; what is left out stays. */
export interface PersonChange {
  name?: string | undefined;
  administrator?: boolean | undefined;
  state?: PersonState | undefined;
}

/** An address somebody gets; `since` (ms) where it was another's before. */
export interface TakenAddress {
  readonly address: string;
  readonly since: number | null;
}

export interface ListOptions {
  /** A part of a name or address. */
  search?: string | undefined;
  after?: string | undefined;
  limit: number;
}

/** The last to have had an address: id of a person, or `group`, and until when (ms). */
export interface FormerHolder {
  readonly holder: string;
  readonly until: number;
}

/** Somebody to be added with a first password. */
export interface NewPerson {
  readonly id: string;
  readonly name: string;
  readonly administrator: boolean;
  readonly passwordHash: string;
  readonly addresses: readonly TakenAddress[];
}

/** Rows of one query with a list in it: below what any engine allows as parameters. */
const rowsPerQuery = 500;

/** A list in parts that a query can take. */
export function* inParts<T>(list: readonly T[]): Generator<T[]> {
  for (let i = 0; i < list.length; i += rowsPerQuery) yield list.slice(i, i + rowsPerQuery);
}

/** People as administrators change them, inside of one transaction or on what is committed. */
export class People {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By id or by any address; not who was removed, and no guests. */
  async find(who: string): Promise<ListedPerson | null> {
    return (await this.findAll([who])).get(who) ?? null;
  }

  /** By the address shown, from behind `after` on. */
  async list({ search, after, limit }: ListOptions): Promise<ListedPerson[]> {
    let query = this.#db
      .selectFrom("people")
      .innerJoin("addresses", (on) => on.onRef("person", "=", "id").on("position", "=", 0))
      .selectAll("people")
      .where("state", "!=", "removed")
      .orderBy("address")
      .limit(limit);
    if (after !== undefined) query = query.where("address", ">", after);
    if (search !== undefined) {
      const holding = this.#db.selectFrom("addresses").select("person").where(contains("address", search));
      query = query.where((is) => is.or([contains("name", search), is("id", "in", holding)]));
    }
    return this.#listed(await query.execute());
  }

  /** All of whom there is an id or an address in `who`, by that. */
  async findAll(who: readonly string[]): Promise<Map<string, ListedPerson>> {
    const ids = new Map<string, string>(who.filter(isId).map((id) => [id, id]));
    for (const some of inParts(who)) {
      const rows = this.#db.selectFrom("addresses").select(["address", "person"]).where("address", "in", some);
      for (const { address, person } of await rows.execute()) ids.set(address, person);
    }
    const people = new Map<string, ListedPerson>();
    for (const some of inParts([...new Set(ids.values())]))
      for (const person of await this.#listed(await this.#present().where("id", "in", some).execute()))
        people.set(person.id, person);
    return new Map([...ids].flatMap(([one, id]) => (people.has(id) ? [[one, people.get(id)!]] : [])));
  }

  /** Which of `addresses` somebody, or a group, had before: a person's id, or `group`. */
  async formerHolders(addresses: readonly string[]): Promise<Map<string, FormerHolder>> {
    const found = new Map<string, FormerHolder>();
    for (const some of inParts(addresses)) {
      const rows = this.#db.selectFrom("former_addresses").selectAll().where("address", "in", some);
      for (const { address, ...former } of await rows.orderBy("until").execute()) found.set(address, former);
    }
    return found;
  }

  /** People without a password that is their own, in one go. An address that is taken fails. */
  async addAll(newcomers: readonly NewPerson[]): Promise<void> {
    const columns = { state: "active" as const, must_change: 1 };
    const people = newcomers.map(({ id, name, administrator, passwordHash: password_hash }) => ({
      ...{ id, name, administrator: Number(administrator), password_hash },
      ...columns,
    }));
    const addresses = newcomers.flatMap(({ id: person, addresses: taken }) =>
      taken.map(({ address, since }, position) => ({ address, person, position, since })),
    );
    for (const rows of inParts(people)) await this.#db.insertInto("people").values(rows).execute();
    for (const rows of inParts(addresses)) await this.#db.insertInto("addresses").values(rows).execute();
  }

  /** What a person has, the one shown first. */
  async taken(id: string): Promise<TakenAddress[]> {
    const query = this.#db.selectFrom("addresses").select(["address", "since"]).where("person", "=", id);
    return query.orderBy("position").execute();
  }

  /** Also of somebody who was removed. */
  async nameOf(id: string): Promise<string | null> {
    const row = await this.#db.selectFrom("people").select("name").where("id", "=", id).executeTakeFirst();
    return row?.name ?? null;
  }

  /** How many administer, and are not switched off. */
  async administrators(): Promise<number> {
    const query = this.#db.selectFrom("people").select((select) => select.fn.countAll<number>().as("count"));
    const row = await query.where("administrator", "=", 1).where("state", "=", "active").executeTakeFirstOrThrow();
    return Number(row.count);
  }

  /** The last to have had an address, other than `person`: a person's id, or `group`. */
  async formerHolder(address: string, person: string): Promise<FormerHolder | null> {
    const query = this.#db.selectFrom("former_addresses").select(["holder", "until"]).where("address", "=", address);
    return (await query.where("holder", "!=", person).orderBy("until", "desc").executeTakeFirst()) ?? null;
  }

  async change(id: string, { administrator, ...columns }: PersonChange): Promise<void> {
    const set = { ...columns, administrator: administrator === undefined ? undefined : Number(administrator) };
    if (Object.values(set).every((value) => value === undefined)) return;
    await this.#db.updateTable("people").set(set).where("id", "=", id).execute();
  }

  /** What a person has from now on, in this order; what they lose is noted as theirs until now (ms). */
  async setAddresses(id: string, taken: readonly TakenAddress[], nowMs: number): Promise<void> {
    const before = await this.taken(id);
    const lost = before.filter(({ address }) => !taken.some((one) => one.address === address));
    for (const { address } of lost) await noteFormer(this.#db, address, id, nowMs);
    await this.#db.deleteFrom("addresses").where("person", "=", id).execute();
    const rows = taken.map(({ address, since }, position) => ({ address, person: id, position, since }));
    if (rows.length > 0) await this.#db.insertInto("addresses").values(rows).execute();
  }

  /** Takes away all but the name, for what they protected. */
  async remove(id: string, nowMs: number): Promise<void> {
    await this.setAddresses(id, [], nowMs);
    await this.#db.deleteFrom("group_members").where("member", "=", id).execute();
    await this.#db.deleteFrom("identities").where("person", "=", id).execute();
    const nothing = { administrator: 0, password_hash: null, state: "removed" as const };
    await this.#db.updateTable("people").set(nothing).where("id", "=", id).execute();
  }

  #present() {
    const guests = this.#db.selectFrom("guests").select("person");
    return this.#db.selectFrom("people").selectAll().where("state", "!=", "removed").where("id", "not in", guests);
  }

  async #listed(rows: readonly Selectable<PersonRow>[]): Promise<ListedPerson[]> {
    const addresses = new Map<string, string[]>();
    const groups = new Map<string, string[]>();
    for (const some of inParts(rows.map(({ id }) => id))) {
      const held = this.#db.selectFrom("addresses").select(["person", "address"]).where("person", "in", some);
      for (const { person, address } of await held.orderBy("position").execute()) put(addresses, person, address);
      const memberships = this.#db.selectFrom("group_members").selectAll().where("member", "in", some);
      for (const { member, group_address } of await memberships.orderBy("group_address").execute())
        put(groups, member, group_address);
    }
    return rows.map(({ id, name, state, administrator, must_change }) => ({
      ...{ id, name, state, administrator: administrator === 1, mustChange: must_change === 1 },
      addresses: addresses.get(id) ?? [],
      groups: groups.get(id) ?? [],
    }));
  }
}

/** Whether a column holds a text somewhere, upper and lower case alike. */
export const contains = (column: "name" | "address", text: string) => matches(column, text, (part) => `%${part}%`);

/**
 * Whether a column is like a text in its pattern, upper and lower case alike. SQLite's `lower` knows no letters but those of
 * ASCII, so one at the beginning is looked for as names have it, too.
 */
export function matches(column: "name" | "address", text: string, pattern: (part: string) => string) {
  const capital = (text[0] ?? "").toUpperCase() + text.slice(1).toLowerCase();
  const [lower, other] = [text.toLowerCase(), capital.replace(/^[A-Z]/, (letter) => letter.toLowerCase())];
  const like = (spelling: string) => {
    const part = pattern(spelling.replace(/[\\%_]/g, (char) => `\\${char}`));
    return sql<boolean>`lower(${sql.ref(column)}) like ${part} escape '\\'`;
  };
  return lower === other ? like(lower) : sql<boolean>`(${like(lower)} or ${like(other)})`;
}

const put = (lists: Map<string, string[]>, key: string, value: string): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};

/** That an address was somebody's: what was protected until then names them by it. @param holder - id, or `group`. */
export async function noteFormer(db: Database, address: string, holder: string, until: number): Promise<void> {
  await db
    .insertInto("former_addresses")
    .values({ address, holder, until })
    .onConflict((conflict) => conflict.columns(["address", "holder"]).doUpdateSet({ until }))
    .execute();
}
