import { codeOf, RightsError, type RightsErrorCode } from "../../shared/errors.js";
import { Rate } from "./rate.js";

export type JobState = "waiting" | "protecting" | "protected" | "failed";

/** What is known of one file at work; `seal watch status` shows it. Times in ms. */
export interface Job {
  readonly path: string;
  readonly state: JobState;
  readonly sinceMs: number;
  /** The protected file, once there is one. */
  readonly result?: string;
  readonly code?: RightsErrorCode;
  /** Why it is not protected; of a protected one, what else there is to say. */
  readonly reason?: string;
  /** When it is tried again; absent when only a change of the file helps. */
  readonly nextTryMs?: number;
}

export interface QueueOptions {
  readonly protect: (path: string) => Promise<string>;
  /** How many small and how many large files at a time. */
  readonly lanes?: Readonly<Record<Size, number>>;
  readonly now?: () => number;
  /** Told of each new state. */
  readonly changed?: (job: Job) => void;
}

const keptProtected = 1000;
/** Small files wait for the disk and for signatures more than they work, and share flushes: many at a time. */
const smallBytes = 1 << 20;
/** Two large ones keep all processors and the memory meant for it busy; small ones pass them by. */
const atOnce = { small: 16, large: 2 };
type Size = keyof typeof atOnce;
const sizeOf = (sizeBytes: number): Size => (sizeBytes > smallBytes ? "large" : "small");
const firstRetryMs = 1000;
const longestRetryMs = 5 * 60_000;
/** What may be over by itself; everything else waits for the file to change. */
const passing: ReadonlySet<RightsErrorCode> = new Set([
  "file-busy",
  "file-changed",
  "file-unreadable",
  "file-unwritable",
  "disk-full",
  "busy",
  "service-unreachable",
  "service-failed",
  "rate-limited",
  "offline-unavailable",
  "sign-in-needed",
  "device-removed",
  "keystore-unavailable",
  "internal",
]);

/** Whether a failure with `code` may be over by itself. */
export const isPassing = (code: RightsErrorCode): boolean => passing.has(code);

/** One job a path, a few at a time; failures that may pass are tried again, ever more rarely. */
export class Queue {
  readonly #options: Required<Omit<QueueOptions, "changed">> & Pick<QueueOptions, "changed">;
  readonly #jobs = new Map<string, Job>();
  /** Those protected, the oldest first. */
  readonly #done = new Set<string>();
  readonly #tries = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #ready = { small: new Map<string, number>(), large: new Map<string, number>() };
  readonly #busy = { small: 0, large: 0 };
  readonly #running = new Set<Promise<void>>();
  readonly #rate = new Rate();
  #protectedCount = 0;
  #isClosed = false;

  constructor(options: QueueOptions) {
    this.#options = { lanes: atOnce, now: Date.now, ...options };
  }

  /** Take a finished file of `sizeBytes`. One that is at work already is not taken twice. */
  add(path: string, sizeBytes = 0): void {
    const state = this.#jobs.get(path)?.state;
    if (this.#isClosed || state === "waiting" || state === "protecting") return;
    this.#clearTimer(path);
    this.#set({ path, state: "waiting", sinceMs: this.#options.now() });
    const size = sizeOf(sizeBytes);
    this.#ready[size].set(path, sizeBytes);
    this.#pump(size);
  }

  /** The file changed: an earlier failure says nothing about it any more. */
  forgive(path: string): void {
    this.#tries.delete(path);
  }

  /** The file is gone or has another name: nothing is left to do. */
  drop(path: string): void {
    this.#clearTimer(path);
    this.#tries.delete(path);
    for (const ready of Object.values(this.#ready)) ready.delete(path);
    const state = this.#jobs.get(path)?.state;
    if (state === "waiting" || state === "failed") this.#jobs.delete(path);
  }

  /** What there is to say of a file that was protected; nothing where another state came in between. */
  remark(path: string, reason: string): void {
    const job = this.#jobs.get(path);
    if (job?.state === "protected") this.#set({ ...job, reason });
  }

  isAtWork(path: string): boolean {
    const job = this.#jobs.get(path);
    return job?.state === "waiting" || job?.state === "protecting" || job?.nextTryMs !== undefined;
  }

  isRunning(path: string): boolean {
    return this.#jobs.get(path)?.state === "protecting";
  }

  jobs(): Job[] {
    return [...this.#jobs.values()];
  }

  /** How many were protected so far, and how many a second lately. */
  progress(): { done: number; perSecond: number } {
    return { done: this.#protectedCount, perSecond: this.#rate.perSecond(this.#options.now()) };
  }

  /** Takes nothing more and waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const path of [...this.#timers.keys()]) this.#clearTimer(path);
    await Promise.all(this.#running);
  }

  #pump(size: Size): void {
    for (const [path, sizeBytes] of this.#ready[size]) {
      if (this.#isClosed || this.#busy[size] >= this.#options.lanes[size]) return;
      this.#ready[size].delete(path);
      this.#busy[size]++;
      const run = this.#run(path, sizeBytes).finally(() => {
        this.#running.delete(run);
        this.#busy[size]--;
        this.#pump(size);
      });
      this.#running.add(run);
    }
  }

  async #run(path: string, sizeBytes: number): Promise<void> {
    this.#set({ path, state: "protecting", sinceMs: this.#options.now() });
    try {
      const result = await this.#options.protect(path);
      this.#tries.delete(path);
      this.#set({ path, state: "protected", sinceMs: this.#options.now(), result });
      this.#protectedCount++;
      this.#rate.add(this.#options.now());
      this.#forgetOldest();
    } catch (error) {
      this.#fail(path, sizeBytes, error);
    }
  }

  #fail(path: string, sizeBytes: number, error: unknown): void {
    const code = codeOf(error);
    if (code === "file-missing" || code === "already-protected") {
      this.#jobs.delete(path);
      this.#tries.delete(path);
      return;
    }
    const reason = error instanceof RightsError ? error.message : "something went wrong inside this program";
    const sinceMs = this.#options.now();
    const job: Job = { path, state: "failed", sinceMs, code, reason };
    if (!isPassing(code)) {
      this.#set(job);
      return;
    }
    const tries = this.#tries.get(path) ?? 0;
    this.#tries.set(path, tries + 1);
    const delay = Math.min(longestRetryMs, firstRetryMs * 2 ** tries);
    this.#set({ ...job, nextTryMs: sinceMs + delay });
    this.#timers.set(path, setTimeout(() => this.add(path, sizeBytes), delay).unref());
  }

  #set(job: Job): void {
    this.#done.delete(job.path);
    if (job.state === "protected") this.#done.add(job.path);
    this.#jobs.delete(job.path); // so that the map stays in the order of the last change
    this.#jobs.set(job.path, job);
    this.#options.changed?.(job);
  }

  #clearTimer(path: string): void {
    clearTimeout(this.#timers.get(path));
    this.#timers.delete(path);
  }

  /** Only so many of those done are told of: a folder may see millions. */
  #forgetOldest(): void {
    const [oldest] = this.#done;
    if (oldest === undefined || this.#done.size <= keptProtected) return;
    this.#done.delete(oldest);
    this.#jobs.delete(oldest);
  }
}
