import type { Database } from "./database.js";
import { contains, inParts, type ListOptions, noteFormer } from "./people.js";

export interface ListedGroup {
  readonly address: string;
  readonly name: string;
  /** How many people and groups are in it directly. */
  readonly members: number;
}

/** Somebody or some group in a group. */
export interface GroupMember {
  /** The person's id, or the group's address: what a membership names. */
  readonly member: string;
  readonly kind: "person" | "group";
  readonly address: string;
  readonly name: string;
}

/** Groups as administrators change them, inside of one transaction or on what is committed. */
export class Groups {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find(address: string): Promise<ListedGroup | null> {
    return (await this.#counted().where("address", "=", address).executeTakeFirst()) ?? null;
  }

  /** Which of `addresses` are groups'. */
  async among(addresses: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const some of inParts(addresses)) {
      const rows = this.#db.selectFrom("groups").select("address").where("address", "in", some);
      for (const { address } of await rows.execute()) found.add(address);
    }
    return found;
  }

  /** By address, from behind `after` on. */
  async list({ search, after = "", limit }: ListOptions): Promise<ListedGroup[]> {
    const query = this.#counted().where("address", ">", after).orderBy("address").limit(limit);
    if (search === undefined) return query.execute();
    return query.where((is) => is.or([contains("name", search), contains("address", search)])).execute();
  }

  /** Who is in it directly, people by the address shown first, then groups. */
  async members(address: string): Promise<GroupMember[]> {
    const members = this.#db.selectFrom("group_members").where("group_address", "=", address);
    const people = await members
      .innerJoin("people", "id", "member")
      .innerJoin("addresses", (on) => on.onRef("person", "=", "id").on("position", "=", 0))
      .select(["member", "address", "name"])
      .orderBy("address")
      .execute();
    const groups = await members
      .innerJoin("groups", "address", "member")
      .select(["member", "address", "name"])
      .orderBy("address")
      .execute();
    return [
      ...people.map((one) => ({ ...one, kind: "person" as const })),
      ...groups.map((one) => ({ ...one, kind: "group" as const })),
    ];
  }

  /** Make a group, or give it another name. */
  async put(address: string, name: string): Promise<void> {
    await this.#db
      .insertInto("groups")
      .values({ address, name })
      .onConflict((conflict) => conflict.column("address").doUpdateSet({ name }))
      .execute();
  }

  /** With its memberships, in other groups too. */
  async remove(address: string, nowMs: number): Promise<void> {
    const memberships = this.#db.deleteFrom("group_members");
    await memberships.where((is) => is.or([is("group_address", "=", address), is("member", "=", address)])).execute();
    await this.#db.deleteFrom("groups").where("address", "=", address).execute();
    await noteFormer(this.#db, address, "group", nowMs);
  }

  /** @param members - ids of people, addresses of groups. */
  async add(address: string, members: readonly string[]): Promise<void> {
    const rows = members.map((member) => ({ group_address: address, member }));
    for (const some of inParts(rows))
      await this.#db
        .insertInto("group_members")
        .values(some)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }

  async drop(address: string, members: readonly string[]): Promise<void> {
    for (const some of inParts(members))
      await this.#db
        .deleteFrom("group_members")
        .where("group_address", "=", address)
        .where("member", "in", some)
        .execute();
  }

  #counted() {
    return this.#db
      .selectFrom("groups")
      .select(["address", "name"])
      .select((select) =>
        select
          .selectFrom("group_members")
          .whereRef("group_address", "=", "address")
          .select(({ fn }) => fn.countAll<number>().as("count"))
          .$castTo<{ count: number }>()
          .as("members"),
      )
      .$castTo<ListedGroup>();
  }
}
