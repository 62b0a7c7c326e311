import { CompiledQuery } from "kysely";
import type { Database, Work } from "./database.js";

/** Works of one transaction at most, so that none waits long for the others. */
const batchSize = 256;

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

interface Waiting {
  work: Work<unknown>;
  settle: (outcome: Outcome) => void;
}

/**
 * Writes that wait at the same time share one transaction, so one flush of the disk pays for all of them. They run one
 * after the other, in the order they came. Each is resolved after the commit; one that fails is undone alone.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #onCommit: (tookMs: number) => void;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;

  /** @param onCommit - hears how long each transaction took, in ms, with the flush of the disk. */
  constructor(database: Database, onCommit: (tookMs: number) => void = () => {}) {
    this.#database = database;
    this.#onCommit = onCommit;
  }

  /** @returns what `work` returned, once it is on disk. @throws what `work` threw; nothing of it is kept then. */
  readonly write = <T>(work: Work<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome) => (outcome.ok ? resolve(outcome.value as T) : reject(outcome.error));
      this.#waiting.push({ work, settle });
      this.#running ??= this.#drain();
    });

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
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
    const outcomes = await this.#run(batch).catch((error: unknown) => batch.map((): Outcome => ({ ok: false, error })));
    this.#onCommit(performance.now() - startMs);
    for (const [index, { settle }] of batch.entries()) settle(outcomes[index]!);
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
