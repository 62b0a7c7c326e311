import { secondTime } from "../../shared/time.js";
import type { Database } from "../store/database.js";
import { Groups } from "../store/groups.js";
import { type FormerHolder, People, type TakenAddress } from "../store/people.js";
import { changeRefused } from "./administering.js";

export interface WantedAddresses {
  addresses: readonly string[];
  /** They may be such as were somebody else's before. */
  recycled: boolean;
}

/**
 * What a person may have: addresses that are nobody else's and no group's. One that was another's before names that
 * other in all that was protected until now, so it is given away only when that is said, and counts from now on (T13).
 * @throws Refusal change-refused.
 */
export async function addressesFor(
  db: Database,
  id: string,
  { addresses, recycled }: WantedAddresses,
  nowMs: number,
): Promise<TakenAddress[]> {
  const people = new People(db);
  const known = new Map((await people.taken(id)).map((one) => [one.address, one]));
  const taken: TakenAddress[] = [];
  for (const address of new Set(addresses)) {
    const mine = known.get(address);
    taken.push(mine ?? { address, since: await sinceFor(db, id, address, recycled, nowMs) });
  }
  return taken;
}

async function sinceFor(db: Database, id: string, address: string, recycled: boolean, nowMs: number) {
  const people = new People(db);
  const holder = await people.find(address);
  if (holder && holder.id !== id) throw changeRefused(`${address} is the address of ${holder.name}`);
  if (await new Groups(db).find(address)) throw ofAGroup(address);
  return sinceWhen(db, address, await people.formerHolder(address, id), recycled ? nowMs : null);
}

export const ofAGroup = (address: string) => changeRefused(`${address} is the address of a group`);

/** @param recycledMs - since when it counts if it was another's; `null` where that is not to be. */
export async function sinceWhen(
  db: Database,
  address: string,
  former: FormerHolder | null,
  recycledMs: number | null,
): Promise<number | null> {
  if (former === null) return null;
  if (recycledMs !== null) return recycledMs;
  const whose = former.holder === "group" ? "a group's" : `that of ${await new People(db).nameOf(former.holder)}`;
  throw changeRefused(
    `${address} was ${whose} until ${secondTime(former.until)}; to give it to somebody else, say that it is recycled`,
  );
}

/** @throws Refusal change-refused for an address that is, or was, a person's: what names it was meant for them. */
export async function checkGroupAddress(db: Database, address: string): Promise<void> {
  const people = new People(db);
  const holder = await people.find(address);
  if (holder) throw changeRefused(`${address} is the address of ${holder.name}; a group needs one of its own`);
  const former = await people.formerHolder(address, "group");
  if (former)
    throw changeRefused(
      `${address} was that of ${await people.nameOf(former.holder)}; files that name it were meant for them, so choose another`,
    );
}
