import { readFile } from "node:fs/promises";
import { RightsError } from "../shared/errors.js";
import type { ChainHead } from "./audit-chain.js";
import { replaceFile } from "./private-files.js";

/** How far behind the log its anchor may be, in ms. */
const writeEveryMs = 1000;

/** A point of the chain, noted outside the database. */
export interface Anchor {
  records: number;
  /** hex */
  head: string;
}

/** @throws RightsError state-damaged when the file is not one this service wrote. */
export async function readAnchor(path: string): Promise<Anchor | null> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const [, records, head] = /^(\d{1,15}) ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (!records || !head)
    throw new RightsError("state-damaged", `${path} is damaged; keep a copy and remove it to go on without it`);
  return { records: Number(records), head };
}

/**
 * `audit.head`: how many records there are and the hash of the last, written at most a second later. It shows records
 * cut off the end and a database put back from an older copy, but for the last second; not what is done by somebody who
 * changes this file too. Once the database contradicts it, it is left alone as evidence until a person removes it.
 */
export class AuditAnchor {
  readonly #path: string;
  #noted: ChainHead | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #frozen: boolean;

  private constructor(path: string, frozen: boolean) {
    this.#path = path;
    this.#frozen = frozen;
  }

  /** @param hashAt - the hash the database has for a record, `null` if it has none. */
  static async open(path: string, hashAt: (seq: number) => Promise<string | null>): Promise<AuditAnchor> {
    const anchor = await readAnchor(path);
    const agrees = !anchor || anchor.records === 0 || (await hashAt(anchor.records)) === anchor.head;
    return new AuditAnchor(path, !agrees);
  }

  /** The log has come this far, durably. */
  note(head: ChainHead): void {
    if (this.#frozen) return;
    this.#noted = head;
    this.#timer ??= setTimeout(() => this.#write(), writeEveryMs).unref();
  }

  async close(): Promise<void> {
    if (this.#timer) this.#write();
    await this.#writing;
    this.#frozen = true;
  }

  #write(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const head = this.#noted;
    // A full disk must not stop the service: the anchor stays behind then, and the next second tries again.
    if (head)
      this.#writing = this.#writing.then(() => replaceFile(this.#path, `${head.seq} ${head.hash}\n`)).catch(() => {});
  }
}
