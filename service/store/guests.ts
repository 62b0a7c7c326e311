import { sql } from "kysely";
import { domainOf } from "../../shared/address.js";
import { newId } from "../../shared/ids.js";
import type { Database, Write } from "./database.js";
import { forgetPasskeys } from "./guest-passkeys.js";
import { endSignIns } from "./payloads.js";

/** Somebody outside of the organisation: one verified address, one subject id. */
export interface Guest {
  /** Id of the person, the same whenever this address comes. */
  readonly id: string;
  readonly address: string;
  readonly isLockedOut: boolean;
  /** When the address was first known, and when its holder last came in, in ms. */
  readonly made: number;
  readonly last: number | null;
  /** When they last showed that mail to the address reaches them, in ms. */
  readonly proven: number | null;
}

export interface GuestListing {
  /** A part of the address. */
  search?: string | undefined;
  after?: string | undefined;
  limit: number;
}

/** People by an address that mail reached. They have no place in the directory, and nothing there finds them. */
export class Guests {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  async find(id: string): Promise<Guest | null> {
    return guestOf(await selectGuests(this.#read).where("person", "=", id).executeTakeFirst());
  }

  async findByAddress(address: string): Promise<Guest | null> {
    return guestOf(await selectGuests(this.#read).where("address", "=", address).executeTakeFirst());
  }

  async list({ search, after, limit }: GuestListing): Promise<Guest[]> {
    let query = selectGuests(this.#read).orderBy("address").limit(limit);
    if (after !== undefined) query = query.where("address", ">", after);
    if (search !== undefined) query = query.where(like(`%${escaped(search.toLowerCase())}%`));
    return (await query.execute()).map((row) => guestOf(row)!);
  }

  /** Comes in now (ms) by a code that was mailed, the first time or again; who is locked out stays so. */
  admit(address: string, nowMs: number): Promise<Guest> {
    return this.#write(async (tx) => {
      const { id } = await settled(tx, address, nowMs);
      await tx.updateTable("guests").set({ last: nowMs, proven: nowMs }).where("person", "=", id).execute();
      return findGuest(tx, id);
    });
  }
}

/** Within one transaction: locks an address out, also one that never came, or lets it in again. */
export async function lockGuest(tx: Database, address: string, isLockedOut: boolean, nowMs: number): Promise<Guest> {
  const { id } = await settled(tx, address, nowMs);
  const state = isLockedOut ? ("disabled" as const) : ("active" as const);
  await tx.updateTable("people").set({ state }).where("id", "=", id).execute();
  if (isLockedOut) await Promise.all([endSignIns(tx, id), forgetPasskeys(tx, id)]);
  return findGuest(tx, id);
}

/** Whether somebody in the directory, or a group, has the address or had it. */
export async function isInDirectory(db: Database, address: string): Promise<boolean> {
  for (const table of ["addresses", "former_addresses", "groups"] as const) {
    const query = db.selectFrom(table).select("address").where("address", "=", address).limit(1);
    if ((await query.executeTakeFirst()) !== undefined) return true;
  }
  return false;
}

/** Whether anybody in the directory, or a group, has an address of the domain or had one. */
export async function isDomainInDirectory(db: Database, address: string): Promise<boolean> {
  const ending = `%@${escaped(domainOf(address))}`;
  for (const table of ["addresses", "former_addresses", "groups"] as const) {
    const query = db.selectFrom(table).select("address").where(like(ending)).limit(1);
    if ((await query.executeTakeFirst()) !== undefined) return true;
  }
  return false;
}

const like = (pattern: string) => sql<boolean>`address like ${pattern} escape '\\'`;
const escaped = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`);

const selectGuests = (db: Database) =>
  db
    .selectFrom("guests")
    .innerJoin("people", "people.id", "guests.person")
    .select(["people.id", "people.state", "guests.address", "guests.made", "guests.last", "guests.proven"]);

type Row = { id: string; state: string; address: string; made: number; last: number | null; proven: number | null };

const guestOf = (row: Row | undefined): Guest | null =>
  row === undefined
    ? null
    : {
        ...{ id: row.id, address: row.address, isLockedOut: row.state !== "active" },
        ...{ made: row.made, last: row.last, proven: row.proven },
      };

const findGuest = async (db: Database, id: string): Promise<Guest> =>
  guestOf(await selectGuests(db).where("person", "=", id).executeTakeFirst())!;

async function settled(tx: Database, address: string, made: number): Promise<{ id: string }> {
  const known = await tx.selectFrom("guests").select("person").where("address", "=", address).executeTakeFirst();
  if (known) return { id: known.person };
  const id = newId();
  const person = { id, name: address, password_hash: null, administrator: 0, state: "active" as const };
  await tx.insertInto("people").values(person).execute();
  await tx.insertInto("guests").values({ person: id, address, made, last: null }).execute();
  return { id };
}
