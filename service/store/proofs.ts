import type { Database, Write } from "./database.js";

interface Claim {
  id: string;
  until: number;
  resolve: (first: boolean) => void;
  reject: (error: unknown) => void;
}

/** Claims of one insert: far below what any engine allows as parameters. */
const rowsPerInsert = 500;

/** Proofs of possession that were used: one store for all nodes, so that none is taken twice. */
export class Proofs {
  readonly #write: Write;
  #pending: Claim[] = [];

  constructor(write: Write) {
    this.#write = write;
  }

  /** `true` for exactly one of all who ever claim `id` before `until` (ms). Claims that come together cost one insert. */
  claim(id: string, until: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ id, until, resolve, reject });
      if (this.#pending.length === 1) void this.#flush();
    });
  }

  /** Forget what could not be used any more anyway. */
  forgetBefore(time: number): Promise<void> {
    return this.#write(async (tx) => {
      await tx.deleteFrom("proofs").where("until", "<", time).execute();
    });
  }

  async #flush(): Promise<void> {
    let batch: Claim[] = [];
    const take = () => {
      batch = this.#pending;
      this.#pending = [];
      return batch;
    };
    try {
      const fresh = await this.#write((tx) => insertNew(tx, take()));
      // A set gives each id away once: of two equal claims in one batch the first wins.
      for (const { id, resolve } of batch) resolve(fresh.delete(id));
    } catch (error) {
      // Where the transaction could not even begin, the claims were not taken yet.
      for (const { reject } of batch.length > 0 ? batch : take()) reject(error);
    }
  }
}

/** @returns the ids that were not there before. */
async function insertNew(tx: Database, claims: readonly Claim[]): Promise<Set<string>> {
  const rows = claims.map(({ id, until }) => ({ id, until }));
  const fresh = new Set<string>();
  for (let i = 0; i < rows.length; i += rowsPerInsert) {
    const insert = tx.insertInto("proofs").values(rows.slice(i, i + rowsPerInsert));
    const inserted = insert.onConflict((conflict) => conflict.column("id").doNothing()).returning("id");
    for (const { id } of await inserted.execute()) fresh.add(id);
  }
  return fresh;
}
