import { RightsError } from "../../shared/errors.js";
import type { Database, Write } from "./database.js";
import type { TenantKeyRow } from "./schema.js";

/** What became of a tenant key; where it lies is not known here. Times in ms. */
export interface TenantKeyRecord {
  kid: string;
  /** 1 for the first key of the organisation, one more for each that took over; `null` for one that only unseals. */
  generation: number | null;
  added: number;
  /** When another took over; `null` for the active one. */
  archived: number | null;
  /** Since when somebody else may have it. */
  compromised: number | null;
  /** When that was said last. */
  declared: number | null;
}

/** The tenant's keys and their order. At every moment exactly one is active, once there is one. */
export class TenantKeys {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  /** Oldest generation first, those without one in front. */
  async all(): Promise<TenantKeyRecord[]> {
    const rows = await this.#read.selectFrom("tenant_keys").selectAll().execute();
    return rows.sort((one, other) => (one.generation ?? 0) - (other.generation ?? 0) || one.added - other.added);
  }

  /** The first key of an organisation, unless there is one. */
  settleFirst(kid: string, nowMs: number): Promise<void> {
    return this.#write(async (tx) => {
      if (await tx.selectFrom("tenant_keys").select("kid").limit(1).executeTakeFirst()) return;
      await insert(tx, { kid, generation: 1, added: nowMs, archived: null, compromised: null, declared: null });
    });
  }

  /**
   * Archives the active key `from` and puts `to` in its place, both or neither.
   * @throws RightsError busy when another key took over meanwhile; config-invalid for a key that had its time.
   */
  activate(to: string, from: string, nowMs: number): Promise<void> {
    return this.#write(async (tx) => {
      const active = await tx
        .selectFrom("tenant_keys")
        .selectAll()
        .where("archived", "is", null)
        .executeTakeFirstOrThrow();
      if (active.kid !== from)
        throw new RightsError("busy", "another tenant key took over at the same moment; look which one is active now");
      if (await tx.selectFrom("tenant_keys").select("kid").where("kid", "=", to).executeTakeFirst())
        throw new RightsError("config-invalid", "this key was in use before; a key that was archived never comes back");
      await tx.updateTable("tenant_keys").set({ archived: nowMs }).where("kid", "=", from).execute();
      const generation = active.generation! + 1;
      await insert(tx, { kid: to, generation, added: nowMs, archived: null, compromised: null, declared: null });
    });
  }

  /** A key from elsewhere that only unseals. `false` for one that is known already. */
  addArchived(kid: string, nowMs: number): Promise<boolean> {
    return this.#write(async (tx) => {
      const row = { kid, generation: null, added: nowMs, archived: nowMs, compromised: null, declared: null };
      const result = await tx
        .insertInto("tenant_keys")
        .values(row)
        .onConflict((conflict) => conflict.column("kid").doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    });
  }

  /** Only an archived key; the earliest moment counts. `false` for any other. */
  compromise(kid: string, sinceMs: number, nowMs: number): Promise<boolean> {
    return this.#write(async (tx) => {
      const archived = tx
        .selectFrom("tenant_keys")
        .selectAll()
        .where("kid", "=", kid)
        .where("archived", "is not", null);
      const row = await archived.executeTakeFirst();
      if (!row) return false;
      const compromised = Math.min(row.compromised ?? sinceMs, sinceMs);
      await tx.updateTable("tenant_keys").set({ compromised, declared: nowMs }).where("kid", "=", kid).execute();
      return true;
    });
  }
}

const insert = (tx: Database, row: TenantKeyRow) => tx.insertInto("tenant_keys").values(row).execute();
