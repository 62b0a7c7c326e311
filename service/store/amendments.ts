import type { PolicyTerms } from "../../shared/amendment.js";
import type { Database, Write } from "./database.js";
import type { AmendmentRow } from "./schema.js";

/** Rights of a document changed after sending. Family and issuer are the document, as in `Documents`. */
export interface Amendment {
  readonly family: string;
  readonly issuer: string;
  /** From 1, one more each time; never goes down. */
  readonly version: number;
  /** Drawn by who asked, so that asking again is known. */
  readonly id: string;
  /** Subject id of who changed them. */
  readonly person: string;
  /** ms */
  readonly time: number;
  readonly terms: PolicyTerms;
  /** Whether somebody could do less after it than before. */
  readonly shrank: boolean;
}

/** Every amendment ever made; the last one of a document holds. */
export class Amendments {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  async find(family: string, issuer: string, version: number): Promise<Amendment | null> {
    const row = await rowsOf(this.#read, family, issuer).where("version", "=", version).executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  async findById(family: string, issuer: string, id: string): Promise<Amendment | null> {
    const row = await rowsOf(this.#read, family, issuer).where("id", "=", id).executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /**
   * Put an amendment in force, if the one in force is still `base` (0 for none). The document has a row already.
   * @returns `false` when another came in between; nothing is changed then.
   */
  add(amendment: Amendment, base: number): Promise<boolean> {
    const { terms, shrank, ...columns } = amendment;
    const { family, issuer, version, time } = columns;
    return this.#write(async (tx) => {
      const updated = await tx
        .updateTable("documents")
        .set({ amendment: version, amended: time })
        .where("family", "=", family)
        .where("issuer", "=", issuer)
        .where("amendment", base === 0 ? "is" : "=", base === 0 ? null : base)
        .executeTakeFirst();
      if (updated.numUpdatedRows === 0n) return false;
      const row = { ...columns, shrank: shrank ? 1 : 0, json: JSON.stringify(terms) };
      await tx.insertInto("amendments").values(row).execute();
      return true;
    });
  }
}

const rowsOf = (read: Database, family: string, issuer: string) =>
  read.selectFrom("amendments").selectAll().where("family", "=", family).where("issuer", "=", issuer);

const fromRow = ({ json, shrank, ...row }: AmendmentRow): Amendment => ({
  ...row,
  terms: JSON.parse(json),
  shrank: shrank === 1,
});
