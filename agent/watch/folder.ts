import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type FSWatcher, watch } from "chokidar";
import { isLeftAlone } from "./rules.js";
import { scan } from "./scan.js";

/** `polling`: the system has no watches left, so that the folder is looked through every few seconds. */
export type FolderState = "watching" | "polling" | "missing";

export interface FolderEvents {
  /** Something happened to a file, or it is there; it may be shown again and again, and be gone already. */
  seen(path: string): Promise<void>;
  /** The first scan is over: everything that was there has been seen. */
  scanned(): Promise<void>;
}

const lookMs = 2000;
const reconcileMs = 10 * 60_000;
/** Polling takes at most about this share of the time. */
const pollingShare = 0.1;
/** A new folder is watched only a moment after it is announced; what came in between shows after this long. */
const newFolderMs = 500;
const outOfWatches = new Set(["ENOSPC", "EMFILE"]);

/**
 * One watched folder. Events are hints, a full scan at the start and now and then is what counts. The system is asked
 * to watch folders only, which tells of the files in them as well: one watch a folder, however many files.
 */
export class WatchedFolder {
  readonly folder: string;
  readonly #events: FolderEvents;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #state: FolderState = "missing";
  #inode = 0;
  #isScanned = false;
  #scannedMs = 0;
  #scanTookMs = 0;
  #isClosed = false;

  constructor(folder: string, events: FolderEvents) {
    this.folder = folder;
    this.#events = events;
  }

  get state(): FolderState {
    return this.#state;
  }

  /** Begins, and resolves once everything there has been seen. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.start(), lookMs);
    this.#timer.unref();
  }

  /** Looks whether the folder is still there, or there again, and whether it is time for a scan. */
  async #look(): Promise<void> {
    const stat = await lstat(this.folder).catch(() => null);
    const inode = stat?.isDirectory() ? stat.ino : 0;
    if (inode !== this.#inode) await this.#stopWatcher("missing");
    this.#inode = inode;
    if (this.#isClosed || inode === 0) return;
    if (this.#state === "missing") {
      await this.#watch();
      await this.#scan(this.folder);
    } else if (Date.now() - this.#scannedMs >= this.#scanEveryMs()) await this.#scan(this.folder);
    if (!this.#isScanned) await this.#events.scanned();
    this.#isScanned = true;
  }

  #scanEveryMs(): number {
    return this.#state === "polling" ? this.#scanTookMs / pollingShare : reconcileMs;
  }

  async #scan(folder: string): Promise<void> {
    const beganMs = Date.now();
    await scan(folder, isLeftAlone, (path) => this.#events.seen(path));
    if (folder !== this.folder) return;
    this.#scannedMs = Date.now();
    this.#scanTookMs = this.#scannedMs - beganMs;
  }

  /** Resolves once all folders are watched, or it is clear that they cannot be. */
  #watch(): Promise<void> {
    this.#state = "watching";
    const ignored = (path: string, stats?: Stats) => isLeftAlone(path) || (stats !== undefined && !stats.isDirectory());
    const watcher = watch(this.folder, { ignored, followSymlinks: false });
    this.#watcher = watcher;
    watcher.on("raw", (_event, name, details) => this.#hint(name, (details as { watchedPath?: string }).watchedPath));
    return new Promise((resolve) => {
      watcher.on("ready", () => {
        watcher.on("addDir", (path) => void this.#entered(path));
        resolve();
      });
      watcher.on("error", (error) => {
        if (!outOfWatches.has((error as NodeJS.ErrnoException).code ?? "")) return;
        void this.#stopWatcher("polling").then(resolve);
      });
    });
  }

  /** The system's own word for what happened differs from one to the next; the name is enough. */
  #hint(name: string | null, folder: string | undefined): void {
    if (!name || folder === undefined || this.#isClosed) return;
    const path = join(folder, name);
    if (!isLeftAlone(path)) void this.#events.seen(path);
  }

  async #entered(folder: string): Promise<void> {
    await this.#scan(folder);
    await sleep(newFolderMs, undefined, { ref: false });
    if (!this.#isClosed) await this.#scan(folder);
  }

  async #stopWatcher(state: FolderState): Promise<void> {
    const watcher = this.#watcher;
    this.#watcher = null;
    this.#state = state;
    await watcher?.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#stopWatcher("missing");
  }
}
