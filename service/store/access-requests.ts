import type { Database, Write } from "./database.js";
import type { AccessRequestRow } from "./schema.js";

/** About one document may wait at once, so many; and of one person, about all documents. */
const maxOfDocument = 50;
export const maxOfPerson = 20;

/** Without the license, which may be long: many are read at once. */
export type AccessRequestSummary = Omit<AccessRequestRow, "license">;
const columns = [
  "id",
  "family",
  "issuer",
  "owner",
  "issued",
  "content_id",
  "document",
  "person",
  "reason",
  "asked",
  "state",
  "answered",
] as const;

/** What people asked owners for, and what became of it. */
export class AccessRequests {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  /**
   * Keeps one of each person about each document: who asks again while it waits says it anew.
   * @returns `false` where already too many wait about the document; nothing is kept then.
   */
  keep(request: AccessRequestRow): Promise<boolean> {
    const { family, issuer, person, reason, asked, license } = request;
    return this.#write(async (tx) => {
      const about = tx.selectFrom("access_requests").where("family", "=", family).where("issuer", "=", issuer);
      const known = await about.select(["id", "state"]).where("person", "=", person).executeTakeFirst();
      if (known?.state === "waiting") {
        await tx.updateTable("access_requests").set({ reason, asked, license }).where("id", "=", known.id).execute();
        return true;
      }
      const waiting = await about.select("id").where("state", "=", "waiting").limit(maxOfDocument).execute();
      if (waiting.length === maxOfDocument) return false;
      if (known !== undefined) await tx.deleteFrom("access_requests").where("id", "=", known.id).execute();
      await tx.insertInto("access_requests").values(request).execute();
      return true;
    });
  }

  /** Whether somebody has as many waiting as one may have. */
  async isFull(person: string): Promise<boolean> {
    const query = this.#read.selectFrom("access_requests").select("id").where("person", "=", person);
    const rows = await query.where("state", "=", "waiting").limit(maxOfPerson).execute();
    return rows.length === maxOfPerson;
  }

  async find(id: string): Promise<AccessRequestRow | null> {
    const query = this.#read.selectFrom("access_requests").selectAll().where("id", "=", id);
    return (await query.executeTakeFirst()) ?? null;
  }

  /** What waits about one document, the newest first. */
  waitingAbout(family: string, issuer: string, limit: number): Promise<AccessRequestSummary[]> {
    const query = this.#read.selectFrom("access_requests").select(columns).where("state", "=", "waiting");
    const about = query.where("family", "=", family).where("issuer", "=", issuer);
    return about.orderBy("asked", "desc").orderBy("id").limit(limit).execute();
  }

  /** About documents that a person issued, or that name one of the addresses as their owner's. */
  async about(issuer: string, owners: readonly string[], limit: number): Promise<AccessRequestSummary[]> {
    const query = this.#read.selectFrom("access_requests").select(columns);
    const theirs = query.where(({ or, eb }) => or([eb("issuer", "=", issuer), eb("owner", "in", [...owners])]));
    return theirs.orderBy("state", "desc").orderBy("asked", "desc").orderBy("id").limit(limit).execute();
  }

  /** The license was for this alone, and goes. @returns `false` where it was answered already. */
  answer(id: string, state: "granted" | "refused", answered: number): Promise<boolean> {
    return this.#write(async (tx) => {
      const waiting = tx.updateTable("access_requests").where("id", "=", id).where("state", "=", "waiting");
      return (await waiting.set({ state, answered, license: "" }).executeTakeFirst()).numUpdatedRows > 0n;
    });
  }

  async forgetBefore(asked: number): Promise<void> {
    await this.#write((tx) => tx.deleteFrom("access_requests").where("asked", "<", asked).execute());
  }
}
