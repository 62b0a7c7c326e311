import type { VerifiedLicense } from "../../shared/license/trust.js";
import type { Policy } from "../../shared/policy.js";
import type { UseLicenseAnswer, UseLicenseRequest } from "../../shared/protocol/service-api.js";
import { holds } from "../../shared/rights.js";
import { parseSecondTime, secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import type { Person } from "../directory/directory.js";
import { auditingRefusals, eventOf, noteLicense, notePerson } from "./audited.js";
import { decodeBase64, encodeText } from "./base64.js";
import { type Denied, decide, type Granted } from "./decide.js";
import type { OpenedLicense } from "./license-reader.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { policyInForce } from "./policy-in-force.js";
import { Refusal } from "./refusal.js";
import { encodePermit, encodeUse, type Licensed, ownerOf, type Use } from "./use.js";

/**
 * A use license for the caller, whose token and proof were checked before. The order is part of the protection, and of
 * what a stranger can learn (docs/service.md, "The order of a grant").
 * @throws Refusal account-mismatch, license-invalid, rate-limited, access-denied, access-revoked, access-expired.
 */
export function grant(parts: Parts, asker: Asker, request: UseLicenseRequest): Promise<UseLicenseAnswer> {
  const event = eventOf("grant", asker);
  return auditingRefusals(parts, asker, event, async () => {
    const [chain, certificate] = [decodeBase64(request.license), decodeBase64(request.accountCertificate)];
    const nowMs = parts.now();
    const account = await parts.accounts.find(asker, certificate, nowMs);
    notePerson(event, account.person);
    event.device = account.device.racSerial;
    const verified = await parts.licenses.verify(chain);
    noteLicense(event, verified);
    spend(parts.limits.licenses, asker);
    const opened = await parts.licenses.open(verified);
    try {
      const { policy, granted } = await judge(parts, account.person, verified, opened, event, nowMs);
      const use = { licensed: licensedOf(verified), policy, account, granted, nowMs };
      return await release(parts, use, verified, opened, event);
    } finally {
      opened.rawContentKey.fill(0);
    }
  });
}

const licensedOf = ({ license, digest }: VerifiedLicense): Licensed => {
  const { contentId, cipher, label } = license;
  return { contentId, cipher, label, digest };
};

/** The policy in force and what it gives this person now. @throws Refusal when that is nothing. */
async function judge(
  parts: Parts,
  person: Person,
  { license }: VerifiedLicense,
  opened: OpenedLicense,
  event: AuditEvent,
  nowMs: number,
): Promise<{ policy: Policy; granted: Granted }> {
  const { family, issuer } = opened.policy;
  Object.assign(event, { family, issuer });
  const policy = await policyInForce(opened.policy, license.issuedMs, parts.store.policies);
  const revokedMs = (await parts.store.documents.find(family, issuer))?.revoked ?? null;
  const decision = decide({ policy, identity: person, revokedMs, nowMs });
  if (!decision.granted) throw await refusalOf(decision, policy, person, revokedMs, parts);
  return { policy, granted: decision };
}

/** First the record on disk, then the key. */
async function release(
  parts: Parts,
  use: Use,
  verified: VerifiedLicense,
  { rawContentKey }: OpenedLicense,
  event: AuditEvent,
): Promise<UseLicenseAnswer> {
  const { granted, nowMs } = use;
  // What neither leaves the service's reach nor is reached by a revocation says nothing about a last use.
  if (granted.mayStore && !granted.isOwners) event.until = granted.untilMs;
  event.detail = granted.rights.join(" ");
  const editorKey = await editorKeyFor(parts, use, verified);
  await parts.audit.append(event);
  await checkStillGiven(parts, use, event);
  const [useLicense, permit] = await Promise.all([
    encodeUse(use, rawContentKey, parts),
    editorKey === null ? null : encodePermit(use, editorKey, parts),
  ]);
  return { useLicense: encodeText(useLicense), permit: permit && encodeText(permit), time: secondTime(nowMs) };
}

/**
 * A revocation names the last use it cannot reach, from the records there are by then. A grant decided before it whose
 * record came too late for that must not go out.
 */
async function checkStillGiven(parts: Parts, { policy, account, granted }: Use, event: AuditEvent): Promise<void> {
  if (granted.isOwners) return;
  const revokedMs = (await parts.store.documents.find(policy.family, policy.issuer))?.revoked ?? null;
  if (revokedMs === null) return;
  event.until = undefined;
  throw await refusalOf({ granted: false, code: "access-revoked" }, policy, account.person, revokedMs, parts);
}

/** The device's licensor key, if it may sign editions of a document that another key issued; else `null`. */
async function editorKeyFor({ licensorKeys }: Parts, { granted, account }: Use, { issuer }: VerifiedLicense) {
  if (!holds(granted.rights, "EDIT") || account.device.licensorKid === issuer.key.kid) return null;
  return licensorKeys.find(account.device.licensorKid);
}

const dateOf = (ms: number): string =>
  new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

async function refusalOf({ code }: Denied, policy: Policy, person: Person, revokedMs: number | null, parts: Parts) {
  const owner = await ownerOf(policy, parts.directory);
  const sentences = {
    "access-denied": () => `${person.name} has not been given access to this file; ${owner.name} protected it`,
    "access-revoked": () => `${owner.name} withdrew this file on ${dateOf(revokedMs!)}`,
    "access-expired": () =>
      `access to this file ended on ${dateOf(parseSecondTime(policy.until!, "policy-malformed"))}`,
  };
  const offers = code === "access-denied" ? (["ask-owner", "switch-account"] as const) : (["ask-owner"] as const);
  return new Refusal(code, sentences[code](), { offers, owner });
}
