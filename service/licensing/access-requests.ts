import { adding, changed, isSame, type PolicyTerms } from "../../shared/amendment.js";
import { RightsError } from "../../shared/errors.js";
import { newId } from "../../shared/ids.js";
import { isIssuerOrOwner } from "../../shared/policy.js";
import type {
  AccessRequest,
  AccessRequestAnswer,
  AccessRequestsAnswer,
  AskAccessAnswer,
  AskAccessRequest,
  GrantAccessRequest,
  RefuseAccessRequest,
} from "../../shared/protocol/access-api.js";
import { secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import type { Person } from "../directory/directory.js";
import type { AccessRequestSummary } from "../store/access-requests.js";
import type { AccessRequestRow } from "../store/schema.js";
import { amend, documentPolicy } from "./amend.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { personOf } from "./caller-account.js";
import { identityAt, isTheirs } from "./identity-at.js";
import { spend } from "./limits.js";
import { type Managed, opening } from "./managed.js";
import type { Asker, Parts } from "./parts.js";
import { Refusal } from "./refusal.js";

const maxListed = 200;

/**
 * Somebody whom a document refuses, or gives too little, asks its owner. Whatever the policy says, and whether the owner
 * is still there: the answer is the same.
 * @throws Refusal those of `opening`; rate-limited for who asks too often, or for too much at once.
 */
export const askAccess = (
  parts: Parts,
  asker: Asker,
  { license, reason }: AskAccessRequest,
): Promise<AskAccessAnswer> =>
  opening(parts, asker, "ask-access", { license }, async (document) => {
    spend(parts.limits.accessRequests, { subject: asker.subject, jkt: "" }); // of all their devices together
    const { person, nowMs, event } = document;
    if (await parts.store.accessRequests.isFull(person.subject)) throw tooMany();
    event.detail = reason;
    await parts.audit.append(event);
    if (!isTheirsToAnswer(document)) await keep(parts, rowOf(document, license, reason));
    return { time: secondTime(nowMs) };
  });

async function keep({ store, requestMails }: Parts, row: AccessRequestRow): Promise<void> {
  if (await store.accessRequests.keep(row)) requestMails?.asked(row);
}

const tooMany = (): Refusal =>
  new Refusal("rate-limited", "as many of your requests wait as may at once; ask again when some were answered", {
    retryAfter: 3600,
  });

const isTheirsToAnswer = ({ policy, person, verified }: Managed): boolean =>
  isIssuerOrOwner(policy, identityAt(person, verified.license.issuedMs, null));

function rowOf({ policy, person, verified, nowMs }: Managed, license: string, reason: string): AccessRequestRow {
  const { family, issuer, owner, name = null } = policy;
  const { contentId, issuedMs } = verified.license;
  const about = { family, issuer, owner, issued: issuedMs, content_id: contentId, document: name, license };
  return { id: newId(), ...about, person: person.subject, reason, asked: nowMs, state: "waiting", answered: null };
}

/** What others asked the caller for. */
export async function listAccessRequests(parts: Parts, asker: Asker): Promise<AccessRequestsAnswer> {
  const person = await personOf(parts.directory, asker);
  spend(parts.limits.licenses, asker);
  const rows = await parts.store.accessRequests.about(person.subject, person.addresses, maxListed);
  const theirs = rows.filter((row) => mayAnswer(person, row));
  const requests = await Promise.all(theirs.map((row) => shownRequest(parts, row)));
  return { requests, time: secondTime(parts.now()) };
}

/** Issuer and owner; not whoever has the owner's address since (T13). */
const mayAnswer = (person: Person, { issuer, owner, issued }: AccessRequestSummary): boolean =>
  issuer === person.subject || (person.addresses.includes(owner) && isTheirs(person, owner, issued));

/**
 * An amendment that gives who asked these rights besides those they have, by whoever answers and within what they may
 * do: every copy opens, also the one that was refused.
 * @throws Refusal those of `amend`; change-refused for what is not to be answered, or would open nothing.
 */
export const grantAccess = (parts: Parts, asker: Asker, request: GrantAccessRequest): Promise<AccessRequestAnswer> =>
  answering(parts, asker, request, "granted", async (row, event) => {
    const who = await parts.presentDirectory.findBySubject(row.person);
    if (who === null) throw new Refusal("change-refused", "who asked has no account here any more; refuse the request");
    event.detail = `grant ${who.address}: ${request.rights.join(" ")}`;
    await checkNotRevoked(parts, row);
    await addRights(parts, asker, row, { ...request, who: who.address });
  });

export const refuseAccess = (parts: Parts, asker: Asker, request: RefuseAccessRequest): Promise<AccessRequestAnswer> =>
  answering(parts, asker, request, "refused", async (_row, event) => {
    event.detail = "refuse";
  });

type Work = (row: AccessRequestRow, event: AuditEvent) => Promise<void>;

function answering(parts: Parts, asker: Asker, { id }: { id: string }, state: "granted" | "refused", work: Work) {
  const event = eventOf("answer-access", asker);
  return auditingRefusals(parts, asker, event, async (): Promise<AccessRequestAnswer> => {
    const { accessRequests } = parts.store;
    const person = await personOf(parts.directory, asker);
    notePerson(event, person);
    spend(parts.limits.licenses, asker);
    const row = await accessRequests.find(id);
    if (row === null || !mayAnswer(person, row)) throw new Refusal("change-refused", "there is no such request to you");
    if (row.state !== "waiting") throw answered(row);
    Object.assign(event, { family: row.family, issuer: row.issuer, contentId: row.content_id });
    await work(row, event);
    await parts.audit.append(event);
    const nowMs = parts.now();
    if (!(await accessRequests.answer(id, state, nowMs))) throw answered((await accessRequests.find(id)) ?? row);
    return { request: await shownRequest(parts, { ...row, state, answered: nowMs }), time: secondTime(nowMs) };
  });
}

const answered = ({ state }: AccessRequestRow): Refusal =>
  new Refusal("change-refused", `this request was answered already: it was ${state}`);

/** Nobody is told they were let in where the file stays closed. */
async function checkNotRevoked({ store }: Parts, { family, issuer }: AccessRequestRow): Promise<void> {
  const document = await store.documents.find(family, issuer);
  if ((document?.revoked ?? null) === null) return;
  throw new Refusal("change-refused", "this file is withdrawn from everybody; restore it first, then grant");
}

interface Given extends GrantAccessRequest {
  readonly who: string;
}

/** Another who changes the rights at the same time is let in first, so many times. */
const maxTries = 5;

async function addRights(
  parts: Parts,
  asker: Asker,
  { license }: AccessRequestRow,
  { who, rights, until }: Given,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { version: base, ...before } = await documentPolicy(parts, asker, { license });
    const terms = termsWith(before, { who, rights, until });
    if (terms.until !== null && Date.parse(terms.until) <= parts.now()) throw ended(terms.until);
    if (isSame(before, terms)) return;
    try {
      await amend(parts, asker, { license, id: newId(), base, ...terms });
      return;
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "policy-changed") || tries === maxTries) throw error;
    }
  }
}

/** @throws Refusal change-refused where that would be over a policy's bounds. */
function termsWith(before: PolicyTerms, { who, rights, until }: Omit<Given, "id">): PolicyTerms {
  const change = adding(before, [{ who, rights, named: null }]);
  try {
    return changed(before, until === undefined ? change : { ...change, until });
  } catch (error) {
    throw error instanceof RightsError ? new Refusal("change-refused", error.message, { cause: error }) : error;
  }
}

const ended = (until: string): Refusal =>
  new Refusal("change-refused", `access to this file ended at ${until}; say until when it opens again`);

async function shownRequest({ directory }: Parts, row: AccessRequestSummary): Promise<AccessRequest> {
  const { id, state, reason, family, content_id: contentId, document } = row;
  const who = (await directory.findBySubject(row.person)) ?? (await directory.findFormer(row.person));
  const asked = secondTime(row.asked);
  const answered = row.answered === null ? null : secondTime(row.answered);
  const address = who?.addresses[0] ?? "";
  return { id, state, address, name: who?.name ?? "", reason, asked, answered, family, contentId, document };
}
