import type { Database } from "./database.js";
import { inParts } from "./people.js";

/** Who may protect: ids of people, addresses of groups. Nobody in the list means that nothing is limited. */
export class Publishers {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async list(): Promise<string[]> {
    const rows = await this.#db.selectFrom("publishers").select("member").orderBy("member").execute();
    return rows.map(({ member }) => member);
  }

  /** All of them from now on, within one transaction. */
  async replace(members: readonly string[]): Promise<void> {
    await this.#db.deleteFrom("publishers").execute();
    const rows = [...new Set(members)].map((member) => ({ member }));
    for (const some of inParts(rows)) await this.#db.insertInto("publishers").values(some).execute();
  }
}
