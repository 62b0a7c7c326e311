import { newId } from "../../shared/ids.js";
import type { Database, Write } from "./database.js";

/** Who somebody is at another OpenID provider: `subject` means something only together with `issuer`. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** Somebody who comes for the first time; the address is one that their provider may vouch for, normalized. */
export interface Newcomer {
  readonly address: string;
  readonly name: string;
}

/**
 * - `known`: was here before. - `linked`: to a person that was prepared with that address. - `made`: a new person.
 * - `taken`: the address is or was somebody else's, or a group's.
 */
export type Settled = { person: string; how: "known" | "linked" | "made" } | { how: "taken" };

/** Which person an identity is, decided once. */
export class Identities {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  /** @returns the person's id. */
  find(identity: Identity): Promise<string | null> {
    return findPerson(this.#read, identity);
  }

  /** In one transaction: of two that come at once with one address, one gets it. */
  settle(identity: Identity, newcomer: Newcomer): Promise<Settled> {
    return this.#write(async (tx): Promise<Settled> => {
      const known = await findPerson(tx, identity);
      if (known !== null) return { person: known, how: "known" };
      const holder = await holderOf(tx, newcomer.address);
      if (holder === "taken") return { how: "taken" };
      if (holder !== null) await forgetFirstPassword(tx, holder);
      const person = holder ?? (await makePerson(tx, newcomer));
      await tx
        .insertInto("identities")
        .values({ ...identity, person })
        .execute();
      return { person, how: holder === null ? "made" : "linked" };
    });
  }
}

async function findPerson(db: Database, { issuer, subject }: Identity): Promise<string | null> {
  const query = db.selectFrom("identities").select("person").where("issuer", "=", issuer);
  return (await query.where("subject", "=", subject).executeTakeFirst())?.person ?? null;
}

/**
 * The person who was prepared with this address: nobody was ever them, neither with a password of their own, nor by
 * another provider, nor on a device. Anybody else keeps the address to themselves, and so does a group.
 */
async function holderOf(tx: Database, address: string): Promise<string | "taken" | null> {
  const group = await tx.selectFrom("groups").select("address").where("address", "=", address).executeTakeFirst();
  if (group) return "taken";
  const held = tx.selectFrom("addresses").innerJoin("people", "people.id", "addresses.person");
  const holder = await held.selectAll("people").where("addresses.address", "=", address).executeTakeFirst();
  if (!holder) return (await wasSomebodys(tx, address)) ? "taken" : null;
  const { id, password_hash, must_change, state } = holder;
  const hasOwnPassword = password_hash !== null && must_change === 0;
  const used = hasOwnPassword || state !== "active" || (await isUsed(tx, id));
  return used ? "taken" : id;
}

/** Whether an administrator has to say that the address may be somebody else's now. */
async function wasSomebodys(tx: Database, address: string): Promise<boolean> {
  const former = tx.selectFrom("former_addresses").select("holder").where("address", "=", address);
  return (await former.executeTakeFirst()) !== undefined;
}

async function isUsed(tx: Database, person: string): Promise<boolean> {
  const identity = await tx.selectFrom("identities").select("subject").where("person", "=", person).executeTakeFirst();
  const device = await tx.selectFrom("devices").select("rac_serial").where("person", "=", person).executeTakeFirst();
  return identity !== undefined || device !== undefined;
}

/** The password that was to be handed over serves nobody any more. */
async function forgetFirstPassword(tx: Database, person: string): Promise<void> {
  const none = { password_hash: null, must_change: 0 };
  await tx.updateTable("people").set(none).where("id", "=", person).execute();
}

async function makePerson(tx: Database, { name, address }: Newcomer): Promise<string> {
  const id = newId();
  const person = { id, name, password_hash: null, administrator: 0, state: "active" as const };
  await tx.insertInto("people").values(person).execute();
  await tx.insertInto("addresses").values({ address, person: id, position: 0, since: null }).execute();
  return id;
}
