import type { KeyObject } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";

export interface RsaRequest {
  id: number;
  operation: "sign" | "unseal";
  bytes: Uint8Array;
}

export type RsaAnswer = { id: number; ok: true; bytes: Uint8Array | null } | { id: number; ok: false; reason: string };

interface Waiting {
  thread: Thread;
  resolve: (bytes: Bytes | null) => void;
  reject: (error: Error) => void;
}

interface Thread {
  worker: Worker;
  waiting: number;
  /** Not handed over yet. */
  outbox: RsaRequest[];
  /** It has answered once, so another like it will too. */
  proven: boolean;
}

/** Bytes of a content key; anything else that opens is not one. */
const contentKeyBytes = 32;

/**
 * RSA in worker threads, each calling synchronous `node:crypto`: predictable, about one core each, and the event loop
 * stays free. What comes in the same turn of the event loop goes to a thread in one message, and comes back in one. A
 * thread that dies takes its requests with it, and another takes its place.
 */
export class RsaPool {
  readonly #key: KeyObject;
  readonly #workerUrl: URL;
  readonly #threads: Thread[];
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #closed = false;

  /** @param workerUrl - the bundled `rsa-worker.js`. */
  constructor(key: KeyObject, workerUrl: URL, threads: number) {
    this.#key = key;
    this.#workerUrl = workerUrl;
    this.#threads = Array.from({ length: threads }, () => this.#start());
  }

  run(operation: RsaRequest["operation"], bytes: Bytes): Promise<Bytes | null> {
    const [first, ...others] = this.#threads;
    if (this.#closed || !first) return Promise.reject(unusable());
    const thread = others.reduce((least, other) => (other.waiting < least.waiting ? other : least), first);
    const id = this.#nextId++;
    thread.waiting++;
    thread.worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { thread, resolve, reject });
      if (thread.outbox.push({ id, operation, bytes }) === 1) setImmediate(() => this.#handOver(thread));
    });
  }

  #handOver(thread: Thread): void {
    thread.worker.postMessage(thread.outbox);
    thread.outbox = [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(): Thread {
    const worker = new Worker(this.#workerUrl, { workerData: { key: this.#key, contentKeyBytes } });
    const thread: Thread = { worker, waiting: 0, outbox: [], proven: false };
    worker.on("message", (answers: RsaAnswer[]) => {
      for (const answer of answers) this.#settle(answer);
    });
    worker.on("error", () => {}); // its exit follows, and says all there is to do
    worker.on("exit", () => this.#replace(thread));
    worker.unref();
    return thread;
  }

  #settle(answer: RsaAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    const { thread } = waiting;
    thread.proven = true;
    thread.waiting--;
    if (thread.waiting === 0) thread.worker.unref();
    if (answer.ok) waiting.resolve(answer.bytes as Bytes | null);
    else waiting.reject(unusable(answer.reason));
  }

  #replace(thread: Thread): void {
    for (const [id, waiting] of this.#waiting)
      if (waiting.thread === thread) {
        this.#waiting.delete(id);
        waiting.reject(unusable());
      }
    // One that never answered would only die again: the worker file is missing or broken.
    const replacement = this.#closed || !thread.proven ? [] : [this.#start()];
    this.#threads.splice(this.#threads.indexOf(thread), 1, ...replacement);
  }
}

const unusable = (cause?: string): RightsError =>
  new RightsError("internal", "the tenant key could not be used", { cause });
