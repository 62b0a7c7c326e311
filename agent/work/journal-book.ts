import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { writeAll } from "./file-bytes.js";
import { systemCode } from "./file-errors.js";
import type { FileOps, Folder, OpenFile } from "./file-ops.js";
import type { JournalLine, JournalNote, JournalPlan } from "./journal.js";
import { heartbeatMs } from "./owner.js";
import { Together } from "./together.js";

const { O_RDWR, O_CREAT, O_EXCL } = constants;
export const bookSuffix = ".journal";
/** So long a book takes new jobs: it can only go when the last of its jobs is over. */
const fullBytes = 1 << 20;

/** An error of the journal in words of its own: it is not the user's file that could not be written. */
export function journalError(error: unknown): unknown {
  if (systemCode(error) === "") return error;
  const isFull = ["ENOSPC", "EDQUOT"].includes(systemCode(error));
  return new RightsError(
    isFull ? "disk-full" : "file-unwritable",
    `the agent's own folder ${isFull ? "has no room left" : "cannot be written"}, so nothing was changed`,
    { cause: error },
  );
}

/**
 * A file of the journal that this process writes: lines of all jobs that are under way at the same time, so that they
 * share its flushes. It goes with the last of them.
 */
export class JournalBook {
  readonly name: string;
  readonly #folder: Folder;
  readonly #file: OpenFile;
  readonly #flushes = new Together();
  readonly #jobs = new Set<string>();
  readonly #beat: NodeJS.Timeout;
  #waiting = "";
  #position = 0;
  /** Whether the book's own name is durable. */
  #isNamed = false;
  #isBroken = false;

  private constructor(name: string, folder: Folder, file: OpenFile) {
    this.name = name;
    this.#folder = folder;
    this.#file = file;
    this.#beat = setInterval(() => {
      const nowNs = BigInt(Date.now()) * 1_000_000n;
      file.setTimes(nowNs, nowNs).catch(() => undefined);
    }, heartbeatMs).unref();
  }

  static async create(ops: FileOps, path: string): Promise<JournalBook> {
    const name = `${randomUUID()}${bookSuffix}`;
    const folder = await ops.openFolder(path);
    try {
      return new JournalBook(name, folder, await folder.open(name, O_RDWR | O_CREAT | O_EXCL, 0o600));
    } catch (error) {
      await folder.close();
      throw error;
    }
  }

  get takesMore(): boolean {
    return !this.#isBroken && this.#position < fullBytes;
  }

  /** Whether all its jobs are over, and so it is gone, or not one has begun. */
  get isOver(): boolean {
    return this.#jobs.size === 0;
  }

  /** Whether the job is not over yet. */
  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  async begin(plan: JournalPlan): Promise<void> {
    this.#jobs.add(plan.id);
    try {
      await this.#append({ id: plan.id, plan });
    } catch (error) {
      await this.end(plan.id).catch(() => undefined);
      throw error;
    }
  }

  note(id: string, note: JournalNote): Promise<void> {
    return this.#append({ id, note });
  }

  /** Nothing waits for this line: a job that seems not to be over is settled again, and nothing is found to do. */
  async end(id: string): Promise<void> {
    if (!this.#jobs.delete(id)) return;
    this.#waiting += lineOf({ id, end: true });
    if (this.#jobs.size === 0) await this.#remove();
  }

  async #append(line: JournalLine): Promise<void> {
    this.#waiting += lineOf(line);
    try {
      await this.#flushes.run(() => this.#flush());
    } catch (error) {
      throw journalError(error);
    }
  }

  async #flush(): Promise<void> {
    const bytes = utf8(this.#waiting);
    this.#waiting = "";
    try {
      const end = await writeAll(this.#file, bytes, this.#position);
      await Promise.all([this.#file.sync(), this.#isNamed ? null : this.#folder.sync()]);
      this.#position = end;
      this.#isNamed = true;
    } catch (error) {
      this.#isBroken = true; // those at work may still have to note that they give up; new jobs begin another book
      throw error;
    }
  }

  async #remove(): Promise<void> {
    this.#isBroken = true;
    clearInterval(this.#beat);
    await this.#file.close();
    await this.#folder.unlink(this.name);
    await this.#folder.close();
  }
}

const lineOf = (line: JournalLine): string => `${JSON.stringify(line)}\n`;
