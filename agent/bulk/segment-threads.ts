import { Worker } from "node:worker_threads";
import { RightsError } from "../../shared/errors.js";
import type { Run, Stretch } from "./run.js";
import type { SegmentResult, SegmentTask } from "./segment.js";

/** What a thread is asked for: one segment that is sent along, or some of a run. */
export type Order = { readonly task: SegmentTask } | { readonly run: Run };

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** A few threads for the cipher, each started when it is needed. They keep the process alive only while they work. */
export class SegmentThreads {
  readonly #workerUrl: URL;
  readonly count: number;
  #threads: Thread[] = [];
  #nextId = 0;

  /** @param workerUrl - the bundled `segment-worker.js`. */
  constructor(workerUrl: URL, count: number) {
    this.#workerUrl = workerUrl;
    this.count = count;
  }

  /** Starts all threads, for who knows that there will be much to do. */
  start(): void {
    while (this.#threads.length < this.count) this.#startOne();
  }

  #startOne(): Thread {
    const worker = new Worker(this.#workerUrl);
    const thread: Thread = { worker, waiting: new Map() };
    worker.on("message", ({ id, result }: { id: number; result: unknown }) => {
      const waiting = thread.waiting.get(id);
      thread.waiting.delete(id);
      if (thread.waiting.size === 0) worker.unref();
      waiting?.resolve(result);
    });
    worker.on("error", (cause) => this.#lost(thread, cause));
    worker.on("exit", (code) => this.#lost(thread, new Error(`the thread ended with ${code}`)));
    worker.unref(); // after the listeners: adding one would hold the process again
    this.#threads.push(thread);
    return thread;
  }

  /** A thread that died takes what it was given with it; those calls fail, the next ones get a new thread. */
  #lost(thread: Thread, cause: Error): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    const error = new RightsError("internal", "a cipher thread stopped; try again", { cause });
    for (const { reject } of thread.waiting.values()) reject(error);
    thread.waiting.clear();
  }

  #leastBusy(): Thread {
    const idle = this.#threads.find(({ waiting }) => waiting.size === 0);
    if (idle !== undefined || this.#threads.length < this.count) return idle ?? this.#startOne();
    return this.#threads.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least));
  }

  /** Takes over the whole buffer of `task.bytes`: it moves to the thread, and comes back with the result. */
  segment(task: SegmentTask): Promise<SegmentResult> {
    return this.#order({ task }, [task.bytes.buffer]) as Promise<SegmentResult>;
  }

  stretch(run: Run): Promise<Stretch> {
    return this.#order({ run }) as Promise<Stretch>;
  }

  #order(order: Order, moved: ArrayBuffer[] = []): Promise<unknown> {
    const thread = this.#leastBusy();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.ref();
      thread.worker.postMessage({ ...order, id }, moved);
    });
  }
}
