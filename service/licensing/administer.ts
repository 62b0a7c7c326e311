import type { AuditVerification } from "../../shared/protocol/service-api.js";
import { secondTime } from "../../shared/time.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { personOf } from "./caller-account.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { Refusal } from "./refusal.js";

/** Whether the audit is as it was written. @throws Refusal access-denied for all but administrators. */
export function verifyAudit(parts: Parts, asker: Asker): Promise<AuditVerification> {
  const event = { ...eventOf("administer", asker), detail: "audit verification" };
  return auditingRefusals(parts, asker, event, async () => {
    const person = await personOf(parts.directory, asker);
    notePerson(event, person);
    if (!person.administrator) throw new Refusal("access-denied", "only administrators can do this");
    spend(parts.limits.verifications, asker);
    await parts.audit.append(event);
    return { ...(await parts.audit.verify()), time: secondTime(parts.now()) };
  });
}
