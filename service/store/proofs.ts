import type { Write } from "./database.js";

/** Proofs of possession that were used: one store for all nodes, so that none is taken twice. */
export class Proofs {
  readonly #write: Write;

  constructor(write: Write) {
    this.#write = write;
  }

  /** `true` for exactly one of all who ever claim `id` before `until` (ms). */
  claim(id: string, until: number): Promise<boolean> {
    return this.#write(async (tx) => {
      const result = await tx
        .insertInto("proofs")
        .values({ id, until })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    });
  }

  /** Forget what could not be used any more anyway. */
  forgetBefore(time: number): Promise<void> {
    return this.#write(async (tx) => {
      await tx.deleteFrom("proofs").where("until", "<", time).execute();
    });
  }
}
