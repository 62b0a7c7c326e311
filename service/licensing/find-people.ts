import { type FindPeopleAnswer, type FindPeopleRequest, maxFound } from "../../shared/protocol/people-api.js";
import { secondTime } from "../../shared/time.js";
import { personOf } from "./caller-account.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";

/**
 * Who may be meant, while somebody types to whom a document goes. Colleagues may know who their colleagues are; guests are
 * not asked for here, and ask nothing.
 * @throws Refusal account-mismatch, rate-limited.
 */
export async function findPeople(
  { directory, presentDirectory, limits, now }: Parts,
  asker: Asker,
  { search }: FindPeopleRequest,
): Promise<FindPeopleAnswer> {
  spend(limits.searches, asker);
  await personOf(directory, asker);
  const people = await presentDirectory.search(search, maxFound);
  return { people: [...people], time: secondTime(now()) };
}
