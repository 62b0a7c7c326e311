import { grantedTo, type Identity, isExpired, isIssuerOrOwner, maxRights, type Policy } from "../../shared/policy.js";
import { holds, knownRights, type Right } from "../../shared/rights.js";
import { dayMs, endlessMs, minuteMs, parseSecondTime, skewMs } from "../../shared/time.js";
import type { OpenAccess } from "./super-users.js";

/** How long a use license lasts that must be asked for each time. */
const onlineMs = 15 * minuteMs;

/** What a decision depends on, all of it. */
export interface Question {
  /** The policy in force. */
  policy: Policy;
  identity: Identity;
  /** Since when the document is revoked (ms), or `null`. */
  revokedMs: number | null;
  /** What was approved for them as a super user, if anything. */
  superAccess?: OpenAccess | null;
  nowMs: number;
}

export interface Granted {
  granted: true;
  rights: readonly Right[];
  /** Issuer or owner: neither expiry nor revocation reaches them. */
  isOwners: boolean;
  /** Given to a super user: recorded as such, and never kept. */
  superAccess?: OpenAccess;
  /** [fromMs, untilMs) in whole minutes. */
  fromMs: number;
  untilMs: number;
  /** Whether the device may keep the license for use without the service. */
  mayStore: boolean;
}

export interface Denied {
  granted: false;
  code: "access-denied" | "access-revoked" | "access-expired";
}

const denied = (code: Denied["code"]): Denied => ({ granted: false, code });

/**
 * Who may do what until when: the one decision of the service, in the order that tells a stranger nothing. Whoever was
 * given no right does not learn that a document was revoked or has ended. Pure.
 */
export function decide({ policy, identity, revokedMs, superAccess = null, nowMs }: Question): Granted | Denied {
  const isOwners = isIssuerOrOwner(policy, identity);
  const bySuperAccess = isOwners || superAccess === null ? null : asSuperUser(superAccess, nowMs);
  if (bySuperAccess !== null) return bySuperAccess;
  const rights = isOwners ? ["OWNER"] : bounded(grantedTo(policy, identity));
  // Every other right presupposes that one may see it: a key is never given for less.
  if (!holds(rights, "VIEW")) return denied("access-denied");
  if (!isOwners && revokedMs !== null) return denied("access-revoked");
  const term = termOf(identity.isGuest ? { ...policy, offlineDays: 0 } : policy, isOwners, nowMs); // they ask each time
  if (!isOwners && (isExpired(policy, nowMs) || term.untilMs <= nowMs)) return denied("access-expired");
  return { granted: true, rights, isOwners, ...term };
}

/** Everything, also what is revoked or has ended, for a quarter of an hour at a time within what was approved. */
function asSuperUser(superAccess: OpenAccess, nowMs: number): Granted | null {
  const untilMs = minute(Math.min(nowMs + onlineMs, superAccess.untilMs));
  if (untilMs <= nowMs) return null;
  const term = { fromMs: minute(nowMs - skewMs), untilMs, mayStore: false };
  return { granted: true, rights: ["OWNER"], isOwners: false, superAccess, ...term };
}

/** A use license has room for so many rights; those this project knows come first. */
function bounded(rights: readonly Right[]): Right[] {
  const known: readonly Right[] = knownRights.filter((right) => rights.includes(right));
  return [...known, ...rights.filter((right) => !known.includes(right))].slice(0, maxRights);
}

const minute = (ms: number): number => Math.floor(ms / minuteMs) * minuteMs;

function termOf({ offlineDays, until }: Policy, isOwners: boolean, nowMs: number) {
  const lastsMs = offlineDays === 0 ? onlineMs : offlineDays * dayMs;
  const offlineEndMs = offlineDays < 0 ? endlessMs : Math.min(nowMs + lastsMs, endlessMs);
  const contentEndMs = until === null || isOwners ? endlessMs : parseSecondTime(until, "policy-malformed");
  const untilMs = minute(Math.min(offlineEndMs, contentEndMs));
  return { fromMs: minute(nowMs - skewMs), untilMs, mayStore: offlineDays !== 0 };
}
