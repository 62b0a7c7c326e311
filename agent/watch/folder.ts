import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { isLeftAlone } from "./rules.js";

export type FolderState = "watching" | "polling" | "missing";

export interface FolderEvents {
  /** A file is there or has changed; it may be seen again and again. */
  seen(path: string): void;
  gone(path: string): void;
}

const lookMs = 2000;
const reconcileMs = 10 * 60_000;

/** One watched folder: events are hints, a full scan at the start and now and then is what counts. */
export class WatchedFolder {
  readonly folder: string;
  readonly #events: FolderEvents;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #state: FolderState = "missing";
  #inode = 0;
  #scannedMs = 0;
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
    if (this.#watcher === null) {
      this.#scannedMs = Date.now();
      await this.#watch(false);
    } else if (Date.now() - this.#scannedMs > reconcileMs) {
      this.#scannedMs = Date.now();
      await scan(this.folder, this.#events).catch(() => undefined); // changed while it was read: the next one sees it
    }
  }

  /** Resolves once everything there has been seen. */
  #watch(usePolling: boolean): Promise<void> {
    this.#state = usePolling ? "polling" : "watching";
    const watcher = watch(this.folder, { ignored: isLeftAlone, followSymlinks: false, usePolling, interval: 1000 });
    this.#watcher = watcher;
    const { seen, gone } = this.#events;
    watcher.on("add", seen).on("change", seen).on("unlink", gone);
    return new Promise((resolve) => {
      watcher.on("ready", () => resolve());
      watcher.on("error", (error) => {
        // The system has no watches left (ENOSPC) or no handles: asking every second still works.
        if (!usePolling && ["ENOSPC", "EMFILE"].includes((error as NodeJS.ErrnoException).code ?? ""))
          void this.#stopWatcher("polling").then(() => this.#watch(true).then(resolve));
      });
    });
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

async function scan(folder: string, events: FolderEvents): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (isLeftAlone(path)) continue;
    if (entry.isDirectory()) await scan(path, events);
    else if (entry.isFile()) events.seen(path);
  }
}
