import { Worker } from "node:worker_threads";
import { RightsError } from "../../shared/errors.js";
import type { SegmentResult, SegmentTask } from "./segment.js";

interface Waiting {
  resolve(result: SegmentResult | null): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** A few threads that run segments. They keep the process alive only while something is under way. */
export class SegmentThreads {
  readonly #workerUrl: URL;
  readonly #threads: Thread[];
  #nextId = 0;

  /** @param workerUrl - the bundled `segment-worker.js`. */
  constructor(workerUrl: URL, count: number) {
    this.#workerUrl = workerUrl;
    this.#threads = Array.from({ length: count }, () => this.#start());
  }

  #start(): Thread {
    const worker = new Worker(this.#workerUrl);
    const thread: Thread = { worker, waiting: new Map() };
    worker.on("message", ({ id, result }: { id: number; result: SegmentResult | null }) => {
      const waiting = thread.waiting.get(id);
      thread.waiting.delete(id);
      if (thread.waiting.size === 0) worker.unref();
      waiting?.resolve(result);
    });
    worker.on("error", (cause) => this.#replace(thread, cause));
    worker.unref(); // after the listeners: adding one would hold the process again
    return thread;
  }

  /** A thread that died takes what it was given with it; those calls fail, the next ones get a new thread. */
  #replace(thread: Thread, cause: Error): void {
    const error = new RightsError("internal", "a cipher thread stopped; try again", { cause });
    for (const { reject } of thread.waiting.values()) reject(error);
    this.#threads[this.#threads.indexOf(thread)] = this.#start();
  }

  /** Takes over `task.bytes`: they move to the thread. */
  run(task: SegmentTask): Promise<SegmentResult | null> {
    const thread = this.#threads.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least));
    const id = this.#nextId++;
    const whole =
      task.bytes.byteLength === task.bytes.buffer.byteLength ? task : { ...task, bytes: task.bytes.slice() };
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.ref();
      thread.worker.postMessage({ ...whole, id }, [whole.bytes.buffer]);
    });
  }
}
