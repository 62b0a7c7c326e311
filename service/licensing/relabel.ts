import type { RegisterAnswer, RelabelRequest } from "../../shared/protocol/service-api.js";
import { secondTime } from "../../shared/time.js";
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
    const nameOf = async (id: string | null) => (await labelName(id, parts.store.policies)) ?? id ?? "no label";
    const [from, to] = await Promise.all([verified.license.label, request.label].map(nameOf));
    event.detail = `${from} -> ${to}: ${request.reason ?? "no reason was asked for"}`;
    await holding(parts, document, ["EXPORT", "EDITRIGHTSDATA"]);
    await parts.audit.append(event);
    return { family: policy.family, time: secondTime(nowMs) };
  });
