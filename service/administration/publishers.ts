import type { PublishersAnswer, SetPublishersRequest } from "../../shared/protocol/admin-api.js";
import { secondTime } from "../../shared/time.js";
import type { Asker, Parts } from "../licensing/parts.js";
import type { Database } from "../store/database.js";
import { Groups } from "../store/groups.js";
import { People } from "../store/people.js";
import { Publishers } from "../store/publishers.js";
import { changing, looking } from "./administering.js";
import { membersIn } from "./groups.js";

/** Who may protect. Both: Refusal access-denied for all but administrators. */

export const listPublishers = (parts: Parts, asker: Asker): Promise<PublishersAnswer> =>
  looking(parts, asker, "publishers list", (db, { nowMs }) => answer(db, nowMs));

/**
 * All of them from now on; with none, everybody. Certificates given before hold until their end.
 * @throws Refusal change-refused for who is not here.
 */
export function setPublishers(parts: Parts, asker: Asker, { publishers }: SetPublishersRequest) {
  const detail = `publishers set: ${publishers.join(" ") || "everybody"}`;
  return changing(parts, asker, detail, async (db, { nowMs }) => {
    await new Publishers(db).replace(await membersIn(db, publishers));
    return answer(db, nowMs);
  });
}

/** Who left is not named any more; that the list has them still keeps it from being empty. */
async function answer(db: Database, nowMs: number): Promise<PublishersAnswer> {
  const members = await new Publishers(db).list();
  const people = await new People(db).findAll(members);
  const groups = new Groups(db);
  const publishers: PublishersAnswer["publishers"] = [];
  for (const member of members) {
    const person = people.get(member);
    const group = person ? null : await groups.find(member);
    if (person) publishers.push({ kind: "person", address: person.addresses[0] ?? member, name: person.name });
    else if (group) publishers.push({ kind: "group", address: group.address, name: group.name });
  }
  return { everybody: members.length === 0, publishers, time: secondTime(nowMs) };
}
