import type { AuditVerification } from "../../shared/protocol/service-api.js";
import { secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { personOf } from "./caller-account.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { Refusal } from "./refusal.js";

/**
 * Runs `work` for administrators, and notes who did what. `work` appends `event` itself, before anything changes.
 * @throws Refusal access-denied for everybody else.
 */
export function administering<T>(
  parts: Parts,
  asker: Asker,
  noted: Pick<AuditEvent, "action" | "detail">,
  work: (event: AuditEvent) => Promise<T>,
): Promise<T> {
  const event = { ...eventOf(noted.action, asker), ...noted };
  return auditingRefusals(parts, asker, event, async () => {
    const person = await personOf(parts.directory, asker);
    notePerson(event, person);
    if (!person.administrator) throw new Refusal("access-denied", "only administrators can do this");
    return work(event);
  });
}

/** Whether the audit is as it was written. @throws Refusal access-denied for all but administrators. */
export const verifyAudit = (parts: Parts, asker: Asker): Promise<AuditVerification> =>
  administering(parts, asker, { action: "administer", detail: "audit verification" }, async (event) => {
    spend(parts.limits.verifications, asker);
    await parts.audit.append(event);
    return { ...(await parts.audit.verify()), time: secondTime(parts.now()) };
  });
