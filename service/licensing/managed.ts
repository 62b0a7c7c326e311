import type { VerifiedLicense } from "../../shared/license/trust.js";
import { isIssuerOrOwner, type Policy } from "../../shared/policy.js";
import type { AuditAction } from "../../shared/protocol/audit-api.js";
import type { DocumentRequest } from "../../shared/protocol/service-api.js";
import { holds, type Right } from "../../shared/rights.js";
import type { AuditEvent } from "../audit.js";
import type { Person } from "../directory/directory.js";
import { auditingRefusals, eventOf, noteLicense, notePerson } from "./audited.js";
import { decodeBase64 } from "./base64.js";
import { personOf } from "./caller-account.js";
import { decide } from "./decide.js";
import { identityAt } from "./identity-at.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { policyInForce, standingOf } from "./policy-in-force.js";
import { Refusal } from "./refusal.js";
import { ownerOf } from "./use.js";

/** A document somebody wants to do something with, as its license names it, and who it is. */
export interface Managed {
  readonly verified: VerifiedLicense;
  /** The one inside the license. */
  readonly policy: Policy;
  readonly person: Person;
  readonly nowMs: number;
  readonly event: AuditEvent;
}

type Act<T> = (document: Managed) => Promise<T>;

/**
 * Opens the license and hands it to `act`, which decides whether the caller may; refusals are audited.
 * @throws Refusal account-mismatch, license-invalid, rate-limited.
 */
export function opening<T>(
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
    const registrant = action === "register" ? asker.subject : null;
    const verified = await parts.licenses.verify(decodeBase64(request.license), registrant);
    noteLicense(event, verified);
    spend(action === "register" ? parts.limits.registrations : parts.limits.licenses, asker);
    const { policy, rawContentKey } = await parts.licenses.open(verified);
    rawContentKey.fill(0);
    Object.assign(event, { family: policy.family, issuer: policy.issuer });
    return act({ verified, policy, person, nowMs: parts.now(), event });
  });
}

/** The same for issuer, owner and administrators. @throws Refusal access-denied for everybody else. */
export const managing = <T>(
  parts: Parts,
  asker: Asker,
  action: AuditAction,
  request: DocumentRequest,
  act: Act<T>,
): Promise<T> =>
  opening(parts, asker, action, request, async (document) => {
    const { person, policy, verified } = document;
    const identity = identityAt(person, verified.license.issuedMs, null);
    if (!person.administrator && !isIssuerOrOwner(policy, identity))
      throw await notTheirs(document, parts, "or an administrator ");
    return act(document);
  });

/** @param others - who may besides the owner, with a space behind. */
export async function notTheirs(document: Managed, parts: Parts, others: string): Promise<Refusal> {
  const { policy, person, verified } = document;
  const owner = await ownerOf(policy, verified.license.issuedMs, parts.directory);
  const message = `only ${owner.name} ${others}can do this; ${person.name} did not protect this file`;
  return new Refusal("access-denied", message, { offers: ["ask-owner", "switch-account"], owner });
}

/** A document, the policy in force, and what that gives who asks. */
export interface Held {
  readonly policy: Policy;
  readonly rights: readonly Right[];
}

/**
 * What the policy in force gives the caller now, which must be one of `anyOf`, or OWNER, as issuer and owner have it.
 * Administrators have none by being that.
 * @throws Refusal access-denied to strangers, and for revoked and ended documents; right-missing.
 */
export async function holding(parts: Parts, document: Managed, anyOf: readonly Right[]): Promise<Held> {
  const { verified, person, nowMs } = document;
  const standing = await standingOf(parts.store, document.policy);
  const policy = await policyInForce(document.policy, verified.license.issuedMs, standing, parts.store);
  const identity = identityAt(person, verified.license.issuedMs, standing.amendment?.time ?? null);
  const decision = decide({ policy, identity, revokedMs: standing.revokedMs, nowMs });
  if (!decision.granted) throw await notTheirs(document, parts, "");
  const { rights } = decision;
  if (anyOf.some((right) => holds(rights, right))) return { policy, rights };
  const owner = await ownerOf(policy, verified.license.issuedMs, parts.directory);
  const message = `this takes the right ${anyOf.join(" or ")}, which ${person.name} has not been given`;
  throw new Refusal("right-missing", `${message}; ask ${owner.name}`, { offers: ["ask-owner"], owner });
}
