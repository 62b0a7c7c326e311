import { CompiledQuery } from "kysely";
import type { Database, Work, Write } from "./database.js";

/** Works of one transaction at most, so that none waits long for the others. */
const batchSize = 256;

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

interface Waiting {
  work: Work<unknown>;
  /** Whether its outcome waits for the disk. */
  lasting: boolean;
  settle: (outcome: Outcome) => void;
}

/**
 * Writes that wait at the same time share one transaction, and transactions that end at the same time share one flush of
 * the disk. They run one after the other, in the order they came; one that fails is undone alone. The next ones run
 * while the disk is still busy with those before: what they read was written, but is told to nobody before it is safe.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #flush: () => Promise<void>;
  readonly #onCommit: (tookMs: number) => void;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #nextFlush: Promise<void> | null = null;

  /**
   * @param flush - resolves once everything that was committed before is on disk.
   * @param onCommit - hears how long each transaction took, in ms, with the flush of the disk where one was waited for.
   */
  constructor(database: Database, flush: () => Promise<void>, onCommit: (tookMs: number) => void = () => {}) {
    this.#database = database;
    this.#flush = flush;
    this.#onCommit = onCommit;
  }

  /**
   * @returns what `work` returned, once it is on disk. @throws what `work` threw, and nothing of it is kept then; or
   *   what the disk said, and then nobody knows.
   */
  readonly write: Write = (work) => this.#enqueue(work, true);

  /** The same once everybody who reads sees it: for what need not outlive the machine. */
  readonly writeSoon: Write = (work) => this.#enqueue(work, false);

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
    await (this.#nextFlush ?? this.#flushing).catch(() => {});
  }

  #enqueue<T>(work: Work<T>, lasting: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome) => (outcome.ok ? resolve(outcome.value as T) : reject(outcome.error));
      this.#waiting.push({ work, lasting, settle });
      this.#running ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // The engine may be synchronous: without this pause no other request could come in and share the batch.
      await new Promise<void>((resolve) => setImmediate(resolve));
      await this.#commit(this.#waiting.splice(0, batchSize));
    }
    this.#running = null;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const startMs = performance.now();
    const failed = (error: unknown) => batch.map((): Outcome => ({ ok: false, error }));
    const outcomes = await this.#run(batch).catch(failed);
    const settle = (lasting: boolean, final: readonly Outcome[]) => {
      for (const [index, one] of batch.entries()) if (one.lasting === lasting) one.settle(final[index]!);
    };
    const end = (final: readonly Outcome[]) => {
      this.#onCommit(performance.now() - startMs);
      settle(true, final);
    };
    settle(false, outcomes);
    if (!batch.some(({ lasting }) => lasting)) return end(outcomes);
    this.#flushed().then(
      () => end(outcomes),
      (error: unknown) => end(failed(error)),
    );
  }

  /** A flush that has yet to begin: one that is under way may have begun before what was just written. */
  #flushed(): Promise<void> {
    const begin = () => {
      this.#nextFlush = null;
      this.#flushing = this.#flush();
      return this.#flushing;
    };
    this.#nextFlush ??= this.#flushing.then(begin, begin);
    return this.#nextFlush;
  }

  #run(batch: readonly Waiting[]): Promise<Outcome[]> {
    const [first, ...others] = batch;
    return this.#database.transaction().execute(async (tx) => {
      // One that is alone needs no savepoint: the whole transaction is undone with it.
      if (first && others.length === 0) return [{ ok: true, value: await first.work(tx) }];
      const outcomes: Outcome[] = [];
      for (const { work } of batch) outcomes.push(await attempt(tx, work));
      return outcomes;
    });
  }
}

const mark = CompiledQuery.raw("savepoint work");
const keep = CompiledQuery.raw("release savepoint work");
const undo = CompiledQuery.raw("rollback to savepoint work");

async function attempt(tx: Database, work: Work<unknown>): Promise<Outcome> {
  await tx.executeQuery(mark);
  try {
    const value = await work(tx);
    await tx.executeQuery(keep);
    return { ok: true, value };
  } catch (error) {
    // If even this fails the transaction is lost, and every write of the batch with it.
    await tx.executeQuery(undo);
    await tx.executeQuery(keep);
    return { ok: false, error };
  }
}
