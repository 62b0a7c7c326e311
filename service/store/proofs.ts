import { compileInserts } from "./compiled.js";
import type { Database, Write } from "./database.js";

interface Claim {
  id: string;
  until: number;
  resolve: (first: boolean) => void;
  reject: (error: unknown) => void;
}

/**
 * Proofs of possession that were used: one store for all nodes, so that none is taken twice. What a machine that loses its
 * power forgets is worth nothing by then: each proof names a nonce that only the process knows which gave it out.
 */
export class Proofs {
  readonly #write: Write;
  readonly #inserts;
  #pending: Claim[] = [];

  /** @param write - need not wait for the disk. */
  constructor(read: Database, write: Write) {
    this.#write = write;
    this.#inserts = compileInserts(["id", "until"], (rows: { id: string; until: number }[]) =>
      read
        .insertInto("proofs")
        .values(rows)
        .onConflict((conflict) => conflict.column("id").doNothing())
        .returning("id"),
    );
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
      const fresh = await this.#write((tx) => this.#insertNew(tx, take()));
      // A set gives each id away once: of two equal claims in one batch the first wins.
      for (const { id, resolve } of batch) resolve(fresh.delete(id));
    } catch (error) {
      // Where the transaction could not even begin, the claims were not taken yet.
      for (const { reject } of batch.length > 0 ? batch : take()) reject(error);
    }
  }

  /** @returns the ids that were not there before. */
  async #insertNew(tx: Database, claims: readonly Claim[]): Promise<Set<string>> {
    const fresh = new Set<string>();
    for (const insert of this.#inserts(claims))
      for (const { id } of (await tx.executeQuery(insert)).rows) fresh.add(id);
    return fresh;
  }
}
