import type { Stats } from "node:fs";
import { codeOf, RightsError } from "../../shared/errors.js";
import type { Watch } from "../watches.js";
import { shown } from "../work/names.js";
import { isPassing, type Job, Queue } from "../work/queue.js";
import { lookAgain, type Sighting, settledPaths } from "../work/settle.js";
import { Baseline, fingerprintOf } from "./baseline.js";
import { WatchedFolder } from "./folder.js";
import { Holders } from "./holders.js";
import { isLeftAlone, isWithin, watchOf } from "./rules.js";
import { countsOf, type FolderSnapshot, type Snapshot } from "./snapshot.js";
import { statOf } from "./stat.js";

interface Watched {
  readonly watch: Watch;
  readonly folder: WatchedFolder;
  readonly baseline: Baseline;
}

const tickMs = 50;
/** What stands in a name for bytes that are no text. */
const notText = "\ufffd";

/**
 * Watches folders and hands every finished file to `protect`, with the watch it belongs to. Files that were there before
 * a folder was added are left unless the watch says `existing`.
 */
export class Watcher {
  readonly #watched = new Map<string, Watched>();
  readonly #sightings = new Map<string, Sighting>();
  /** Files that need nothing as long as they stay as they are: protected under their own name, or refused for good. */
  readonly #known = new Map<string, string>();
  /** Names that are no text (not UTF-8): they can be seen, and not be opened. */
  readonly #nameless = new Set<string>();
  readonly #holders = new Holders();
  readonly #queue: Queue;
  readonly #home: string | null;
  #watches: readonly Watch[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** @param home - where the files that were there before are remembered; absent: only while this process lives. */
  constructor(
    protect: (path: string, watch: Watch) => Promise<string>,
    changed?: (job: Job) => void,
    home: string | null = null,
  ) {
    this.#home = home;
    this.#queue = new Queue({
      protect: (path) => this.#protect(path, protect),
      ...(changed ? { changed } : {}),
    });
  }

  async #protect(path: string, protect: (path: string, watch: Watch) => Promise<string>): Promise<string> {
    const watch = watchOf(this.#watches, path);
    if (watch === null) throw new RightsError("file-missing", `${shown(path)} is in no watched folder any more`);
    const before = await statOf(path);
    try {
      const result = await protect(path, watch);
      const after = result === path ? await statOf(path) : null;
      if (after !== null) this.#known.set(path, fingerprintOf(after));
      return result;
    } catch (error) {
      if (before !== null && !isPassing(codeOf(error))) this.#known.set(path, fingerprintOf(before));
      throw error;
    }
  }

  /** Begin, or go on with another list. Resolves once everything there has been seen. */
  async set(watches: readonly Watch[]): Promise<void> {
    this.#watches = watches;
    this.#known.clear(); // another label may succeed where one was refused
    this.#nameless.clear();
    const isSame = (one: Watch, other: Watch | undefined) =>
      one.folder === other?.folder && one.addedMs === other.addedMs && one.existing === other.existing;
    for (const [folder, { watch, ...watched }] of this.#watched) {
      if (watches.some((one) => isSame(one, watch))) continue;
      this.#watched.delete(folder);
      watched.folder.close();
      await watched.baseline.remove();
    }
    const added = watches.filter(({ folder }) => !this.#watched.has(folder));
    await Promise.all(added.map(async (watch) => (await this.#open(watch)).start()));
  }

  async #open(watch: Watch): Promise<WatchedFolder> {
    const baseline = await Baseline.open(watch, this.#home);
    const folder = new WatchedFolder(watch.folder, {
      seen: (path, stat) => this.#see(path, stat),
      left: (path) => this.#leave(path, baseline),
      scanned: () => baseline.complete(),
    });
    this.#watched.set(watch.folder, { watch, folder, baseline });
    return folder;
  }

  /** Notes a file if it is one to protect. @param stat - what is there now. */
  #see(path: string, stat: Stats | null): void {
    const watch = isLeftAlone(path) ? null : watchOf(this.#watches, path);
    if (watch && stat === null && path.includes(notText)) this.#nameless.add(path);
    if (!watch || !stat?.isFile()) this.#forget(path);
    else if (this.#needsNothing(path, stat, watch)) this.#sightings.delete(path);
    else this.#note(path, stat);
  }

  #needsNothing(path: string, stat: Stats, { folder }: Watch): boolean {
    if (this.#known.get(path) === fingerprintOf(stat)) return true;
    return this.#watched.get(folder)?.baseline.holds(path, stat) ?? false;
  }

  #note(path: string, stat: Stats): void {
    const now = { sizeBytes: stat.size, modifiedMs: stat.mtimeMs, inode: stat.ino };
    const before = this.#sightings.get(path);
    const sighting = lookAgain(before, now, Date.now());
    if (sighting !== before) this.#queue.forgive(path);
    this.#sightings.set(path, sighting);
    this.#wake();
  }

  #forget(path: string): void {
    this.#sightings.delete(path);
    this.#known.delete(path);
    this.#holders.forget(path);
    this.#queue.drop(path);
    const watch = watchOf(this.#watches, path);
    if (watch !== null) this.#watched.get(watch.folder)?.baseline.forget(path);
  }

  /** A folder is gone: of the files in it nothing needs to be known any more. */
  #leave(folder: string, baseline: Baseline): void {
    const isBelow = (path: string) => isWithin(folder, path);
    for (const path of [...this.#sightings.keys()].filter(isBelow)) this.#forget(path);
    for (const path of [...this.#known.keys(), ...this.#nameless].filter(isBelow)) {
      this.#known.delete(path);
      this.#nameless.delete(path);
    }
    baseline.forgetBelow(folder);
  }

  #wake(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => void this.#tick().finally(() => this.#wakeAgain()), tickMs);
  }

  #wakeAgain(): void {
    this.#timer = null;
    if (this.#sightings.size > 0) this.#wake();
  }

  /** Hands on what is finished; comes again while anything is not. */
  async #tick(): Promise<void> {
    const isReady = (path: string) => !this.#queue.isRunning(path) && !this.#holders.isResting(path, Date.now());
    const still = () => settledPaths(this.#sightings, Date.now()).filter(isReady);
    for (const path of still()) this.#see(path, await statOf(path)); // the last look: an event may be late or lost
    const free = await this.#holders.free(still());
    for (const path of free) {
      const sighting = this.#sightings.get(path);
      if (sighting === undefined) continue;
      this.#sightings.delete(path);
      this.#queue.add(path, sighting.sizeBytes);
    }
  }

  /** What there is to say of a file that was protected. */
  remark(path: string, reason: string): void {
    this.#queue.remark(path, reason);
  }

  snapshot(): Snapshot {
    const files = [...this.#queue.jobs(), ...this.#unsettled(), ...[...this.#nameless].map(refused)];
    const { done, perSecond } = this.#queue.progress();
    return { folders: this.#folders(), files, counts: countsOf(files, done), perSecond };
  }

  /** Files that are not finished yet. */
  #unsettled(): Job[] {
    const unsettled = [...this.#sightings].filter(([path]) => !this.#queue.isAtWork(path));
    return unsettled.map(([path, { changedAtMs }]) => {
      const job: Job = { path, state: "waiting", sinceMs: changedAtMs };
      if (!this.#holders.isHeld(path)) return job;
      const reason = `${shown(path)} is open in another program; it is protected when it is closed there`;
      return { ...job, code: "file-busy", reason };
    });
  }

  #folders(): FolderSnapshot[] {
    return this.#watches.map(({ folder, label }) => {
      const watched = this.#watched.get(folder);
      const { state = "missing", reason = "" } = watched?.folder ?? {};
      return { folder, label, state, left: watched?.baseline.size ?? 0, ...(reason === "" ? {} : { reason }) };
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#sightings.clear();
    for (const { folder } of this.#watched.values()) folder.close();
    await this.#queue.close();
  }
}

function refused(path: string): Job {
  const reason = `the name of ${shown(path)} is not valid text, so it cannot be opened; rename it`;
  return { path, state: "failed", sinceMs: Date.now(), code: "file-unsuitable", reason };
}
