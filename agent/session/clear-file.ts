import { lstat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { lookAgain, quietMs, type Sighting, settledPaths } from "../work/settle.js";
import { openForWriting } from "../work/writers.js";
import type { Look } from "./edit-record.js";
import { isSameLook, lookOf } from "./saved-work.js";

/** Some programs keep a document open for writing all the time: what is still for so long is finished all the same. */
const heldQuietMs = 2000;
/** How long the last save may take after the program has gone. */
const lastQuietMs = 10_000;
const tickMs = 50;

/** The clear file of a session, as it is seen to change. */
export class ClearFile {
  readonly #path: string;
  #known: Look | null;
  #look: Look | null = null;
  #sighting: Sighting | undefined;

  /** @param known - how the file is that was protected last. */
  constructor(path: string, known: Look | null) {
    this.#path = path;
    this.#known = known;
  }

  /** Whether there is a file, and another one than is protected. */
  get isChanged(): boolean {
    return this.#look !== null && !isSameLook(this.#look, this.#known);
  }

  /** This is protected now. */
  isKnown(look: Look | null): void {
    this.#known = look;
  }

  /** Not yet: it is looked at again when it was still for as long once more. */
  wait(nowMs: number): void {
    if (this.#sighting !== undefined) this.#sighting = { ...this.#sighting, changedAtMs: nowMs };
  }

  /** Whether there is something new, and nobody writes it any more. */
  async isSettled(nowMs: number): Promise<boolean> {
    await this.#see(nowMs);
    if (!this.isChanged || this.#sighting === undefined) return false;
    const seen = new Map([[this.#path, this.#sighting]]);
    if (settledPaths(seen, nowMs, heldQuietMs).length > 0) return true;
    if (settledPaths(seen, nowMs, quietMs).length === 0) return false;
    return !(await openForWriting([this.#path]))?.has(this.#path);
  }

  /** Until nothing happens to it any more. */
  async untilSettled(): Promise<void> {
    for (const end = Date.now() + lastQuietMs; Date.now() < end; await sleep(tickMs)) {
      if ((await this.isSettled(Date.now())) || !this.isChanged) return;
    }
  }

  async #see(nowMs: number): Promise<void> {
    const stat = await lstat(this.#path, { bigint: true }).catch(() => null);
    this.#look = stat === null ? null : lookOf({ ino: stat.ino, size: stat.size, mtimeNs: stat.mtimeNs });
    if (stat === null) this.#sighting = undefined;
    else {
      const now = { sizeBytes: Number(stat.size), modifiedMs: Number(stat.mtimeNs) / 1e6, inode: Number(stat.ino) };
      this.#sighting = lookAgain(this.#sighting, now, nowMs);
    }
  }
}
