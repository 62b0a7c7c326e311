import type { VerifiedLicense } from "../../shared/license/trust.js";
import type { Policy } from "../../shared/policy.js";
import type { UseLicenseAnswer, UseLicenseRequest } from "../../shared/protocol/service-api.js";
import { holds } from "../../shared/rights.js";
import { parseSecondTime, secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import { auditingRefusals, eventOf, noteLicense, notePerson } from "./audited.js";
import { decodeBase64, encodeText } from "./base64.js";
import type { CallerAccount } from "./caller-account.js";
import { type Denied, decide } from "./decide.js";
import { identityAt } from "./identity-at.js";
import type { OpenedLicense } from "./license-reader.js";
import { spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { policyInForce, type Standing, standingOf } from "./policy-in-force.js";
import { Refusal } from "./refusal.js";
import type { OpenAccess } from "./super-users.js";
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
      return await decideAndRelease(parts, { account, verified, opened, event, nowMs });
    } finally {
      opened.rawContentKey.fill(0);
    }
  });
}

const licensedOf = ({ license, digest }: VerifiedLicense): Licensed => {
  const { contentId, cipher, label, issuedMs } = license;
  return { contentId, cipher, label, issuedMs, digest };
};

/** A request that holds, before anything is decided. */
interface Asked {
  readonly account: CallerAccount;
  readonly verified: VerifiedLicense;
  readonly opened: OpenedLicense;
  readonly event: AuditEvent;
  readonly nowMs: number;
}

/** Rights that change while they are looked at are looked at again, so many times. */
const maxLooks = 5;

async function decideAndRelease(parts: Parts, asked: Asked): Promise<UseLicenseAnswer> {
  const { policy } = asked.opened;
  Object.assign(asked.event, { family: policy.family, issuer: policy.issuer });
  let standing = await standingOf(parts.store, policy);
  for (let looks = 0; looks < maxLooks; looks++) {
    const answer = await release(parts, await judge(parts, asked, standing), asked);
    if (answer !== null) return answer;
    standing = await standingOf(parts.store, policy);
  }
  const message = "the rights of this file are being changed at this moment; try again";
  throw new Refusal("rate-limited", message, { retryAfter: 1 });
}

/** The policy in force and what it gives this person now. @throws Refusal when that is nothing. */
async function judge(parts: Parts, asked: Asked, standing: Standing): Promise<Use> {
  const { account, verified, opened, nowMs } = asked;
  const policy = await policyInForce(opened.policy, verified.license.issuedMs, standing, parts.store);
  const { revokedMs, amendment } = standing;
  const identity = identityAt(account.person, verified.license.issuedMs, amendment?.time ?? null);
  const superAccess = (await parts.superUsers?.openFor(account.person, nowMs)) ?? null;
  const granted = decide({ policy, identity, revokedMs, superAccess, nowMs });
  if (!granted.granted) throw await refusalOf(granted, policy, asked, revokedMs, parts);
  return { licensed: licensedOf(verified), policy, account, granted, amendment, nowMs };
}

/** First the record on disk, then the key. @returns `null` where the document was revoked or amended meanwhile. */
async function release(parts: Parts, use: Use, asked: Asked): Promise<UseLicenseAnswer | null> {
  const { granted, nowMs } = use;
  const { event, opened, verified } = asked;
  // What neither leaves the service's reach nor is reached by a revocation says nothing about a last use.
  event.until = granted.mayStore && !granted.isOwners ? granted.untilMs : undefined;
  event.action = granted.superAccess ? "super-grant" : "grant";
  event.detail = granted.superAccess ? wordsOf(granted.superAccess) : granted.rights.join(" ");
  const editorKey = await editorKeyFor(parts, use, verified);
  await parts.audit.append(event);
  if (!(await isStillSo(parts, use, opened.policy))) {
    event.action = "grant";
    event.until = undefined;
    return null;
  }
  const [useLicense, permit] = await Promise.all([
    encodeUse(use, opened.rawContentKey, parts),
    editorKey === null ? null : encodePermit(use, editorKey, parts),
  ]);
  return { useLicense: encodeText(useLicense), permit: permit && encodeText(permit), time: secondTime(nowMs) };
}

const wordsOf = ({ id, reason }: OpenAccess): string => `super access ${id}: ${reason}`;

/**
 * Revoking and amending name the last use they cannot reach, from the records there are by then. A grant decided before
 * whose record came too late for that must not go out. What is issuer's and owner's, neither reaches.
 */
async function isStillSo(parts: Parts, { granted, amendment, account }: Use, policy: Policy): Promise<boolean> {
  const { store, superUsers, now: clock } = parts;
  if (granted.isOwners) return true;
  if (granted.superAccess) return (await superUsers?.openFor(account.person, clock()))?.id === granted.superAccess.id;
  const now = await standingOf(store, policy);
  return now.revokedMs === null && now.amendment?.version === amendment?.version;
}

/** The device's licensor key, if it may sign editions of a document that another key issued; else `null`. */
async function editorKeyFor({ licensorKeys }: Parts, { granted, account }: Use, { issuer }: VerifiedLicense) {
  if (account.person.isGuest || !holds(granted.rights, "EDIT")) return null;
  if (account.device.licensorKid === issuer.key.kid) return null;
  return licensorKeys.find(account.device.licensorKid);
}

const dateOf = (ms: number): string =>
  new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

async function refusalOf({ code }: Denied, policy: Policy, asked: Asked, revokedMs: number | null, parts: Parts) {
  const { person } = asked.account;
  const owner = await ownerOf(policy, asked.verified.license.issuedMs, parts.directory);
  const sentences = {
    "access-denied": () => `${person.name} has not been given access to this file; ${owner.name} protected it`,
    "access-revoked": () => `${owner.name} withdrew this file on ${dateOf(revokedMs!)}`,
    "access-expired": () =>
      `access to this file ended on ${dateOf(parseSecondTime(policy.until!, "policy-malformed"))}`,
  };
  const offers = code === "access-denied" ? (["ask-owner", "switch-account"] as const) : (["ask-owner"] as const);
  return new Refusal(code, sentences[code](), { offers, owner });
}
