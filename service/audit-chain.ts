import { createHash } from "node:crypto";
import { oneLine } from "../shared/one-line.js";
import type { AuditEvent, AuditRecord, AuditVerification } from "./audit.js";
import { type Anchor, readAnchor } from "./audit-anchor.js";
import type { Database } from "./store/database.js";
import type { AuditRow } from "./store/schema.js";

/** Where the chain has got to. */
export interface ChainHead {
  seq: number;
  /** hex */
  hash: string;
}

/** Before the first record. */
export const emptyHead: ChainHead = { seq: 0, hash: "0".repeat(64) };

/** Characters of one text in a record at most. */
const maxText = 1024;

/** Rows read at once while verifying. */
const pageRows = 500;

/** A record that has no place in the chain yet. */
export interface Unchained {
  /** All of it but its number, as JSON text. */
  readonly body: string;
  readonly columns: Omit<AuditRow, "seq" | "record" | "hash">;
}

/** The row after `head`: the record as JSON text, and SHA-256(hash before ‖ that text) in hex. */
export function nextRow(head: ChainHead, { body, columns }: Unchained): AuditRow {
  const seq = head.seq + 1;
  const record = `{"seq":${seq},${body.slice(1)}`;
  return { seq, record, hash: chainHash(head.hash, record), ...columns };
}

export const readRecord = (text: string): AuditRecord => JSON.parse(text);

/** Without its number. */
export function encodeRecord(event: AuditEvent, time: number): Unchained {
  const record = { time, ...event };
  for (const [name, value] of Object.entries(record))
    if (typeof value === "string" && value.length > maxText) Object.assign(record, { [name]: value.slice(0, maxText) });
  return { body: oneLine(JSON.stringify(record)), columns: columnsOf(record) };
}

const chainHash = (before: string, record: string): string =>
  createHash("sha256").update(Buffer.from(before, "hex")).update(record, "utf8").digest("hex");

/** What is indexed is derived from the record alone, so that an edited column shows. */
function columnsOf(record: Omit<AuditRecord, "seq">): Omit<AuditRow, "seq" | "record" | "hash"> {
  const { time, action, subject, family = null, issuer = null, until = null } = record;
  return { time, action, subject, family, issuer, until };
}

/**
 * Whether every record is as it was written: edited, deleted, inserted, reordered records and edited columns break the
 * chain. That records are missing at the end is seen only from the anchor outside the database, as far as that
 * reaches; whoever can rewrite both can rewrite the log, unless a head was kept elsewhere.
 */
export async function verifyChain(db: Database, headFile: string): Promise<AuditVerification> {
  const anchor = await readAnchor(headFile);
  let head = emptyHead;
  for await (const row of allRows(db)) {
    if (!follows(row, head, anchor)) return broken(db, head.seq + 1);
    head = row;
  }
  if (anchor && head.seq < anchor.records) return broken(db, head.seq + 1);
  return { records: head.seq, intact: true, firstBad: null, head: head.hash };
}

/**
 * Whether the end of the chain is as it was written, and the anchor does not contradict it: what can be told without
 * reading it all.
 */
export async function isHeadIntact(db: Database, headFile: string): Promise<boolean> {
  const anchor = await readAnchor(headFile);
  const rows = await db.selectFrom("audit").selectAll().orderBy("seq", "desc").limit(2).execute();
  const [last, before = emptyHead] = rows;
  if (anchor && anchor.records > (last?.seq ?? 0)) return false;
  if (last !== undefined && !follows(last, before, anchor)) return false;
  if (!anchor || anchor.records === 0) return true;
  const noted = await db.selectFrom("audit").select("hash").where("seq", "=", anchor.records).executeTakeFirst();
  return noted?.hash === anchor.head;
}

function follows(row: AuditRow, head: ChainHead, anchor: Anchor | null): boolean {
  if (row.seq !== head.seq + 1 || row.hash !== chainHash(head.hash, row.record)) return false;
  if (anchor?.records === row.seq && anchor.head !== row.hash) return false;
  const record = readRecord(row.record);
  const expected = { seq: record.seq, record: row.record, hash: row.hash, ...columnsOf(record) };
  return Object.entries(expected).every(([column, value]) => row[column as keyof AuditRow] === value);
}

async function broken(db: Database, firstBad: number): Promise<AuditVerification> {
  const count = db.selectFrom("audit").select((select) => select.fn.countAll<number>().as("records"));
  const { records } = await count.executeTakeFirstOrThrow();
  const last = await db.selectFrom("audit").select("hash").orderBy("seq", "desc").limit(1).executeTakeFirst();
  return { records: Number(records), intact: false, firstBad, head: last?.hash ?? emptyHead.hash };
}

/** In pages, with a pause after each, so that requests are served meanwhile. */
async function* allRows(db: Database): AsyncGenerator<AuditRow> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await db
      .selectFrom("audit")
      .selectAll()
      .where("seq", ">", after)
      .orderBy("seq")
      .limit(pageRows)
      .execute();
    yield* page;
    if (page.length < pageRows) return;
    after = page.at(-1)!.seq;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
