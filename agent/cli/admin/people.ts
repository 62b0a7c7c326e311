import { normalizeAddress } from "../../../shared/address.js";
import type { AdminPerson } from "../../../shared/protocol/admin-api.js";
import { exits } from "../exit.js";
import { type ReportOptions, table } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { everyPage, openAdmin } from "./session.js";

const pageSize = 500;

export async function list({ search, json }: ReportOptions & { search?: string }): Promise<number> {
  const admin = await openAdmin();
  const pages = everyPage(
    (after) => admin.listPeople({ ...after, limit: pageSize, ...(search === undefined ? {} : { search }) }),
    ({ people }) => people,
  );
  for await (const person of pages) {
    if (json) printJson(person);
    else print(shown(`${person.addresses[0]}  ${person.name}${noteOf(person)}`));
  }
  return exits.done;
}

export async function show(who: string, { json }: ReportOptions): Promise<number> {
  const { person } = await (await openAdmin()).showPerson({ who });
  return report(person, json);
}

export interface AddOptions extends ReportOptions {
  name?: string;
  alias?: string[];
  administrator?: boolean;
  recycled?: boolean;
}

/** The first password is the one line on standard output. */
export async function add(address: string, options: AddOptions): Promise<number> {
  const { name = address, alias = [], administrator = false, recycled = false, json } = options;
  const admin = await openAdmin();
  const answer = await admin.addPerson({
    addresses: [address, ...alias].map(normalizeAddress),
    name,
    administrator,
    recycled,
  });
  return handOver(answer, json);
}

export interface SetOptions extends ReportOptions {
  name?: string;
  address?: string;
  alias?: string[];
  dropAlias?: string[];
  administrator?: boolean;
  recycled?: boolean;
}

export async function set(who: string, options: SetOptions): Promise<number> {
  const { name, administrator, recycled = false, json } = options;
  const admin = await openAdmin();
  const { person: before } = await admin.showPerson({ who });
  const { person } = await admin.changePerson({
    who: before.id,
    recycled,
    ...(name === undefined ? {} : { name }),
    ...(administrator === undefined ? {} : { administrator }),
    ...addressesAfter(before, options),
  });
  return report(person, json);
}

/** A new first address; the old one stays as an alias unless it is dropped. */
function addressesAfter(before: AdminPerson, { address, alias = [], dropAlias = [] }: SetOptions) {
  if (address === undefined && alias.length + dropAlias.length === 0) return {};
  const dropped = new Set(dropAlias.map(normalizeAddress));
  const first = address === undefined ? [] : [normalizeAddress(address)];
  const all = [...first, ...before.addresses, ...alias.map(normalizeAddress)];
  return { addresses: [...new Set(all)].filter((one) => !dropped.has(one)) };
}

const setState =
  (state: "active" | "disabled") =>
  async (who: string, { json }: ReportOptions): Promise<number> =>
    report((await (await openAdmin()).changePerson({ who, state })).person, json);

export const disable = setState("disabled");
export const enable = setState("active");

/** Another first password, the one line on standard output. */
export async function password(who: string, { json }: ReportOptions): Promise<number> {
  return handOver(await (await openAdmin()).givePassword({ who }), json);
}

export async function remove(who: string): Promise<number> {
  const admin = await openAdmin();
  const { person } = await admin.showPerson({ who });
  await admin.removePerson({ who: person.id });
  say(`${shown(person.name)} is removed; what they protected still opens for those it names`);
  return exits.done;
}

function handOver({ person, password }: { person: AdminPerson; password: string }, json: boolean | undefined): number {
  if (json) printJson({ ...person, password });
  else print(password);
  if (!json) say(`give this first password to ${shown(person.name)}; it is not shown again, and to be changed at once`);
  return exits.done;
}

function report(person: AdminPerson, json: boolean | undefined): number {
  if (json) printJson(person);
  else for (const line of linesOf(person)) print(line);
  return exits.done;
}

const linesOf = (person: AdminPerson): string[] =>
  table([
    ["name", person.name],
    ["address", person.addresses[0]],
    ["aliases", person.addresses.slice(1).join(", ")],
    ["groups", person.groups.join(", ")],
    ["state", `${person.state}${noteOf({ ...person, state: "active" })}`],
    ["id", person.id],
  ]);

function noteOf({ administrator, state, firstPassword }: AdminPerson): string {
  const notes = [
    administrator && "administrator",
    state === "disabled" && "disabled",
    firstPassword && "has not signed in with a password of their own yet",
  ].filter((note) => note !== false);
  return notes.length > 0 ? ` (${notes.join("; ")})` : "";
}
