import { toBase64url } from "../../shared/bytes.js";
import type { VerifiedLicense } from "../../shared/license/trust.js";
import type { AuditAction } from "../../shared/protocol/audit-api.js";
import type { AuditEvent } from "../audit.js";
import type { Person } from "../directory/directory.js";
import { bucketOf } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { isRefusal } from "./refusal.js";

/** What the audit notes about who asked. */
export const eventOf = (action: AuditAction, asker: Asker): AuditEvent => ({
  action,
  result: "done",
  subject: asker.subject,
  proofKey: asker.jkt,
  tokenId: asker.tokenId,
  ip: asker.ip,
  correlationId: asker.requestId,
});

export const notePerson = (event: AuditEvent, { address, name, isGuest }: Person): void => {
  Object.assign(event, { address, name }, isGuest ? { guest: true } : {});
};

export function noteLicense(event: AuditEvent, { license, digest }: VerifiedLicense): void {
  Object.assign(event, { contentId: license.contentId, licenseDigest: toBase64url(digest) });
}

/**
 * Runs `work`; if that ends in a refusal, it is in the audit before it is answered, with what `event` says by then.
 * What succeeds notes itself, before anything leaves.
 */
export async function auditingRefusals<T>(
  { audit, limits }: Parts,
  asker: Asker,
  event: AuditEvent,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRefusal(error) && limits.refusals.take(bucketOf(asker))) await audit.append({ ...event, result: error.code });
    throw error;
  }
}
