import type { Database } from "./database.js";
import type { SuperAccessRow } from "./schema.js";

/** What super users asked for, who approved it, and until when it holds. */
export class SuperAccesses {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(access: SuperAccessRow): Promise<void> {
    await this.#db.insertInto("super_access").values(access).execute();
  }

  async find(id: string): Promise<SuperAccessRow | null> {
    return (await this.#db.selectFrom("super_access").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;
  }

  /** The newest first. @param person - whose; everybody's if left out. */
  async list(limit: number, person?: string): Promise<SuperAccessRow[]> {
    const query = this.#db.selectFrom("super_access").selectAll().orderBy("asked", "desc").orderBy("id").limit(limit);
    return (person === undefined ? query : query.where("person", "=", person)).execute();
  }

  /** Ids of the people who approved, the first first. */
  async approvals(id: string): Promise<string[]> {
    const query = this.#db.selectFrom("super_approvals").select("person").where("access", "=", id);
    return (await query.orderBy("time").orderBy("person").execute()).map(({ person }) => person);
  }

  async approve(access: string, person: string, time: number): Promise<void> {
    await this.#db.insertInto("super_approvals").values({ access, person, time }).execute();
  }

  async open(id: string, until: number): Promise<void> {
    await this.#db.updateTable("super_access").set({ until }).where("id", "=", id).execute();
  }

  async end(id: string, ended: number): Promise<void> {
    await this.#db.updateTable("super_access").set({ ended }).where("id", "=", id).execute();
  }

  /** The one that holds for a person at this moment. */
  async openFor(person: string, nowMs: number): Promise<SuperAccessRow | null> {
    const query = this.#db.selectFrom("super_access").selectAll().where("person", "=", person);
    const open = query.where("until", ">", nowMs).where("ended", "is", null);
    return (await open.orderBy("until", "desc").limit(1).executeTakeFirst()) ?? null;
  }
}
