import type {
  AdminGroup,
  DoneAnswer,
  GroupAnswer,
  GroupRequest,
  GroupsAnswer,
  Listing,
  MembersRequest,
  NamedGroupRequest,
} from "../../shared/protocol/admin-api.js";
import { secondTime } from "../../shared/time.js";
import type { Asker, Parts } from "../licensing/parts.js";
import type { Database } from "../store/database.js";
import { Groups, type ListedGroup } from "../store/groups.js";
import { People } from "../store/people.js";
import { checkGroupAddress } from "./addresses.js";
import { changeRefused, changing, looking } from "./administering.js";
import { accountsIn } from "./people.js";

/** Groups of the organisation, one by one. Each of these: Refusal access-denied for all but administrators. */

/** People and groups in one group at most: so many fit into an answer. */
const maxMembers = 20_000;

export const listGroups = (parts: Parts, asker: Asker, { search, after, limit }: Listing): Promise<GroupsAnswer> =>
  looking(parts, asker, "groups list", async (db, { nowMs }) => {
    const groups = await new Groups(db).list({ search, after, limit });
    const next = groups.length === limit ? groups.at(-1)!.address : null;
    return { groups, next, time: secondTime(nowMs) };
  });

export const showGroup = (parts: Parts, asker: Asker, { address }: GroupRequest): Promise<GroupAnswer> =>
  looking(parts, asker, `groups show ${address}`, (db, { nowMs }) => groupAnswer(db, address, nowMs));

/** @throws Refusal change-refused. */
export const addGroup = (parts: Parts, asker: Asker, { address, name }: NamedGroupRequest): Promise<GroupAnswer> =>
  changing(parts, asker, `groups add ${address}: ${name}`, async (db, { nowMs }) => {
    const groups = new Groups(db);
    if (await groups.find(address)) throw changeRefused(`there is a group ${address} already`);
    await checkGroupAddress(db, address);
    await groups.put(address, name);
    return groupAnswer(db, address, nowMs);
  });

/** @throws Refusal change-refused. */
export const renameGroup = (parts: Parts, asker: Asker, { address, name }: NamedGroupRequest): Promise<GroupAnswer> =>
  changing(parts, asker, `groups change ${address}: ${name}`, async (db, { nowMs }) => {
    await groupIn(db, address);
    await new Groups(db).put(address, name);
    return groupAnswer(db, address, nowMs);
  });

/** What names it gives nobody anything any more. @throws Refusal change-refused. */
export const removeGroup = (parts: Parts, asker: Asker, { address }: GroupRequest): Promise<DoneAnswer> =>
  changing(parts, asker, `groups remove ${address}`, async (db, { nowMs }) => {
    await groupIn(db, address);
    await new Groups(db).remove(address, nowMs);
    return { time: secondTime(nowMs) };
  });

/** @throws Refusal change-refused. */
export const changeMembers = (parts: Parts, asker: Asker, request: MembersRequest): Promise<GroupAnswer> => {
  const { address, add, remove } = request;
  const detail = `groups members ${address}: in ${add.join(" ") || "nobody"}, out ${remove.join(" ") || "nobody"}`;
  return changing(parts, asker, detail, async (db, { nowMs }) => {
    await groupIn(db, address);
    const groups = new Groups(db);
    await groups.drop(address, await membersIn(db, remove));
    await putMembers(db, address, await membersIn(db, add));
    return groupAnswer(db, address, nowMs);
  });
};

/** @throws Refusal change-refused for too many, and for groups in a circle. */
export async function putMembers(db: Database, address: string, members: readonly string[]): Promise<void> {
  const groups = new Groups(db);
  await groups.add(address, members);
  const { members: count } = await groupIn(db, address);
  if (count > maxMembers) throw changeRefused(`${address} would have ${count} members; at most ${maxMembers} can be`);
  const holding = await groupsAbove(db, address);
  if (holding.has(address)) throw changeRefused(`${address} would be in itself; groups cannot lie in a circle`);
}

/** Every group that holds `address`, directly or not; itself too, if groups lie in a circle. */
async function groupsAbove(db: Database, address: string): Promise<Set<string>> {
  const above = new Set<string>();
  let level = [address];
  while (level.length > 0) {
    const holding = await accountsIn(db).groupsHolding(level);
    level = holding.filter((group) => !above.has(group));
    for (const group of level) above.add(group);
  }
  return above;
}

/** What memberships name: ids of people, addresses of groups. @throws Refusal change-refused for anybody else. */
export async function membersIn(db: Database, who: readonly string[]): Promise<string[]> {
  const people = await new People(db).findAll(who);
  const groups = await new Groups(db).among(who);
  return who.map((one) => {
    const member = people.get(one)?.id ?? (groups.has(one) ? one : undefined);
    if (member === undefined) throw changeRefused(`nobody and no group here is ${one}`);
    return member;
  });
}

/** @throws Refusal change-refused for none. */
export async function groupIn(db: Database, address: string): Promise<ListedGroup> {
  const group = await new Groups(db).find(address);
  if (group) return group;
  throw changeRefused(`there is no group ${address}`);
}

async function groupAnswer(db: Database, address: string, nowMs: number): Promise<GroupAnswer> {
  const group: AdminGroup = await groupIn(db, address);
  const members = await new Groups(db).members(address);
  const shown = members.map(({ kind, address: shownAddress, name }) => ({ kind, address: shownAddress, name }));
  return { group, members: shown, time: secondTime(nowMs) };
}
