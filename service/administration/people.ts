import { newId } from "../../shared/ids.js";
import type {
  AddPersonRequest,
  AdminPerson,
  ChangePersonRequest,
  DoneAnswer,
  FirstPasswordAnswer,
  Listing,
  PeopleAnswer,
  PersonAnswer,
  PersonRequest,
} from "../../shared/protocol/admin-api.js";
import { secondTime } from "../../shared/time.js";
import { drawPassword } from "../founding/drawn-password.js";
import { hashPassword } from "../identity/passwords.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { Accounts } from "../store/accounts.js";
import type { Database } from "../store/database.js";
import { type ListedPerson, People } from "../store/people.js";
import { addressesFor } from "./addresses.js";
import { changeRefused, changing, looking } from "./administering.js";

/** People of the organisation, one by one. Each of these: Refusal access-denied for all but administrators. */

export const listPeople = (parts: Parts, asker: Asker, { search, after, limit }: Listing): Promise<PeopleAnswer> =>
  looking(parts, asker, `people list${search === undefined ? "" : `: ${search}`}`, async (db, { nowMs }) => {
    const listed = await new People(db).list({ search, after, limit });
    const next = listed.length === limit ? listed.at(-1)!.addresses[0]! : null;
    return { people: listed.map(shownPerson), next, time: secondTime(nowMs) };
  });

export const showPerson = (parts: Parts, asker: Asker, { who }: PersonRequest): Promise<PersonAnswer> =>
  looking(parts, asker, `people show ${who}`, async (db, { nowMs }) => personAnswer(await personIn(db, who), nowMs));

/** @throws Refusal change-refused. */
export async function addPerson(parts: Parts, asker: Asker, request: AddPersonRequest): Promise<FirstPasswordAnswer> {
  const { name, administrator } = request;
  const id = newId();
  const first = await firstPassword();
  const detail = `people add ${namesIn(request)}${administrator ? ", administrator" : ""}`;
  return changing(parts, asker, detail, async (db, { nowMs }) => {
    const taken = await addressesFor(db, id, request, nowMs);
    const account = { id, name, administrator, state: "active", passwordHash: first.hash, mustChange: true } as const;
    await accountsIn(db).add({ ...account, addresses: [] });
    await new People(db).setAddresses(id, taken, nowMs);
    return { ...personAnswer(await personIn(db, id), nowMs), password: first.password };
  });
}

/** @throws Refusal change-refused. */
export const changePerson = (parts: Parts, asker: Asker, request: ChangePersonRequest): Promise<PersonAnswer> =>
  changing(parts, asker, `people change ${request.who}: ${changesIn(request)}`, async (db, { nowMs }) => {
    const { who, name, administrator, state, addresses, recycled } = request;
    const people = new People(db);
    const { id } = await personIn(db, who);
    await people.change(id, { name, administrator, state });
    if (addresses !== undefined)
      await people.setAddresses(id, await addressesFor(db, id, { addresses, recycled }, nowMs), nowMs);
    await keepAnAdministrator(people);
    return personAnswer(await personIn(db, id), nowMs);
  });

/** Another first password; the one before ends. */
export async function givePassword(parts: Parts, asker: Asker, { who }: PersonRequest): Promise<FirstPasswordAnswer> {
  const first = await firstPassword();
  return changing(parts, asker, `people password ${who}`, async (db, { nowMs }) => {
    const { id } = await personIn(db, who);
    await accountsIn(db).setPasswordHash(id, first.hash, { mustChange: true });
    return { ...personAnswer(await personIn(db, id), nowMs), password: first.password };
  });
}

/** For good: the name stays with what they protected, and their addresses become free. @throws Refusal change-refused. */
export const removePerson = (parts: Parts, asker: Asker, { who }: PersonRequest): Promise<DoneAnswer> =>
  changing(parts, asker, `people remove ${who}`, async (db, { nowMs }) => {
    const people = new People(db);
    await people.remove((await personIn(db, who)).id, nowMs);
    await keepAnAdministrator(people);
    return { time: secondTime(nowMs) };
  });

/** @throws Refusal change-refused where the last one would go: nobody could make another. */
export async function keepAnAdministrator(people: People): Promise<void> {
  if ((await people.administrators()) === 0)
    throw changeRefused("this would leave the organisation without an administrator; make another first");
}

/** @throws Refusal change-refused for nobody. */
export async function personIn(db: Database, who: string): Promise<ListedPerson> {
  const person = await new People(db).find(who);
  if (person) return person;
  throw changeRefused(`nobody here is ${who}`);
}

/** Accounts within one transaction. */
export const accountsIn = (tx: Database): Accounts => new Accounts(tx, (work) => work(tx));

async function firstPassword(): Promise<{ password: string; hash: string }> {
  const password = drawPassword();
  return { password, hash: await hashPassword(password) };
}

const personAnswer = (person: ListedPerson, nowMs: number): PersonAnswer => ({
  person: shownPerson(person),
  time: secondTime(nowMs),
});

const shownPerson = ({ id, name, addresses, administrator, state, mustChange, groups }: ListedPerson): AdminPerson => ({
  ...{ id, name, addresses: [...addresses], administrator, groups: [...groups] },
  state: state === "active" ? "active" : "disabled",
  firstPassword: mustChange,
});

const namesIn = ({ addresses, recycled }: { addresses: readonly string[]; recycled: boolean }): string =>
  `${addresses.join(" ")}${recycled ? ", recycled addresses allowed" : ""}`;

/** For the audit. */
function changesIn({ name, administrator, state, addresses, recycled }: ChangePersonRequest): string {
  const parts = [
    name !== undefined && `name ${name}`,
    administrator !== undefined && (administrator ? "administrator" : "no administrator"),
    state,
    addresses !== undefined && `addresses ${namesIn({ addresses, recycled })}`,
  ];
  return parts.filter((part) => typeof part === "string").join(", ");
}
