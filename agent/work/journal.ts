import { constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readAll } from "./file-bytes.js";
import { systemCode } from "./file-errors.js";
import type { StoredIdentity } from "./file-identity.js";
import type { FileOps, FileStat, Folder } from "./file-ops.js";
import { bookSuffix, JournalBook, journalError } from "./journal-book.js";
import { removeIfThere } from "./move.js";
import { nodeFiles } from "./node-files.js";
import { heartbeatMs, isAbandoned, isOwner, type Owner } from "./owner.js";

/** What a job means to do; written before its first step. */
export interface JournalPlan {
  v: 1;
  id: string;
  owner: Owner;
  /** Where the result goes. */
  folder: string;
  /** The original that goes when the result is there; `null` where nothing goes. */
  original: { folder: string; name: string; identity: StoredIdentity; claim: string } | null;
}

/** What a job is about to do, one line each, in order. The last one counts. */
export type JournalNote =
  /** The verified file `written` is about to get the name `final`. */
  | { step: "publish"; final: string; written: StoredIdentity }
  /** The job gave up after that: `original` is what is at the original's place, or `null` where nothing was. */
  | { step: "undo"; final: string; written: StoredIdentity; original: StoredIdentity | null };

/** A line of the journal: what a job means to do, then what it is about to do, then that it is over. */
export type JournalLine =
  | { id: string; plan: JournalPlan }
  | { id: string; note: JournalNote }
  | { id: string; end: true };

export interface JournalJob {
  /** True when it returns: the note survives a loss of power. */
  note(note: JournalNote): Promise<void>;
  /** The job is over and nothing of it is left. Without this, `recover` does what is left to do. */
  end(): Promise<void>;
}

export interface PendingJob {
  plan: JournalPlan;
  note: JournalNote | null;
  abandoned: boolean;
  ageMs: number;
  forget(): Promise<void>;
}

/** What is being replaced, so that the next start can finish or undo it: a few files in `<home>/journal`. */
export interface Journal {
  /** True when it returns: the plan survives a loss of power, so that no temporary file ever is unknown. */
  begin(plan: JournalPlan): Promise<JournalJob>;
  pending(nowMs?: number): Promise<PendingJob[]>;
}

const { O_RDONLY } = constants;
const limitBytes = 4 << 20;

function isPlan(value: unknown, id: string): value is JournalPlan {
  if (typeof value !== "object" || value === null) return false;
  const plan = value as Partial<JournalPlan>;
  return plan.v === 1 && plan.id === id && typeof plan.folder === "string" && isOwner(plan.owner);
}

/** Lines that are whole: the last one may be torn, because the process or the power went while it was written. */
function wholeLines(text: string): Partial<{ id: string; plan: unknown; note: JournalNote; end: true }>[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === "object" && value !== null ? [value] : [];
    } catch {
      return [];
    }
  });
}

interface BookJob {
  plan: JournalPlan;
  note: JournalNote | null;
  isOver: boolean;
}

function jobsIn(text: string): BookJob[] {
  const jobs = new Map<string, BookJob>();
  for (const { id = "", plan, note, end } of wholeLines(text)) {
    const job = jobs.get(id);
    if (isPlan(plan, id)) jobs.set(id, { plan, note: null, isOver: false });
    else if (job && note) job.note = note;
    else if (job && end) job.isOver = true;
  }
  return [...jobs.values()];
}

async function readBook(folder: Folder, name: string): Promise<{ jobs: BookJob[]; stat: FileStat }> {
  const file = await folder.open(name, O_RDONLY);
  try {
    return { jobs: jobsIn(new TextDecoder().decode(await readAll(file, limitBytes))), stat: await file.stat() };
  } finally {
    await file.close();
  }
}

class FolderJournal implements Journal {
  readonly #path: string;
  readonly #ops: FileOps;
  readonly #books = new Map<string, JournalBook>();
  #newest: Promise<JournalBook> | null = null;

  constructor(path: string, ops: FileOps) {
    this.#path = path;
    this.#ops = ops;
  }

  async begin(plan: JournalPlan): Promise<JournalJob> {
    for (;;) {
      this.#newest ??= this.#open();
      const newest = this.#newest;
      const book = await newest;
      if (book.takesMore) return beginIn(book, plan);
      if (this.#newest === newest) this.#newest = null;
    }
  }

  async #open(): Promise<JournalBook> {
    for (const [name, book] of this.#books) if (book.isOver) this.#books.delete(name);
    try {
      const book = await JournalBook.create(this.#ops, this.#path);
      this.#books.set(book.name, book);
      return book;
    } catch (error) {
      this.#newest = null;
      throw journalError(error);
    }
  }

  async pending(nowMs = Date.now()): Promise<PendingJob[]> {
    const folder = await this.#ops.openFolder(this.#path);
    try {
      const names = (await folder.list()).filter((name) => name.endsWith(bookSuffix)).sort();
      const jobs: PendingJob[] = [];
      for (const name of names) jobs.push(...(await this.#pendingIn(folder, name, nowMs)));
      return jobs;
    } catch (error) {
      throw journalError(error);
    } finally {
      await folder.close();
    }
  }

  async #pendingIn(folder: Folder, name: string, nowMs: number): Promise<PendingJob[]> {
    const book = await readBook(folder, name).catch((error) => {
      if (systemCode(error) === "ENOENT") return null; // its last job ended just now
      throw error;
    });
    const own = this.#books.get(name);
    if (book === null || own?.isOver) return [];
    const ageMs = nowMs - Number(book.stat.mtimeNs / 1_000_000n);
    const left = book.jobs.filter(({ plan, isOver }) => (own ? own.has(plan.id) : !isOver));
    if (left.length === 0 && !own && isDead(book.jobs, ageMs)) await this.#remove(name);
    let count = left.length;
    const forget = async (id: string) => {
      if (own) await own.end(id);
      else if (--count === 0) await this.#remove(name);
    };
    return left.map(({ plan, note }) => {
      const { owner, id } = plan;
      return { plan, note, abandoned: isAbandoned(owner, id, ageMs), ageMs, forget: () => forget(id) };
    });
  }

  /** Opens the folder anew: a recovery takes its time, and keeps nothing open meanwhile. */
  async #remove(name: string): Promise<void> {
    const folder = await this.#ops.openFolder(this.#path);
    await removeIfThere(folder, name).finally(() => folder.close());
  }
}

async function beginIn(book: JournalBook, plan: JournalPlan): Promise<JournalJob> {
  await book.begin(plan);
  return { note: (note) => book.note(plan.id, note), end: () => book.end(plan.id) };
}

/** Whether nobody writes a book any more in which every job is over. */
function isDead([job]: readonly BookJob[], ageMs: number): boolean {
  // Its owner went before its first plan was whole, so nothing was begun; a live one may be writing it now.
  if (job === undefined) return ageMs > heartbeatMs;
  return isAbandoned(job.plan.owner, job.plan.id, ageMs);
}

const journals = new Map<string, Journal>();

/**
 * The journal in `home`, which exists: in one process always the same, since it knows what its own jobs are about.
 * Everything about it throws `file-unwritable` or `disk-full`.
 */
export async function openJournal(home: string, ops: FileOps = nodeFiles): Promise<Journal> {
  const path = join(home, "journal");
  if (ops !== nodeFiles) return new FolderJournal(path, ops);
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error) => {
    throw journalError(error);
  });
  const journal = journals.get(path) ?? new FolderJournal(path, ops);
  journals.set(path, journal);
  return journal;
}
