import { lstat } from "node:fs/promises";
import { join, sep } from "node:path";
import { FSWatcher } from "chokidar";

/**
 * chokidar reads a folder whole, with a question for each file, after every event in it: with thousands of files that
 * takes all the time there is (docs/decisions/0013). Here it watches and tells; reading is the scan's.
 */
class TellingWatcher extends FSWatcher {
  override _readdirp(): undefined {
    return undefined;
  }
}

export type OpenWatcher = (folder: string) => FSWatcher;
const openWatcher: OpenWatcher = (folder) => new TellingWatcher({ followSymlinks: false, atomic: false }).add(folder);

export interface TreeEvents {
  /** Something happened to `path`, which may be a file, a folder, or gone. */
  hint(path: string): void;
  /** A folder cannot be watched; `code` is the system's word for why, such as ENOSPC: no watches left. */
  failed(code: string): void;
}

/** Folders that vanish or are forbidden say nothing about the others; the next scan looks again. */
const passing = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

/**
 * The watches on a folder and those below it, one each. A watch on a folder tells of the files in it as well, so that
 * their number does not matter: neither in watches, of which a small computer has 8,192, nor in memory.
 */
export class WatchTree {
  readonly #events: TreeEvents;
  readonly #open: OpenWatcher;
  readonly #watched = new Map<string, Watched>();
  #isClosed = false;

  constructor(events: TreeEvents, open: OpenWatcher = openWatcher) {
    this.#events = events;
    this.#open = open;
  }

  /** Watches one folder from now on: read it after this, and nothing that comes is missed. */
  async add(folder: string): Promise<void> {
    const inode = await inodeOf(folder);
    if (this.#isClosed || this.has(folder, inode)) return;
    this.remove(folder); // watches follow what is renamed, so another folder by this name needs its own
    if (inode === 0) return;
    const watcher = this.#open(folder);
    this.#watched.set(folder, { watcher, inode });
    watcher.on("raw", (_event, name: string | null) => name && this.#events.hint(join(folder, name)));
    const code = watcher.options.usePolling ? "polling" : await readiness(watcher);
    if (code !== "" && !passing.has(code)) this.#events.failed(code);
    else if ((await inodeOf(folder)) !== inode) this.remove(folder); // gone meanwhile; chokidar would look above it
  }

  /** Whether `folder` is watched already, and is still the same. */
  has(folder: string, inode: number): boolean {
    return this.#watched.get(folder)?.inode === inode;
  }

  /** Ends the watches on a folder that is gone, and on those that were below it. @returns whether it was watched. */
  remove(folder: string): boolean {
    if (!this.#watched.has(folder)) return false;
    for (const [path, { watcher }] of this.#watched) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      this.#watched.delete(path);
      void watcher.close();
    }
    return true;
  }

  close(): void {
    this.#isClosed = true;
    for (const { watcher } of this.#watched.values()) void watcher.close();
    this.#watched.clear();
  }
}

/** What a folder is known by; 0 where none is. */
const inodeOf = (folder: string): Promise<number> =>
  lstat(folder).then(
    (stat) => (stat.isDirectory() ? stat.ino : 0),
    () => 0,
  );

/** Resolves with "" once the watch is set, or with the system's word for why it cannot be. */
function readiness(watcher: FSWatcher): Promise<string> {
  return new Promise((resolve) => {
    watcher.once("ready", () => resolve(""));
    watcher.on("error", (error) => resolve((error as NodeJS.ErrnoException).code ?? ""));
  });
}
