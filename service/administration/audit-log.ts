import type { AuditVerification } from "../../shared/protocol/admin-api.js";
import { secondTime } from "../../shared/time.js";
import { spend } from "../licensing/limits.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { administering } from "./administering.js";

/** Whether the audit is as it was written. */
export const verifyAudit = (parts: Parts, asker: Asker): Promise<AuditVerification> =>
  administering(parts, asker, "audit verification", async ({ event }) => {
    spend(parts.limits.verifications, asker);
    await parts.audit.append(event);
    return { ...(await parts.audit.verify()), time: secondTime(parts.now()) };
  });
