import { createHash, randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Watch } from "../watches.js";

/** File times come from a clock that may lag this far behind; what is in doubt is protected. */
const timeGrainMs = 20;

/** What a file is known by: any save, copy or replacement makes it another one; a change of mode or name does not. */
export const fingerprintOf = ({ ino, size, mtimeMs }: Pick<Stats, "ino" | "size" | "mtimeMs">): string =>
  `${ino}:${size}:${mtimeMs}`;

interface Stored {
  v: 1;
  files: [path: string, fingerprint: string][];
}

/**
 * The files that were in a folder before it was watched, and are left as they are. The first scan fills it, by the
 * change times of the files, which nobody can set back; then it is kept on disk. Without that, files moved in with their
 * folder while nobody watched would pass for old ones: their own times do not change by that.
 */
export class Baseline {
  readonly #watch: Watch;
  readonly #file: string | null;
  #files = new Map<string, string>();
  #isComplete = false;

  private constructor(watch: Watch, home: string | null) {
    this.#watch = watch;
    this.#file = home && join(home, "watched", `${idOf(watch)}.json`);
  }

  /** @param home - where it is kept; `null`: only as long as this process lives. */
  static async open(watch: Watch, home: string | null): Promise<Baseline> {
    const baseline = new Baseline(watch, home);
    if (watch.existing) baseline.#isComplete = true;
    else await baseline.#load();
    return baseline;
  }

  async #load(): Promise<void> {
    if (this.#file === null) return;
    try {
      this.#files = new Map((JSON.parse(await readFile(this.#file, "utf8")) as Stored).files);
      this.#isComplete = true;
    } catch {
      // Not there, or damaged: the change times of the files still tell nearly as much.
    }
  }

  /** How many files are left as they are. */
  get size(): number {
    return this.#files.size;
  }

  /** Whether the file at `path`, as it is now, was there before. */
  holds(path: string, stat: Stats): boolean {
    const name = relative(this.#watch.folder, path);
    const isOld = !this.#isComplete && stat.ctimeMs < this.#watch.addedMs - timeGrainMs;
    if (isOld) this.#files.set(name, fingerprintOf(stat));
    return isOld || this.#files.get(name) === fingerprintOf(stat);
  }

  forget(path: string): void {
    this.#files.delete(relative(this.#watch.folder, path));
  }

  forgetBelow(folder: string): void {
    const way = `${relative(this.#watch.folder, folder)}${sep}`;
    for (const name of this.#files.keys()) if (name.startsWith(way)) this.#files.delete(name);
  }

  /** The first scan is over: what comes now is new. True when it returns: this is known after a restart. */
  async complete(): Promise<void> {
    if (this.#isComplete) return;
    this.#isComplete = true;
    if (this.#file === null) return;
    await mkdir(join(this.#file, ".."), { recursive: true, mode: 0o700 });
    const temporary = `${this.#file}.${randomUUID()}`;
    const file = await open(temporary, "wx", 0o600);
    await file.writeFile(JSON.stringify({ v: 1, files: [...this.#files] } satisfies Stored));
    await file.sync();
    await file.close();
    await rename(temporary, this.#file);
  }

  /** The folder is no longer watched. */
  async remove(): Promise<void> {
    if (this.#file !== null) await rm(this.#file, { force: true });
  }
}

const idOf = ({ folder, addedMs }: Watch): string =>
  createHash("sha256").update(`${folder}\0${addedMs}`).digest("hex").slice(0, 32);
