import type { SuperAccessAnswer, SuperAccessRequest } from "../../shared/protocol/super-api.js";
import { secondTime } from "../../shared/time.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { accessesAnswer, endOf, maxListed, shownAccess, stateOf } from "../licensing/super-access.js";
import type { Database } from "../store/database.js";
import type { SuperAccessRow } from "../store/schema.js";
import { SuperAccesses } from "../store/super-access.js";
import { type Administering, changeRefused, changing, looking } from "./administering.js";

/** Super access, as administrators approve, refuse and end it. Each: Refusal access-denied for all others. */

export const listSuperAccess = (parts: Parts, asker: Asker) =>
  looking(parts, asker, "super access list", async (db, { nowMs }) =>
    accessesAnswer(db, await new SuperAccesses(db).list(maxListed), nowMs),
  );

/** One approval; the last one that it takes opens it. @throws Refusal change-refused, also to whoever asked for it. */
export const approveSuperAccess = (parts: Parts, asker: Asker, { id }: SuperAccessRequest) =>
  changingAccess(parts, asker, "approve", id, async (accesses, access, { person, nowMs }) => {
    if (parts.superUsers === null) throw changeRefused("there are no super users here; the configuration has none");
    if (access.person === person.subject) throw changeRefused("nobody approves what they asked for themselves");
    if (stateOf(access, nowMs) !== "waiting") throw changeRefused("this does not wait for approval");
    const before = await accesses.approvals(id);
    if (before.includes(person.subject))
      throw changeRefused("you approved this already; it takes another administrator");
    await accesses.approve(id, person.subject, nowMs);
    if (before.length + 1 >= access.needed) await accesses.open(id, endOf(access, nowMs));
  });

/** Refuses what waits and ends what is open, at once. */
export const endSuperAccess = (parts: Parts, asker: Asker, { id }: SuperAccessRequest) =>
  changingAccess(parts, asker, "end", id, async (accesses, access, { nowMs }) => {
    if (stateOf(access, nowMs) === "over") throw changeRefused("this is over already");
    await accesses.end(id, nowMs);
  });

type Change = (accesses: SuperAccesses, access: SuperAccessRow, by: Administering) => Promise<void>;

function changingAccess(parts: Parts, asker: Asker, what: string, id: string, change: Change) {
  const work = async (db: Database, by: Administering): Promise<SuperAccessAnswer> => {
    const accesses = new SuperAccesses(db);
    const access = await accesses.find(id);
    if (access === null) throw changeRefused("there is no such super access; see them with: seal admin super list");
    by.event.detail = `${what} ${id} of ${access.person} for ${access.hours} hours: ${access.reason}`;
    await change(accesses, access, by);
    return { access: await shownAccess(db, (await accesses.find(id))!, by.nowMs), time: secondTime(by.nowMs) };
  };
  return changing(parts, asker, `${what} ${id}`, work, { action: "super-access" });
}
