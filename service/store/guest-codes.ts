import type { Database, Write } from "./database.js";
import type { GuestCodeRow } from "./schema.js";

/** What was asked for, and may be redeemed as long as it lasts. */
export type NewGuestCode = Omit<GuestCodeRow, "code" | "tries" | "next">;

/** What a try came to. `tried`: so many tries were made by now, this one among them. */
export type TryOutcome =
  | { readonly is: "over" }
  | { readonly is: "early"; readonly next: number }
  | { readonly is: "wrong"; readonly tries: number; readonly next: number; readonly address: string }
  | { readonly is: "right"; readonly row: GuestCodeRow };

/** How a row is tried. */
export interface CodeTry {
  ticket: string;
  nowMs: number;
  /** Whether what was typed is right. */
  isRight(row: GuestCodeRow): boolean;
  maxTries: number;
  /** How long after the so-many-th wrong one nothing is tried, in ms. */
  waitMs(tries: number): number;
}

/** Codes for guests, from when they are asked for. */
export class GuestCodes {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  /** So far nothing that is typed is right. */
  add(row: NewGuestCode): Promise<void> {
    return this.#write(async (tx) => {
      await tx
        .insertInto("guest_codes")
        .values({ ...row, code: null, tries: 0, next: 0 })
        .execute();
    });
  }

  /** From now on this is right, for as many tries as are left. */
  setCode(ticket: string, code: string): Promise<void> {
    return this.#write(async (tx) => {
      await tx.updateTable("guest_codes").set({ code }).where("ticket", "=", ticket).execute();
    });
  }

  /** In one transaction: of tries that come at once each counts, and the right one counts once. */
  try({ ticket, nowMs, isRight, maxTries, waitMs }: CodeTry): Promise<TryOutcome> {
    return this.#write(async (tx): Promise<TryOutcome> => {
      const row = await tx.selectFrom("guest_codes").selectAll().where("ticket", "=", ticket).executeTakeFirst();
      if (row === undefined || row.until <= nowMs || row.tries >= maxTries) return { is: "over" };
      if (row.next > nowMs) return { is: "early", next: row.next };
      const tries = row.tries + 1;
      if (isRight(row)) {
        await tx.deleteFrom("guest_codes").where("ticket", "=", ticket).execute();
        return { is: "right", row };
      }
      const next = nowMs + waitMs(tries);
      await tx.updateTable("guest_codes").set({ tries, next }).where("ticket", "=", ticket).execute();
      return { is: "wrong", tries, next, address: row.address };
    });
  }

  async forgetBefore(time: number): Promise<void> {
    await this.#write((tx) => tx.deleteFrom("guest_codes").where("until", "<", time).execute());
  }

  /** Those that can still be redeemed. */
  async count(nowMs: number): Promise<number> {
    const query = this.#read.selectFrom("guest_codes").select(({ fn }) => fn.countAll<number>().as("count"));
    return Number((await query.where("until", ">", nowMs).executeTakeFirstOrThrow()).count);
  }
}
