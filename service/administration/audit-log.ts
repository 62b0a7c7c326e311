import { isId } from "../../shared/ids.js";
import type {
  AuditEntry,
  AuditFilter,
  AuditListing,
  AuditPage,
  AuditVerification,
} from "../../shared/protocol/audit-api.js";
import { parseSecondTime, secondTime } from "../../shared/time.js";
import type { AuditRecord } from "../audit.js";
import type { ChainedRecord } from "../audit-search.js";
import { spend } from "../licensing/limits.js";
import type { Asker, Parts } from "../licensing/parts.js";
import type { Database } from "../store/database.js";
import { People } from "../store/people.js";
import { administering } from "./administering.js";

/** The audit, for administrators; each look at it is a record of its own. */

/** Whether it is as it was written. */
export const verifyAudit = (parts: Parts, asker: Asker): Promise<AuditVerification> =>
  administering(parts, asker, "audit verification", async ({ event }) => {
    spend(parts.limits.verifications, asker);
    await parts.audit.append(event);
    return { ...(await parts.audit.verify()), time: secondTime(parts.now()) };
  });

/** A page of records. The record of this look is there before anything is read. */
export async function listAudit(parts: Parts, asker: Asker, listing: AuditListing): Promise<AuditPage> {
  const { order, after, limit, purpose, ...filter } = listing;
  return administering(parts, asker, `audit ${purpose}: ${wordsOf(listing)}`, async ({ event, nowMs }) => {
    await parts.audit.append(event);
    const matches = matching(filter, await subjectOf(parts.store.read, filter.who));
    const { records, next } = await parts.audit.search({ order, after, limit, matches });
    return { records: records.map(entryOf), next, time: secondTime(nowMs) };
  });
}

const wordsOf = ({ purpose: _said, order, after, limit: _many, ...filter }: AuditListing): string =>
  [
    ...Object.entries(filter).map(([name, value]) => `${name} ${value}`),
    after === undefined ? `${order} first` : `${order} first, behind record ${after}`,
  ].join(", ");

/** Records name people by id; an address stands for whoever has it now, besides those who had it then. */
async function subjectOf(db: Database, who: string | undefined): Promise<string | null> {
  if (who === undefined || isId(who)) return who ?? null;
  return (await new People(db).find(who))?.id ?? null;
}

function matching({ since, until, contentId, who, action, result }: AuditFilter, subject: string | null) {
  const sinceMs = since === undefined ? Number.NEGATIVE_INFINITY : parseSecondTime(since, "request-malformed");
  const untilMs = until === undefined ? Number.POSITIVE_INFINITY : parseSecondTime(until, "request-malformed");
  return (record: AuditRecord): boolean =>
    record.time >= sinceMs &&
    record.time < untilMs &&
    (contentId === undefined || record.contentId === contentId) &&
    (who === undefined || (subject !== null && record.subject === subject) || record.address === who) &&
    (action === undefined || record.action === action) &&
    (result === undefined || record.result === result);
}

function entryOf({ record, hash }: ChainedRecord): AuditEntry {
  const { seq, action, result, subject, until } = record;
  const text = (name: keyof AuditRecord): string | null => (record[name] as string | undefined) ?? null;
  return {
    seq,
    time: new Date(record.time).toISOString(),
    action,
    result,
    subject,
    address: text("address"),
    name: text("name"),
    guest: record.guest ?? false,
    contentId: text("contentId"),
    family: text("family"),
    issuer: text("issuer"),
    licenseDigest: text("licenseDigest"),
    device: text("device"),
    proofKey: text("proofKey"),
    tokenId: text("tokenId"),
    ip: text("ip"),
    correlationId: text("correlationId"),
    until: until === undefined ? null : secondTime(until),
    detail: text("detail"),
    hash,
  };
}
