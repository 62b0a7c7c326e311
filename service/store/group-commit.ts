import type { Kysely } from "kysely";
import type { Work } from "./database.js";
import type { Schema } from "./schema.js";

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
  readonly #database: Kysely<Schema>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;

  constructor(database: Kysely<Schema>) {
    this.#database = database;
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
    const outcomes = await this.#run(batch).catch((error: unknown) => batch.map((): Outcome => ({ ok: false, error })));
    for (const [index, { settle }] of batch.entries()) settle(outcomes[index]!);
  }

  async #run(batch: readonly Waiting[]): Promise<Outcome[]> {
    const tx = await this.#database.startTransaction().execute();
    try {
      const outcomes: Outcome[] = [];
      for (const { work } of batch) outcomes.push(await attempt(tx, work));
      await tx.commit().execute();
      return outcomes;
    } catch (error) {
      if (!tx.isCommitted && !tx.isRolledBack) await tx.rollback().execute();
      throw error;
    }
  }
}

type Transaction = Awaited<ReturnType<ReturnType<Kysely<Schema>["startTransaction"]>["execute"]>>;

async function attempt(tx: Transaction, work: Work<unknown>): Promise<Outcome> {
  const point = await tx.savepoint("work").execute();
  try {
    const value = await work(point);
    await point.releaseSavepoint("work").execute();
    return { ok: true, value };
  } catch (error) {
    // If even this fails the transaction is lost, and every write of the batch with it.
    await point.rollbackToSavepoint("work").execute();
    await point.releaseSavepoint("work").execute();
    return { ok: false, error };
  }
}
