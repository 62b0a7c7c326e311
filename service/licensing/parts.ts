import type { Audit, AuditAction, AuditEvent } from "../audit.js";
import type { Directory, Person } from "../directory/directory.js";
import type { Caller } from "../identity/caller.js";
import { RateLimit, type RateLimitOptions } from "../rate-limit.js";
import type { Store } from "../store/store.js";
import type { Tenant } from "../tenant.js";
import type { CallerAccounts } from "./caller-account.js";
import type { LicenseReader } from "./license-reader.js";
import type { LicensorKeys } from "./licensor-keys.js";
import { isRefusal, Refusal } from "./refusal.js";

/** What decisions are made with. */
export interface Parts {
  readonly tenant: Tenant;
  readonly store: Store;
  readonly directory: Directory;
  readonly audit: Audit;
  readonly licenses: LicenseReader;
  readonly accounts: CallerAccounts;
  readonly licensorKeys: LicensorKeys;
  readonly limits: Limits;
  /** How long account and licensor certificates are valid, in days. */
  readonly certificateDays: number;
  readonly now: () => number;
}

/** The caller of one request. */
export interface Asker extends Caller {
  /** Names the request in the answer, the log and the audit. */
  readonly requestId: string;
}

/** One bucket per person and device key: how often they may ask for what costs the tenant key's time. */
export interface Limits {
  /** Use licenses, publishing, tracking, revoking. */
  readonly licenses: RateLimit;
  /** Registering: a device that was offline brings all it has protected meanwhile. */
  readonly registrations: RateLimit;
  readonly certificates: RateLimit;
  /** Of the whole audit, which is read for each. */
  readonly verifications: RateLimit;
  /** Refusals written to the audit; more than that are in the log only. */
  readonly refusals: RateLimit;
}

const usual: Record<keyof Limits, Omit<RateLimitOptions, "now">> = {
  licenses: { burst: 2000, perSecond: 100 },
  registrations: { burst: 50_000, perSecond: 100 },
  certificates: { burst: 100, perSecond: 0.1 },
  verifications: { burst: 20, perSecond: 0.2 },
  refusals: { burst: 2000, perSecond: 20 },
};

export function openLimits(now: () => number, rates: Partial<typeof usual> = {}): Limits {
  const limit = (name: keyof Limits) => new RateLimit({ ...usual[name], ...rates[name], now });
  return {
    licenses: limit("licenses"),
    registrations: limit("registrations"),
    certificates: limit("certificates"),
    verifications: limit("verifications"),
    refusals: limit("refusals"),
  };
}

const bucketOf = (asker: Asker): string => `${asker.subject} ${asker.jkt}`;

/** @throws Refusal rate-limited. */
export function spend(limit: RateLimit, asker: Asker): void {
  if (limit.take(bucketOf(asker))) return;
  const retryAfter = limit.retryAfter(bucketOf(asker));
  throw new Refusal("rate-limited", `too many requests from this device; try again in ${retryAfter} seconds`, {
    retryAfter,
  });
}

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

export const notePerson = (event: AuditEvent, { address, name }: Person): void => {
  Object.assign(event, { address, name });
};

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
