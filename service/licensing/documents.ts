import { toBase64url } from "../../shared/bytes.js";
import type { VerifiedLicense } from "../../shared/license/trust.js";
import { isIssuerOrOwner, type Policy } from "../../shared/policy.js";
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
import type { AuditAction, AuditEvent, AuditRecord } from "../audit.js";
import type { Person } from "../directory/directory.js";
import type { TrackedDocument } from "../store/documents.js";
import { auditingRefusals, eventOf, noteLicense, notePerson } from "./audited.js";
import { decodeBase64 } from "./base64.js";
import { personOf } from "./caller-account.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { Refusal } from "./refusal.js";
import { ownerOf } from "./use.js";

/** Events of one document an answer carries at most, the newest. */
const maxEvents = 1000;

/** A document the caller may follow or withdraw, as its license names it. */
interface Managed {
  readonly verified: VerifiedLicense;
  readonly policy: Policy;
  readonly nowMs: number;
  readonly event: AuditEvent;
}

type Act<T> = (document: Managed) => Promise<T>;

/**
 * Opens the license and lets issuer, owner and administrators go on.
 * @throws Refusal account-mismatch, license-invalid, rate-limited, access-denied.
 */
function managing<T>(
  parts: Parts,
  asker: Asker,
  action: AuditAction,
  request: DocumentRequest,
  act: Act<T>,
): Promise<T> {
  const event = eventOf(action, asker);
  return auditingRefusals(parts, asker, event, async () => {
    const person = await personOf(parts.directory, asker);
    notePerson(event, person);
    const verified = await parts.licenses.verify(decodeBase64(request.license));
    noteLicense(event, verified);
    spend(action === "register" ? parts.limits.registrations : parts.limits.licenses, asker);
    const { policy, rawContentKey } = await parts.licenses.open(verified);
    rawContentKey.fill(0);
    Object.assign(event, { family: policy.family, issuer: policy.issuer });
    if (!person.administrator && !isIssuerOrOwner(policy, person)) throw await notTheirs(policy, person, parts);
    return act({ verified, policy, nowMs: parts.now(), event });
  });
}

async function notTheirs(policy: Policy, person: Person, parts: Parts): Promise<Refusal> {
  const owner = await ownerOf(policy, parts.directory);
  const message = `only ${owner.name} or an administrator can do this; ${person.name} did not protect this file`;
  return new Refusal("access-denied", message, { offers: ["ask-owner", "switch-account"], owner });
}

/** Note a document, so that it is listed, and stays believed if its device is withdrawn later. */
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

function keep({ store }: Parts, { verified, policy, nowMs }: Managed): Promise<void> {
  const { family, issuer, name = null } = policy;
  const { contentId, label } = verified.license;
  const document = { family, issuer, contentId, name, label, registered: nowMs };
  return store.documents.register(document, toBase64url(verified.digest));
}

async function revocationOf(parts: Parts, { policy, nowMs }: Managed, revokedMs: number | null): Promise<RevokeAnswer> {
  const { family, issuer } = policy;
  const lastMs = await parts.audit.lastUse(family, issuer);
  return {
    family,
    revoked: timeOrNull(revokedMs),
    lastOfflineUse: lastMs === null || lastMs <= nowMs ? null : secondTime(lastMs),
    time: secondTime(nowMs),
  };
}

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : secondTime(ms));

const summaryOf = ({ family, contentId, name, label, registered, revoked }: TrackedDocument): DocumentSummary => ({
  family,
  contentId,
  name,
  label,
  registered: secondTime(registered),
  revoked: timeOrNull(revoked),
});

const trackEventOf = ({ time, action, result, address, name }: AuditRecord): TrackEvent => ({
  time: secondTime(time),
  action,
  result,
  address: address ?? null,
  name: name ?? null,
});
