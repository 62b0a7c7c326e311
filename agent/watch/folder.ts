import type { Stats } from "node:fs";
import { isLeftAlone } from "./rules.js";
import { scan } from "./scan.js";
import { statOf } from "./stat.js";
import { type OpenWatcher, WatchTree } from "./tree.js";

/** `polling`: the system cannot watch it, so that the folder is looked through every few seconds. */
export type FolderState = "watching" | "polling" | "missing";

export interface FolderEvents {
  /** Something happened to a file, or it is there; it may be shown again and again. `null`: nothing is there. */
  seen(path: string, stat: Stats | null): void;
  /** A folder below is gone, or has another name; so are the files in it. */
  left(folder: string): void;
  /** The first scan is over: everything that was there has been seen. */
  scanned(): Promise<void>;
}

const lookMs = 2000;
const reconcileMs = 10 * 60_000;
/** One save is several events; together they are one look. */
const hintMs = 10;
/** Polling takes at most about this share of the time. */
const pollingShare = 0.1;
const batch = 64;

const whyPolling = (code: string): string =>
  ["ENOSPC", "EMFILE"].includes(code)
    ? "the system has no watches left, so this folder is looked through every few seconds; more of them make that " +
      "unnecessary (on Linux: sysctl fs.inotify.max_user_watches)"
    : `the system does not tell of changes here (${code}), so this folder is looked through every few seconds`;

/** One watched folder. Events are hints, a full scan at the start and now and then is what counts. */
export class WatchedFolder {
  readonly folder: string;
  readonly #events: FolderEvents;
  readonly #openWatcher: OpenWatcher | undefined;
  readonly #hints = new Set<string>();
  #tree: WatchTree | null = null;
  #hintTimer: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  #state: FolderState = "missing";
  #reason = "";
  #inode = 0;
  #isScanned = false;
  #watchedMs = 0;
  #scannedMs = 0;
  #scanTookMs = 0;
  #isClosed = false;

  constructor(folder: string, events: FolderEvents, openWatcher?: OpenWatcher) {
    this.folder = folder;
    this.#events = events;
    this.#openWatcher = openWatcher;
  }

  get state(): FolderState {
    return this.#state;
  }

  /** Why it is not watched as it should be; empty while it is. */
  get reason(): string {
    return this.#state === "missing" ? "it is not there; it is watched again as soon as it is back" : this.#reason;
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
    if (this.#state === "missing" || this.#isWorthAnotherTry()) this.#watch();
    await this.#scanAll();
  }

  #scanEveryMs(): number {
    return this.#state === "polling" ? this.#scanTookMs / pollingShare : reconcileMs;
  }

  /** Others may have given watches back meanwhile. */
  #isWorthAnotherTry = (): boolean => this.#state === "polling" && Date.now() - this.#watchedMs >= reconcileMs;

  #watch(): void {
    this.#state = "watching";
    this.#reason = "";
    this.#watchedMs = Date.now();
    const failed = (code: string) => {
      this.#unwatch("polling");
      this.#reason = whyPolling(code);
    };
    this.#tree = new WatchTree({ hint: (path) => this.#hint(path), failed }, this.#openWatcher);
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

  /** The system's own word for what happened differs from one to the next; the name is enough. */
  #hint(path: string): void {
    if (this.#isClosed || isLeftAlone(path)) return;
    this.#hints.add(path);
    this.#hintTimer ??= setTimeout(() => void this.#followHints(), hintMs);
  }

  async #followHints(): Promise<void> {
    const paths = [...this.#hints];
    this.#hints.clear();
    for (let at = 0; at < paths.length; at += batch)
      await Promise.all(paths.slice(at, at + batch).map((path) => this.#follow(path)));
    this.#hintTimer = null;
    const [more] = this.#hints;
    if (more !== undefined) this.#hint(more);
  }

  async #follow(path: string): Promise<void> {
    const stat = await statOf(path);
    if (this.#isClosed) return;
    if (!stat?.isDirectory()) {
      if (this.#tree?.remove(path)) this.#events.left(path);
      this.#events.seen(path, stat);
    } else if (!this.#tree?.has(path, stat.ino)) await this.#scan(path);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#hintTimer) clearTimeout(this.#hintTimer);
    this.#unwatch("missing");
  }
}
