import type { AuditAction } from "../shared/protocol/audit-api.js";
import { AuditAnchor } from "./audit-anchor.js";
import {
  type ChainHead,
  emptyHead,
  encodeRecord,
  isHeadIntact,
  nextRow,
  readRecord,
  type Unchained,
  verifyChain,
} from "./audit-chain.js";
import { type AuditSearch, type FoundRecords, searchAudit } from "./audit-search.js";
import { compileInserts, compileOnce } from "./store/compiled.js";
import type { Database } from "./store/database.js";
import type { AuditRow } from "./store/schema.js";
import type { Store } from "./store/store.js";

/** One decision. Ids and digests only, and names as data: never key material, never content. */
export interface AuditEvent {
  action: AuditAction;
  /** `"done"`, or the code of the refusal. */
  result: string;
  /** Subject id of who asked; `null` when nobody is known. */
  subject: string | null;
  address?: string;
  name?: string;
  /** Somebody from outside of the organisation. */
  guest?: true;
  family?: string;
  /** Subject id of the document's issuer. */
  issuer?: string;
  contentId?: string;
  /** base64url of the publishing license's body digest. */
  licenseDigest?: string;
  /** Serial of the account certificate. */
  device?: string;
  /** RFC 7638 thumbprint of the key that proved possession. */
  proofKey?: string;
  tokenId?: string;
  ip?: string;
  correlationId?: string;
  /** Until when a use license that was given can be used (ms); none for one that is never stored. */
  until?: number;
  /** More, for people. Like every text here it is cut after 1024 characters. */
  detail?: string;
}

export interface AuditRecord extends AuditEvent {
  /** From 1, without gaps. */
  seq: number;
  /** ms */
  time: number;
}

export interface AuditVerification {
  records: number;
  intact: boolean;
  /** `seq` of the first record that is not as it was written, or is missing. */
  firstBad: number | null;
  /** Hash of the last record, hex; 64 zeros when there is none. Kept elsewhere it proves what came before. */
  head: string;
}

export interface AuditQuery {
  family?: string;
  issuer?: string;
  subject?: string;
  action?: AuditAction;
  /** At most; 1000 unless told. */
  limit?: number;
}

export interface Audit {
  /** Resolves once the record is on disk: await it before a key leaves. */
  append(event: AuditEvent): Promise<void>;
  /** Newest first. */
  events(query: AuditQuery): Promise<AuditRecord[]>;
  /** A page of all of it, read in bounded time and memory: see `searchAudit`. */
  search(search: AuditSearch): Promise<FoundRecords>;
  /** The last moment (ms) a use license of a document can be used offline; `null` if none was ever given. */
  lastUse(family: string, issuer: string): Promise<number | null>;
  /** Whether its end is as it was written: a look, where `verify` reads everything. */
  isIntactAtHead(): Promise<boolean>;
  /** Reads the whole log, in bounded memory. `verifyChain` and `AuditAnchor` say what this notices. */
  verify(): Promise<AuditVerification>;
  /** Writes the anchor a last time. */
  close(): Promise<void>;
}

export interface AuditOptions {
  store: Store;
  /** Where the head of the chain is noted outside the database (`audit.head`). */
  headFile: string;
  now?: () => number;
}

/** Open the log in the store; it begins with the first record. */
export async function openAudit({ store, headFile, now = Date.now }: AuditOptions): Promise<Audit> {
  const anchor = await AuditAnchor.open(headFile, (seq) => hashAt(store.read, seq));
  const chain = new ChainWriter(store, anchor, now);
  return {
    append: (event) => chain.append(event),
    events: (query) => findEvents(store.read, query),
    search: (search) => searchAudit(store.read, search),
    lastUse: (family, issuer) => findLastUse(store.read, family, issuer),
    isIntactAtHead: () => isHeadIntact(store.read, headFile),
    verify: () => verifyChain(store.read, headFile),
    close: () => anchor.close(),
  };
}

interface Pending {
  record: Unchained;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const columns = ["seq", "record", "hash", "time", "action", "subject", "family", "issuer", "until"] as const;

/** Records that come together are chained and flushed together, in the order they came. */
class ChainWriter {
  readonly #store: Store;
  readonly #anchor: AuditAnchor;
  readonly #now: () => number;
  readonly #head;
  readonly #inserts;
  #pending: Pending[] = [];

  constructor(store: Store, anchor: AuditAnchor, now: () => number) {
    this.#store = store;
    this.#anchor = anchor;
    this.#now = now;
    const { read } = store;
    this.#head = compileOnce(() => read.selectFrom("audit").select(["seq", "hash"]).orderBy("seq", "desc").limit(1));
    this.#inserts = compileInserts(columns, (rows: AuditRow[]) => read.insertInto("audit").values(rows));
  }

  append(event: AuditEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ record: encodeRecord(event, this.#now()), resolve, reject });
      if (this.#pending.length === 1) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    let batch: Pending[] = [];
    const take = () => {
      batch = this.#pending;
      this.#pending = [];
      return batch;
    };
    try {
      this.#anchor.note(await this.#store.write((tx) => this.#extend(tx, take())));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // Where the transaction could not even begin, the records were not taken yet.
      for (const { reject } of batch.length > 0 ? batch : take()) reject(error);
    }
  }

  /** The head is read in the same transaction, so several nodes cannot fork the chain. */
  async #extend(tx: Database, batch: readonly Pending[]): Promise<ChainHead> {
    let head: ChainHead = (await tx.executeQuery(this.#head())).rows[0] ?? emptyHead;
    const rows: AuditRow[] = [];
    for (const { record } of batch) {
      const row = nextRow(head, record);
      rows.push(row);
      head = row;
    }
    for (const insert of this.#inserts(rows)) await tx.executeQuery(insert);
    return head;
  }
}

async function hashAt(db: Database, seq: number): Promise<string | null> {
  const row = await db.selectFrom("audit").select("hash").where("seq", "=", seq).executeTakeFirst();
  return row?.hash ?? null;
}

async function findEvents(db: Database, { limit = 1000, ...equal }: AuditQuery): Promise<AuditRecord[]> {
  let query = db.selectFrom("audit").select("record").orderBy("seq", "desc").limit(limit);
  for (const column of ["family", "issuer", "subject", "action"] as const) {
    const value = equal[column];
    if (value !== undefined) query = query.where(column, "=", value);
  }
  return (await query.execute()).map(({ record }) => readRecord(record));
}

async function findLastUse(db: Database, family: string, issuer: string): Promise<number | null> {
  const query = db.selectFrom("audit").select((select) => select.fn.max("until").as("until"));
  const row = await query.where("family", "=", family).where("issuer", "=", issuer).executeTakeFirst();
  return row?.until ?? null;
}
