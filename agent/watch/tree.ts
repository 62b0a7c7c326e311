import { type FSWatcher, watch } from "node:fs";
import { lstat } from "node:fs/promises";
import { join, sep } from "node:path";

/** Here one watch sees a folder with all that is below it; on Linux each folder needs one of its own. */
const seesBelow = process.platform === "darwin" || process.platform === "win32";

/** `fs.watch`, as it is used here. */
export type SystemWatch = (
  folder: string,
  options: { recursive: boolean },
  listener: (event: string, name: string | null) => void,
) => FSWatcher;

/**
 * The system's watches on a folder and those below it. A watch on a folder tells of the files in it as well, so that
 * their number does not matter: neither in watches, of which a small computer has 8,192, nor in memory.
 */
export class WatchTree {
  readonly #root: string;
  readonly #hint: (path: string) => void;
  readonly #failed: (code: string) => void;
  readonly #watch: SystemWatch;
  readonly #watches = new Map<string, { watcher: FSWatcher; inode: number }>();

  /**
   * @param hint - something happened to `path`, which may be a file, a folder, or gone.
   * @param failed - a folder could not be watched, with the system's word for why, such as ENOSPC: no watches left.
   */
  constructor(
    root: string,
    hint: (path: string) => void,
    failed: (code: string) => void,
    systemWatch: SystemWatch = watch,
  ) {
    this.#root = root;
    this.#hint = hint;
    this.#failed = failed;
    this.#watch = systemWatch;
  }

  /** Watches one folder from now on. Read it after this, and nothing that comes is missed. */
  async add(folder: string): Promise<void> {
    if (seesBelow && folder !== this.#root) return;
    const inode = await lstat(folder).then(
      (stat) => (stat.isDirectory() ? stat.ino : 0),
      () => 0,
    );
    // Another folder by the same name needs a watch of its own: watches follow what is renamed.
    if (inode === 0 || this.#watches.get(folder)?.inode !== inode) this.remove(folder);
    if (inode === 0 || this.#watches.has(folder)) return;
    try {
      const hint = (_event: string, name: string | null) => name && this.#hint(join(folder, name));
      const watcher = this.#watch(folder, { recursive: seesBelow }, hint);
      watcher.on("error", () => this.remove(folder)); // the folder is gone: whoever looks for it will notice
      this.#watches.set(folder, { watcher, inode });
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "EACCES") this.#failed(code);
    }
  }

  /** Whether `folder` is watched already, and is still the same. */
  has(folder: string, inode: number): boolean {
    return this.#watches.get(folder)?.inode === inode;
  }

  /** Ends the watches on a folder that is gone, and on those that were below it. */
  remove(folder: string): void {
    if (!this.#watches.has(folder)) return;
    for (const [path, { watcher }] of this.#watches) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      this.#watches.delete(path);
      watcher.close();
    }
  }

  close(): void {
    for (const { watcher } of this.#watches.values()) watcher.close();
    this.#watches.clear();
  }
}
