import type { ClearLabelRequest, RegisterAnswer, RelabelRequest } from "../../shared/protocol/service-api.js";
import { secondTime } from "../../shared/time.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { personOf } from "./caller-account.js";
import { spend } from "./limits.js";
import { holding, opening } from "./managed.js";
import type { Asker, Parts } from "./parts.js";
import { labelName } from "./use.js";

/**
 * Writes down that a copy of a document got another label, or none, and why. It was done where the copy lies, perhaps
 * while the service was away; so a refusal, to who may not, is a record too.
 * @throws Refusal access-denied, right-missing.
 */
export const relabel = (parts: Parts, asker: Asker, request: RelabelRequest): Promise<RegisterAnswer> =>
  opening(parts, asker, "relabel", request, async (document) => {
    const { verified, policy, nowMs, event } = document;
    event.detail = await changeIn(parts, { ...request, from: verified.license.label });
    await holding(parts, document, ["EXPORT", "EDITRIGHTSDATA"]);
    await parts.audit.append(event);
    return { family: policy.family, time: secondTime(nowMs) };
  });

/** The same of a file that is not protected: of it, nothing else is known here. @throws Refusal account-mismatch, rate-limited. */
export function relabelClear(parts: Parts, asker: Asker, request: ClearLabelRequest): Promise<{ time: string }> {
  const event = eventOf("relabel", asker);
  return auditingRefusals(parts, asker, event, async () => {
    notePerson(event, await personOf(parts.directory, asker));
    spend(parts.limits.licenses, asker);
    event.detail = `${await changeIn(parts, request)} (a file that is not protected)`;
    await parts.audit.append(event);
    return { time: secondTime(parts.now()) };
  });
}

async function changeIn(parts: Parts, { from, label, reason }: ClearLabelRequest): Promise<string> {
  const nameOf = async (id: string | null) => (await labelName(id, parts.store.policies)) ?? id ?? "no label";
  const [before, after] = await Promise.all([from, label].map(nameOf));
  return `${before} -> ${after}: ${reason ?? "no reason was asked for"}`;
}
