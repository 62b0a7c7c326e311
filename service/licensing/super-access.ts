import { newId } from "../../shared/ids.js";
import type {
  AskSuperRequest,
  SuperAccess,
  SuperAccessAnswer,
  SuperAccessesAnswer,
} from "../../shared/protocol/super-api.js";
import { dayMs, secondTime } from "../../shared/time.js";
import type { Database } from "../store/database.js";
import { People } from "../store/people.js";
import type { SuperAccessRow } from "../store/schema.js";
import { SuperAccesses } from "../store/super-access.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { personOf } from "./caller-account.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { Refusal } from "./refusal.js";

/** Who does not get their approvals in this time asks again. */
const waitsMs = 7 * dayMs;
const hourMs = 3_600_000;
export const maxListed = 200;

/**
 * A super user asks; nothing is given before administrators approved it.
 * @throws Refusal access-denied for all but super users, change-refused for a second one at a time.
 */
export function askSuperAccess(parts: Parts, asker: Asker, { reason, hours }: AskSuperRequest) {
  const event = { ...eventOf("super-access", asker), detail: `ask for ${hours} hours: ${reason}` };
  return auditingRefusals(parts, asker, event, async (): Promise<SuperAccessAnswer> => {
    const { superUsers, presentDirectory, store } = parts;
    const person = await personOf(presentDirectory, asker);
    notePerson(event, person);
    spend(parts.limits.licenses, asker);
    if (!superUsers?.includes(person)) throw new Refusal("access-denied", "you are no super user here");
    const { maxHours, approvals: needed } = superUsers.config;
    if (hours > maxHours) throw new Refusal("change-refused", `here super access lasts ${maxHours} hours at most`);
    const [id, asked] = [newId(), parts.now()];
    const access = { id, person: person.subject, reason, hours, needed, asked, until: null, ended: null };
    await checkNoneYet(store.read, person.subject, asked);
    event.detail = `ask ${id} for ${hours} hours: ${reason}`;
    await parts.audit.append(event);
    await store.write(async (tx) => {
      await checkNoneYet(tx, person.subject, asked);
      await new SuperAccesses(tx).add(access);
    });
    return { access: await shownAccess(store.read, access, asked), time: secondTime(asked) };
  });
}

async function checkNoneYet(db: Database, person: string, nowMs: number): Promise<void> {
  const [last] = await new SuperAccesses(db).list(1, person);
  if (last && stateOf(last, nowMs) !== "over")
    throw new Refusal("change-refused", "you have asked already; see how far it is with: seal admin super status");
}

/** The caller's own. */
export async function ownSuperAccess(parts: Parts, asker: Asker): Promise<SuperAccessesAnswer> {
  const { store, directory, limits, now } = parts;
  const { subject } = await personOf(directory, asker);
  spend(limits.licenses, asker);
  return accessesAnswer(store.read, await new SuperAccesses(store.read).list(maxListed, subject), now());
}

export async function accessesAnswer(db: Database, rows: readonly SuperAccessRow[], nowMs: number) {
  const accesses: SuperAccess[] = [];
  for (const row of rows) accesses.push(await shownAccess(db, row, nowMs));
  return { accesses, time: secondTime(nowMs) };
}

export function stateOf({ asked, until, ended }: SuperAccessRow, nowMs: number): SuperAccess["state"] {
  if (ended !== null) return "over";
  if (until !== null) return until > nowMs ? "open" : "over";
  return asked + waitsMs > nowMs ? "waiting" : "over";
}

export const endOf = ({ hours }: SuperAccessRow, nowMs: number): number => nowMs + hours * hourMs;

export async function shownAccess(db: Database, row: SuperAccessRow, nowMs: number): Promise<SuperAccess> {
  const approvals = await new SuperAccesses(db).approvals(row.id);
  const people = await new People(db).findAll([row.person, ...approvals]);
  const addressOf = (id: string) => people.get(id)?.addresses[0] ?? id;
  const { id, reason, hours, needed, asked, until, ended } = row;
  return {
    ...{ id, reason, hours, needed },
    state: stateOf(row, nowMs),
    address: addressOf(row.person),
    name: people.get(row.person)?.name ?? "",
    asked: secondTime(asked),
    approvals: approvals.map(addressOf),
    until: until === null ? null : secondTime(until),
    ended: ended === null ? null : secondTime(ended),
  };
}
