import { toBase64url } from "../../shared/bytes.js";
import type {
  DocumentRequest,
  DocumentSummary,
  DocumentsAnswer,
  RegisterAnswer,
  RevokeAnswer,
  TrackAnswer,
  TrackEvent,
} from "../../shared/protocol/service-api.js";
import { secondTime } from "../../shared/time.js";
import type { AuditRecord } from "../audit.js";
import type { TrackedDocument } from "../store/documents.js";
import { personOf } from "./caller-account.js";
import { type Managed, managing } from "./managed.js";
import type { Asker, Parts } from "./parts.js";

/** Events of one document an answer carries at most, the newest. */
const maxEvents = 1000;

/** Note a document, so that it is listed, and is believed although its device was removed, before or after. */
export const register = (parts: Parts, asker: Asker, request: DocumentRequest): Promise<RegisterAnswer> =>
  managing(parts, asker, "register", request, async (document) => {
    await parts.audit.append(document.event);
    await keep(parts, document);
    return { family: document.policy.family, time: secondTime(document.nowMs) };
  });

/** What was done with a document and what was refused, newest first. */
export const track = (parts: Parts, asker: Asker, request: DocumentRequest): Promise<TrackAnswer> =>
  managing(parts, asker, "track", request, async ({ policy, nowMs, event }) => {
    await parts.audit.append(event);
    const { family, issuer } = policy;
    const found = await parts.store.documents.find(family, issuer);
    const records = await parts.audit.events({ family, issuer, limit: maxEvents });
    return { document: found && summaryOf(found), events: records.map(trackEventOf), time: secondTime(nowMs) };
  });

/** Withdraw a document from everybody but issuer and owner; the first time counts. */
export const revoke = (parts: Parts, asker: Asker, request: DocumentRequest): Promise<RevokeAnswer> =>
  managing(parts, asker, "revoke", request, async (document) => {
    const { policy, nowMs, event } = document;
    await parts.audit.append(event);
    const known = await parts.store.documents.find(policy.family, policy.issuer);
    const revoked = known?.revoked ?? nowMs;
    if (known === null) await keep(parts, document);
    await parts.store.documents.setRevoked(policy.family, policy.issuer, revoked);
    return revocationOf(parts, document, revoked);
  });

export const restore = (parts: Parts, asker: Asker, request: DocumentRequest): Promise<RevokeAnswer> =>
  managing(parts, asker, "restore", request, async (document) => {
    const { policy, event } = document;
    await parts.audit.append(event);
    await parts.store.documents.setRevoked(policy.family, policy.issuer, null);
    return revocationOf(parts, document, null);
  });

/** Documents the caller registered, newest first. */
export async function list(parts: Parts, asker: Asker): Promise<DocumentsAnswer> {
  const { subject } = await personOf(parts.directory, asker);
  const documents = await parts.store.documents.byIssuer(subject);
  return { documents: documents.map(summaryOf), time: secondTime(parts.now()) };
}

/** Makes the document's row, unless there is one. */
export function keep({ store }: Parts, { verified, policy, person, nowMs }: Managed): Promise<void> {
  const { family, issuer, name = null } = policy;
  const { contentId, label } = verified.license;
  const document = { family, issuer, contentId, name, label, template: policy.template, registered: nowMs };
  return store.documents.register(document, toBase64url(verified.digest), person.subject);
}

async function revocationOf(parts: Parts, document: Managed, revokedMs: number | null): Promise<RevokeAnswer> {
  const { family } = document.policy;
  const lastOfflineUse = await lastOfflineUseOf(parts, document);
  return { family, revoked: timeOrNull(revokedMs), lastOfflineUse, time: secondTime(document.nowMs) };
}

/** The last moment at which a license given so far can still open the document; `null` where none can. */
export async function lastOfflineUseOf({ audit }: Parts, { policy, nowMs }: Managed): Promise<string | null> {
  const lastMs = await audit.lastUse(policy.family, policy.issuer);
  return lastMs === null || lastMs <= nowMs ? null : secondTime(lastMs);
}

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : secondTime(ms));

function summaryOf({ family, contentId, name, label, registered, revoked, amended }: TrackedDocument): DocumentSummary {
  const times = { registered: secondTime(registered), revoked: timeOrNull(revoked), amended: timeOrNull(amended) };
  return { family, contentId, name, label, ...times };
}

const trackEventOf = ({ time, action, result, address, name, detail }: AuditRecord): TrackEvent => ({
  time: secondTime(time),
  action,
  result,
  address: address ?? null,
  name: name ?? null,
  detail: detail ?? null,
});
