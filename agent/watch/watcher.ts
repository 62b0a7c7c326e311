import { lstat } from "node:fs/promises";
import type { Watch } from "../watches.js";
import { type Job, Queue } from "../work/queue.js";
import { type FolderState, WatchedFolder } from "./folder.js";
import { isLeftAlone, watchOf } from "./rules.js";
import { lookAgain, type Sighting, settledPaths } from "./settle.js";
import { openForWriting } from "./writers.js";

export interface FolderSnapshot {
  readonly folder: string;
  readonly label: string;
  readonly state: FolderState;
  /** Files that were there before the folder was watched, and are left as they are. */
  readonly left: number;
}

export interface Snapshot {
  readonly folders: readonly FolderSnapshot[];
  readonly files: readonly Job[];
}

const tickMs = 50;
/** File times come from a clock that may lag this far behind; what is in doubt is protected. */
const timeGrainMs = 20;

/**
 * Watches folders and hands every finished file to `protect`, with the folder it is in. Files that were there before a
 * folder was added (by their change time, which nobody can set back) are left unless the watch says `existing`.
 */
export class Watcher {
  readonly #folders = new Map<string, WatchedFolder>();
  readonly #sightings = new Map<string, Sighting>();
  readonly #left = new Map<string, Set<string>>();
  readonly #queue: Queue;
  #watches: readonly Watch[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(protect: (path: string, watch: Watch) => Promise<string>, changed?: (job: Job) => void) {
    this.#queue = new Queue({
      protect: async (path) => protect(path, this.#mustWatch(path)),
      ...(changed ? { changed } : {}),
    });
  }

  #mustWatch(path: string): Watch {
    const watch = watchOf(this.#watches, path);
    if (watch === null) throw new Error("the folder is no longer watched");
    return watch;
  }

  /** Begin, or go on with another list. Resolves once everything there has been seen. */
  async set(watches: readonly Watch[]): Promise<void> {
    this.#watches = watches;
    const wanted = new Set(watches.map(({ folder }) => folder));
    for (const [folder, watched] of this.#folders) {
      if (wanted.has(folder)) continue;
      this.#folders.delete(folder);
      await watched.close();
    }
    const added = [...wanted].filter((folder) => !this.#folders.has(folder)).map((folder) => this.#open(folder));
    await Promise.all(added.map((watched) => watched.start()));
  }

  #open(folder: string): WatchedFolder {
    const watched = new WatchedFolder(folder, {
      seen: (path) => void this.#see(path),
      gone: (path) => this.#forget(path),
    });
    this.#folders.set(folder, watched);
    return watched;
  }

  /** Looks at a file: notes it if it is one to protect. */
  async #see(path: string): Promise<void> {
    const watch = isLeftAlone(path) ? null : watchOf(this.#watches, path);
    const stat = watch && (await lstat(path).catch(() => null));
    if (!watch || !stat?.isFile()) return this.#forget(path);
    if (!watch.existing && stat.ctimeMs < watch.addedMs - timeGrainMs) return this.#leave(watch.folder, path);
    const now = { sizeBytes: stat.size, modifiedMs: stat.mtimeMs, inode: stat.ino };
    const before = this.#sightings.get(path);
    const sighting = lookAgain(before, now, Date.now());
    if (sighting !== before) this.#queue.forgive(path);
    this.#sightings.set(path, sighting);
    this.#timer ??= setTimeout(() => void this.#tick(), tickMs);
  }

  #leave(folder: string, path: string): void {
    const left = this.#left.get(folder) ?? new Set();
    this.#left.set(folder, left.add(path));
  }

  #forget(path: string): void {
    this.#sightings.delete(path);
    this.#queue.drop(path);
    for (const left of this.#left.values()) left.delete(path);
  }

  /** Hands on what is finished; comes again while anything is not. */
  async #tick(): Promise<void> {
    for (const path of this.#sightings.keys()) await this.#see(path);
    const settled = settledPaths(this.#sightings, Date.now());
    const busy = settled.length > 0 ? await openForWriting(settled) : new Set<string>();
    for (const path of settled) {
      if (busy.has(path)) continue;
      this.#sightings.delete(path);
      this.#queue.add(path);
    }
    this.#timer = this.#sightings.size > 0 ? setTimeout(() => void this.#tick(), tickMs) : null;
  }

  snapshot(): Snapshot {
    const nowMs = Date.now();
    const unsettled = [...this.#sightings.keys()]
      .filter((path) => !this.#queue.isAtWork(path))
      .map((path): Job => ({ path, state: "waiting", sinceMs: this.#sightings.get(path)?.changedAtMs ?? nowMs }));
    const folders = this.#watches.map(({ folder, label }) => ({
      folder,
      label,
      state: this.#folders.get(folder)?.state ?? "missing",
      left: this.#left.get(folder)?.size ?? 0,
    }));
    return { folders, files: [...this.#queue.jobs(), ...unsettled] };
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#sightings.clear();
    await Promise.all([...this.#folders.values()].map((folder) => folder.close()));
    await this.#queue.close();
  }
}
