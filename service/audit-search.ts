import type { AuditRecord } from "./audit.js";
import { readRecord } from "./audit-chain.js";
import type { Database } from "./store/database.js";

/** What to look for, and from where on. */
export interface AuditSearch {
  order: "newest" | "oldest";
  /** Goes on behind the record of this number. */
  after?: number | undefined;
  /** Records at most. */
  limit: number;
  matches: (record: AuditRecord) => boolean;
}

export interface FoundRecords {
  records: ChainedRecord[];
  /** Behind which number to go on; `null` at the end. */
  next: number | null;
}

export interface ChainedRecord {
  record: AuditRecord;
  /** Of the chain up to here, hex. */
  hash: string;
}

/** Rows read at once; requests are served between. */
const chunkRows = 500;
/** One search looks at so many rows, and gives so many bytes of records, at most: it answers with what it has by then. */
const maxLookedAt = 100_000;
const maxFoundBytes = 2 * 1024 * 1024;

/**
 * Records in the order of their numbers. Every record is looked at, whatever is looked for: each costs the same, and no
 * index has to be kept for it while licenses are given.
 */
export async function searchAudit(db: Database, { order, after, limit, matches }: AuditSearch): Promise<FoundRecords> {
  const records: ChainedRecord[] = [];
  let [at, bytes] = [after, 0];
  for (let lookedAt = 0; lookedAt < maxLookedAt; lookedAt += chunkRows) {
    const rows = await rowsBehind(db, order, at);
    for (const { seq, record: text, hash } of rows) {
      at = seq;
      const record = readRecord(text);
      if (!matches(record)) continue;
      bytes += text.length;
      records.push({ record, hash });
      if (records.length === limit || bytes >= maxFoundBytes) return { records, next: seq };
    }
    if (rows.length < chunkRows) return { records, next: null };
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return { records, next: at! };
}

function rowsBehind(db: Database, order: AuditSearch["order"], at: number | undefined) {
  const isNewest = order === "newest";
  const query = db
    .selectFrom("audit")
    .select(["seq", "record", "hash"])
    .orderBy("seq", isNewest ? "desc" : "asc")
    .limit(chunkRows);
  return (at === undefined ? query : query.where("seq", isNewest ? "<" : ">", at)).execute();
}
