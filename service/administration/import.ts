import { newId } from "../../shared/ids.js";
import type {
  ImportAnswer,
  ImportChange,
  ImportedGroup,
  ImportedPerson,
  ImportRequest,
} from "../../shared/protocol/admin-api.js";
import { secondTime } from "../../shared/time.js";
import { drawPassword } from "../founding/drawn-password.js";
import { hashDrawnPassword } from "../identity/passwords.js";
import type { Asker, Parts } from "../licensing/parts.js";
import type { Database } from "../store/database.js";
import { Groups } from "../store/groups.js";
import { type FormerHolder, type ListedPerson, type NewPerson, People, type TakenAddress } from "../store/people.js";
import { addressesFor, checkGroupAddress, ofAGroup, sinceWhen } from "./addresses.js";
import { changeRefused, changing } from "./administering.js";
import { groupIn, membersIn, putMembers } from "./groups.js";
import { keepAnAdministrator } from "./people.js";

/** What somebody new gets, drawn before anything is tried out: it must come out the same twice. */
interface Newcomer {
  readonly id: string;
  readonly password: string;
  readonly passwordHash: string;
}

/** One import within one transaction: what was there, and what it has changed so far. */
interface Importing {
  readonly db: Database;
  readonly recycled: boolean;
  readonly nowMs: number;
  /** Who had the addresses that are named, before. */
  readonly holders: ReadonlyMap<string, ListedPerson>;
  readonly former: ReadonlyMap<string, FormerHolder>;
  readonly changes: ImportChange[];
}

/**
 * People and groups of a whole organisation at once: all of it, or nothing. Who is not named stays as they are.
 * @throws Refusal change-refused with the first thing that cannot be; access-denied for all but administrators.
 */
export async function importOrganisation(parts: Parts, asker: Asker, request: ImportRequest): Promise<ImportAnswer> {
  const { people, groups, recycled, dryRun } = request;
  refuseTwice(people, groups);
  const newcomers = await Promise.all(people.map(newcomer));
  const detail = `import: ${people.length} people, ${groups.length} groups${recycled ? ", recycled addresses allowed" : ""}`;
  const work = async (db: Database, { nowMs }: { nowMs: number }): Promise<ImportAnswer> => {
    const importing = await openImport(db, request, nowMs);
    for (const group of groups) await putGroup(importing, group);
    const added = await putPeople(importing, people, newcomers);
    await putMemberships(importing, people, newcomers);
    for (const group of groups) await setMembers(importing, group);
    await keepAnAdministrator(new People(db));
    return { changes: importing.changes, passwords: dryRun ? [] : added, time: secondTime(nowMs) };
  };
  return changing(parts, asker, detail, work, { dryRun });
}

async function newcomer(): Promise<Newcomer> {
  const password = drawPassword();
  return { id: newId(), password, passwordHash: await hashDrawnPassword(password) };
}

const addressesOf = ({ address, aliases = [] }: ImportedPerson): string[] => [...new Set([address, ...aliases])];

/** Two lines about one person would leave open which holds. */
function refuseTwice(people: readonly ImportedPerson[], groups: readonly ImportedGroup[]): void {
  const seen = new Set<string>();
  for (const address of [...people.flatMap(addressesOf), ...groups.map((group) => group.address)]) {
    if (seen.has(address)) throw changeRefused(`${address} is there twice`);
    seen.add(address);
  }
}

/** What is known of every address that is named, in a few queries instead of several for each. */
async function openImport(db: Database, { people, recycled }: ImportRequest, nowMs: number): Promise<Importing> {
  const addresses = people.flatMap(addressesOf);
  const holders = await new People(db).findAll(addresses);
  const former = await new People(db).formerHolders(addresses);
  return { db, recycled, nowMs, holders, former, changes: [] };
}

/** @returns who is new, with their first passwords. */
async function putPeople(importing: Importing, people: readonly ImportedPerson[], newcomers: readonly Newcomer[]) {
  const [group] = await new Groups(importing.db).among(people.flatMap(addressesOf));
  if (group !== undefined) throw ofAGroup(group);
  const added: NewPerson[] = [];
  const passwords: ImportAnswer["passwords"] = [];
  for (const [at, person] of people.entries()) {
    const known = knownPerson(importing, person);
    if (known) {
      await changeKnown(importing, known, person);
      continue;
    }
    added.push(await newPerson(importing, person, newcomers[at]!));
    passwords.push({ address: person.address, password: newcomers[at]!.password });
  }
  await new People(importing.db).addAll(added);
  return passwords;
}

function knownPerson({ holders }: Importing, person: ImportedPerson): ListedPerson | null {
  const found = new Set(addressesOf(person).flatMap((address) => holders.get(address) ?? []));
  const [first = null, second] = found;
  if (second) throw changeRefused(`${person.address} and its aliases belong to ${first!.name} and to ${second.name}`);
  return first;
}

async function newPerson(importing: Importing, person: ImportedPerson, { id, passwordHash }: Newcomer) {
  const { db, former, recycled, nowMs } = importing;
  const { address, name = address, administrator = false } = person;
  const addresses: TakenAddress[] = [];
  for (const one of addressesOf(person))
    addresses.push({ address: one, since: await sinceWhen(db, one, former.get(one) ?? null, recycled ? nowMs : null) });
  note(importing, "person", address, administrator ? "added, administrator" : "added");
  return { id, name, administrator, passwordHash, addresses };
}

async function changeKnown(importing: Importing, known: ListedPerson, person: ImportedPerson): Promise<void> {
  const { db, recycled, nowMs } = importing;
  const { address, name = known.name, administrator = known.administrator } = person;
  const people = new People(db);
  if (name !== known.name) note(importing, "person", address, `name: ${name}`);
  if (administrator !== known.administrator)
    note(importing, "person", address, administrator ? "administrator" : "no administrator");
  if (name !== known.name || administrator !== known.administrator)
    await people.change(known.id, { name, administrator });
  const addresses = [...new Set([address, ...(person.aliases ?? known.addresses)])];
  if (addresses.join() === known.addresses.join()) return;
  note(importing, "person", address, `addresses: ${addresses.join(" ")}`);
  await people.setAddresses(known.id, await addressesFor(db, known.id, { addresses, recycled }, nowMs), nowMs);
}

/** Who is to be in groups, group by group. */
async function putMemberships(importing: Importing, people: readonly ImportedPerson[], newcomers: readonly Newcomer[]) {
  const joining = new Map<string, string[]>();
  for (const [at, person] of people.entries()) {
    const known = knownPerson(importing, person);
    for (const group of person.groups ?? []) {
      if (known?.groups.includes(group)) continue;
      const members = joining.get(group) ?? [];
      joining.set(group, members);
      members.push(known?.id ?? newcomers[at]!.id);
      note(importing, "person", person.address, `in ${group}`);
    }
  }
  for (const [group, members] of joining) {
    await groupIn(importing.db, group);
    await putMembers(importing.db, group, members);
  }
}

async function putGroup(importing: Importing, { address, name }: ImportedGroup): Promise<void> {
  const groups = new Groups(importing.db);
  const known = await groups.find(address);
  if (known === null) await checkGroupAddress(importing.db, address);
  const wanted = name ?? known?.name ?? address;
  if (known?.name === wanted) return;
  await groups.put(address, wanted);
  note(importing, "group", address, known === null ? "added" : `name: ${wanted}`);
}

/** After all people and groups are there, since it may name any of them. */
async function setMembers(importing: Importing, { address, members }: ImportedGroup): Promise<void> {
  if (members === undefined) return;
  const { db } = importing;
  const groups = new Groups(db);
  const before = new Set((await groups.members(address)).map(({ member }) => member));
  const wanted = new Set(await membersIn(db, members));
  const gone = [...before].filter((member) => !wanted.has(member));
  const come = [...wanted].filter((member) => !before.has(member));
  await groups.drop(address, gone);
  await putMembers(db, address, come);
  if (gone.length + come.length > 0)
    note(importing, "group", address, `members: ${come.length} in, ${gone.length} out`);
}

function note({ changes }: Importing, kind: ImportChange["kind"], address: string, change: string): void {
  changes.push({ kind, address, change });
}
