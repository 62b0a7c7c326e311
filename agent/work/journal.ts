import { constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { readAll, writeAll } from "./file-bytes.js";
import { systemCode } from "./file-errors.js";
import type { StoredIdentity } from "./file-identity.js";
import type { FileOps, FileStat, Folder } from "./file-ops.js";
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

export interface JournalJob {
  /** True when it returns: the note survives a loss of power. */
  note(note: JournalNote): Promise<void>;
  /** The job is over and nothing of it is left. */
  end(): Promise<void>;
  /** The job stopped with something left to do: `recover` does it. */
  leave(): Promise<void>;
}

export interface PendingJob {
  plan: JournalPlan;
  note: JournalNote | null;
  abandoned: boolean;
  ageMs: number;
  forget(): Promise<void>;
}

/** What is being replaced, so that the next start can finish or undo it. One file per job in `<home>/journal`. */
export interface Journal {
  /** True when it returns: the plan survives a loss of power, so that no temporary file ever is unknown. */
  begin(plan: JournalPlan): Promise<JournalJob>;
  pending(nowMs?: number): Promise<PendingJob[]>;
}

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants;
const suffix = ".journal";
const limitBytes = 4 << 20;

/** An error of the journal in words of its own: it is not the user's file that could not be written. */
function journalError(error: unknown): unknown {
  if (systemCode(error) === "") return error;
  const isFull = ["ENOSPC", "EDQUOT"].includes(systemCode(error));
  return new RightsError(
    isFull ? "disk-full" : "file-unwritable",
    `the agent's own folder ${isFull ? "has no room left" : "cannot be written"}, so nothing was changed`,
    { cause: error },
  );
}

async function beginJob(folder: Folder, plan: JournalPlan): Promise<JournalJob> {
  const name = plan.id + suffix;
  const file = await folder.open(name, O_RDWR | O_CREAT | O_EXCL, 0o600);
  let position = 0;
  let isNamed = false; // whether the entry's own name is durable
  const append = async (line: object) => {
    try {
      position = await writeAll(file, utf8(`${JSON.stringify(line)}\n`), position);
      await Promise.all([file.sync(), isNamed ? null : folder.sync()]);
      isNamed = true;
    } catch (error) {
      throw journalError(error);
    }
  };
  const beat = setInterval(() => {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    file.setTimes(nowNs, nowNs).catch(() => undefined);
  }, heartbeatMs).unref();
  const stop = async () => {
    clearInterval(beat);
    await file.close();
  };
  const leave = async () => {
    await stop();
    await folder.close();
  };
  const end = async () => {
    await stop();
    await folder.unlink(name);
    await folder.close();
  };
  try {
    await append(plan);
  } catch (error) {
    await stop()
      .then(() => folder.unlink(name))
      .catch(() => undefined);
    throw error;
  }
  return { note: append, end, leave };
}

function isPlan(value: unknown, id: string): value is JournalPlan {
  if (typeof value !== "object" || value === null) return false;
  const plan = value as Partial<JournalPlan>;
  return plan.v === 1 && plan.id === id && typeof plan.folder === "string" && isOwner(plan.owner);
}

/** Lines that are whole: the last one may be torn, because the process or the power went while it was written. */
function wholeLines(text: string): unknown[] {
  const values: unknown[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    try {
      values.push(JSON.parse(line));
    } catch {
      break;
    }
  }
  return values;
}

async function readJob(folder: Folder, name: string): Promise<{ lines: unknown[]; stat: FileStat }> {
  const file = await folder.open(name, O_RDONLY);
  try {
    return { lines: wholeLines(new TextDecoder().decode(await readAll(file, limitBytes))), stat: await file.stat() };
  } finally {
    await file.close();
  }
}

/** Opens the journal anew: a recovery takes its time, and keeps nothing open meanwhile. */
async function forget(ops: FileOps, path: string, name: string): Promise<void> {
  const folder = await ops.openFolder(path);
  await removeIfThere(folder, name).finally(() => folder.close());
}

async function pendingJob(folder: Folder, name: string, nowMs: number, forget: () => Promise<void>) {
  const id = name.slice(0, -suffix.length);
  const { lines, stat } = await readJob(folder, name);
  const ageMs = nowMs - Number(stat.mtimeNs / 1_000_000n);
  const [plan, ...notes] = lines;
  if (isPlan(plan, id)) {
    const note = (notes.at(-1) as JournalNote | undefined) ?? null;
    return { plan, note, abandoned: isAbandoned(plan.owner, id, ageMs), ageMs, forget };
  }
  // Its owner went before the plan was whole, so nothing was begun; a live one may be writing it now.
  if (ageMs > heartbeatMs) await forget();
  return null;
}

async function pendingJobs(folder: Folder, nowMs: number, ops: FileOps): Promise<PendingJob[]> {
  const jobs: PendingJob[] = [];
  for (const name of (await folder.list()).filter((name) => name.endsWith(suffix)).sort()) {
    const job = await pendingJob(folder, name, nowMs, () => forget(ops, folder.path, name)).catch((error) => {
      if (systemCode(error) === "ENOENT") return null; // its owner finished just now
      throw error;
    });
    if (job !== null) jobs.push(job);
  }
  return jobs;
}

const told = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error) => {
    throw journalError(error);
  });

/** The journal in `home`, which exists. Everything about it throws `file-unwritable` or `disk-full`. */
export async function openJournal(home: string, ops: FileOps = nodeFiles): Promise<Journal> {
  const path = join(home, "journal");
  if (ops === nodeFiles) await told(mkdir(path, { recursive: true, mode: 0o700 }));
  const begin = async (plan: JournalPlan) => {
    const folder = await ops.openFolder(path);
    return beginJob(folder, plan).catch(async (error) => {
      await folder.close();
      throw error;
    });
  };
  const pending = async (nowMs = Date.now()) => {
    const folder = await ops.openFolder(path);
    return pendingJobs(folder, nowMs, ops).finally(() => folder.close());
  };
  return { begin: (plan) => told(begin(plan)), pending: (nowMs) => told(pending(nowMs)) };
}
