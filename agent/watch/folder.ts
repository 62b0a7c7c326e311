import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { isLeftAlone } from "./rules.js";
import { scan } from "./scan.js";
import { type SystemWatch, WatchTree } from "./tree.js";

/** `polling`: the system has no watches left, so that the folder is looked through every few seconds. */
export type FolderState = "watching" | "polling" | "missing";

export interface FolderEvents {
  /** Something happened to a file, or it is there; it may be shown again and again. `null`: nothing is there. */
  seen(path: string, stat: Stats | null): void;
  /** The first scan is over: everything that was there has been seen. */
  scanned(): Promise<void>;
}

const lookMs = 2000;
const reconcileMs = 10 * 60_000;
/** One save is several events; together they are one look. */
const hintMs = 10;
/** Polling takes at most about this share of the time. */
const pollingShare = 0.1;

const statOf = (path: string): Promise<Stats | null> => lstat(path).catch(() => null);

/** One watched folder. Events are hints, a full scan at the start and now and then is what counts. */
export class WatchedFolder {
  readonly folder: string;
  readonly #events: FolderEvents;
  readonly #systemWatch: SystemWatch | undefined;
  readonly #hints = new Set<string>();
  #tree: WatchTree | null = null;
  #hintTimer: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  #state: FolderState = "missing";
  #inode = 0;
  #isScanned = false;
  #scannedMs = 0;
  #scanTookMs = 0;
  #isClosed = false;

  constructor(folder: string, events: FolderEvents, systemWatch?: SystemWatch) {
    this.folder = folder;
    this.#events = events;
    this.#systemWatch = systemWatch;
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
    const stat = await statOf(this.folder);
    const inode = stat?.isDirectory() ? stat.ino : 0;
    if (inode !== this.#inode) this.#unwatch("missing");
    this.#inode = inode;
    if (this.#isClosed || inode === 0) return;
    if (this.#state !== "missing" && Date.now() - this.#scannedMs < this.#scanEveryMs()) return;
    if (this.#state === "missing") this.#watch();
    await this.#scanAll();
  }

  #scanEveryMs(): number {
    return this.#state === "polling" ? this.#scanTookMs / pollingShare : reconcileMs;
  }

  #watch(): void {
    this.#state = "watching";
    const hint = (path: string) => this.#hint(path);
    // Any other way for the system to say that it cannot: looking through the folder always works.
    this.#tree = new WatchTree(this.folder, hint, () => this.#unwatch("polling"), this.#systemWatch);
  }

  #unwatch(state: FolderState): void {
    this.#tree?.close();
    this.#tree = null;
    this.#state = state;
  }

  async #scanAll(): Promise<void> {
    const beganMs = Date.now();
    await this.#scan(this.folder);
    this.#scannedMs = Date.now();
    this.#scanTookMs = this.#scannedMs - beganMs;
    if (!this.#isScanned && !this.#isClosed) await this.#events.scanned();
    this.#isScanned = true;
  }

  #scan(folder: string): Promise<void> {
    return scan(folder, {
      isLeft: (path) => this.#isClosed || isLeftAlone(path),
      enters: async (path) => this.#tree?.add(path),
      sees: async (path) => this.#events.seen(path, await statOf(path)),
    });
  }

  #hint(path: string): void {
    if (this.#isClosed || isLeftAlone(path)) return;
    this.#hints.add(path);
    this.#hintTimer ??= setTimeout(() => void this.#followHints(), hintMs);
  }

  async #followHints(): Promise<void> {
    const paths = [...this.#hints];
    this.#hints.clear();
    for (const path of paths) await this.#follow(path);
    this.#hintTimer = null;
    const [more] = this.#hints;
    if (more !== undefined) this.#hint(more);
  }

  async #follow(path: string): Promise<void> {
    const stat = await statOf(path);
    if (this.#isClosed) return;
    if (stat === null) this.#tree?.remove(path);
    if (!stat?.isDirectory()) this.#events.seen(path, stat);
    else if (!this.#tree?.has(path, stat.ino)) await this.#scan(path);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#hintTimer) clearTimeout(this.#hintTimer);
    this.#unwatch("missing");
  }
}
