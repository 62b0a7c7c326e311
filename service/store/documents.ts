import { compileOnce } from "./compiled.js";
import type { Ask, Database, Write } from "./database.js";
import type { DocumentRow } from "./schema.js";

/** A document that was registered, tracked or revoked; others have no row. Times in ms. */
export interface TrackedDocument {
  family: string;
  /** Subject id of whoever protected it. Family and issuer together are the key. */
  issuer: string;
  contentId: string;
  name: string | null;
  /** Label id. */
  label: string | null;
  /** Template id; `null` also where the document was registered before this was kept. */
  template: string | null;
  registered: number;
  revoked: number | null;
  /** Number of the amendment in force, and when it was made; `null` for none. */
  amendment: number | null;
  amended: number | null;
}

type NewDocument = Omit<TrackedDocument, "revoked" | "amendment" | "amended">;

/** What the service keeps about single documents. */
export class Documents {
  readonly #read: Database;
  readonly #write: Write;
  readonly #ask: Ask;
  readonly #find;

  constructor(read: Database, write: Write, ask: Ask) {
    this.#read = read;
    this.#write = write;
    this.#ask = ask;
    this.#find = compileOnce((family: string, issuer: string) =>
      read.selectFrom("documents").selectAll().where("family", "=", family).where("issuer", "=", issuer),
    );
  }

  async find(family: string, issuer: string): Promise<TrackedDocument | null> {
    const [row] = await this.#ask(this.#find(family, issuer));
    return row ? fromRow(row) : null;
  }

  /** The issuer's own, newest first, at most `limit`. */
  async byIssuer(issuer: string, limit = 1000): Promise<TrackedDocument[]> {
    const rows = await this.#read
      .selectFrom("documents")
      .selectAll()
      .where("issuer", "=", issuer)
      .orderBy("registered", "desc")
      .orderBy("family")
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  }

  /** Whether this very publishing license (base64url of its body digest) was registered before then (ms), or by its issuer. */
  async isVouchedFor(digest: string, beforeMs: number): Promise<boolean> {
    const query = this.#read.selectFrom("registered_licenses").selectAll().where("digest", "=", digest);
    const row = await query.executeTakeFirst();
    return row !== undefined && (row.registered < beforeMs || row.registrant === row.issuer);
  }

  /**
   * Make the document's row unless there is one, and note its license. A document stays revoked; a new name or label
   * replaces the known one. @param digest - base64url of the publishing license's body digest.
   * @param registrant - subject id of who registers it; that its issuer did is never forgotten.
   */
  register(document: NewDocument, digest: string, registrant: string): Promise<void> {
    const { contentId, ...columns } = document;
    return this.#write(async (tx) => {
      await tx
        .insertInto("documents")
        .values({ ...columns, content_id: contentId, revoked: null, amendment: null, amended: null })
        .onConflict((conflict) =>
          conflict.columns(["family", "issuer"]).doUpdateSet((set) => ({
            name: set.fn.coalesce(set.val(document.name), "documents.name"),
            label: set.fn.coalesce(set.val(document.label), "documents.label"),
            template: set.fn.coalesce(set.val(document.template), "documents.template"),
          })),
        )
        .execute();
      const { family, issuer, registered } = document;
      await tx
        .insertInto("registered_licenses")
        .values({ digest, family, issuer, registered, registrant })
        .onConflict((conflict) =>
          registrant === issuer
            ? conflict.column("digest").doUpdateSet({ registrant })
            : conflict.column("digest").doNothing(),
        )
        .execute();
    });
  }

  /** Set or clear the moment (ms) a registered document was revoked; `false` if it was never registered. */
  setRevoked(family: string, issuer: string, revoked: number | null): Promise<boolean> {
    return this.#write(async (tx) => {
      const result = await tx
        .updateTable("documents")
        .set({ revoked })
        .where("family", "=", family)
        .where("issuer", "=", issuer)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    });
  }
}

const fromRow = ({ content_id, ...row }: DocumentRow): TrackedDocument => ({ ...row, contentId: content_id });
