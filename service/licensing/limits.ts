import { RateLimit, type RateLimitOptions } from "../rate-limit.js";
import type { Asker } from "./parts.js";
import { Refusal } from "./refusal.js";

/** One bucket per person and device key: how often they may ask for what costs the tenant key's time. */
export interface Limits {
  /** Use licenses, publishing, tracking, revoking. */
  readonly licenses: RateLimit;
  /** Registering: a device that was offline brings all it has protected meanwhile. */
  readonly registrations: RateLimit;
  readonly certificates: RateLimit;
  /** Whatever administrators ask for. */
  readonly administration: RateLimit;
  /** Of the whole audit, which is read for each. */
  readonly verifications: RateLimit;
  /** Asking owners for access: it costs their attention. */
  readonly accessRequests: RateLimit;
  /** Looking for people: a few for each name that somebody types, and each reads all names there are. */
  readonly searches: RateLimit;
  /** Passkeys of guests, offered and kept. */
  readonly passkeys: RateLimit;
  /** Records of refusals: whoever asks without end does not fill the disk. */
  readonly refusals: RateLimit;
}

const usual: Record<keyof Limits, Omit<RateLimitOptions, "now">> = {
  licenses: { burst: 2000, perSecond: 100 },
  registrations: { burst: 50_000, perSecond: 100 },
  certificates: { burst: 100, perSecond: 0.1 },
  administration: { burst: 1000, perSecond: 20 },
  verifications: { burst: 20, perSecond: 0.2 },
  accessRequests: { burst: 30, perSecond: 0.01 },
  searches: { burst: 60, perSecond: 1 },
  passkeys: { burst: 60, perSecond: 0.1 },
  refusals: { burst: 2000, perSecond: 20 },
};

export function openLimits(now: () => number): Limits {
  const limit = (name: keyof Limits) => new RateLimit({ ...usual[name], now });
  return {
    licenses: limit("licenses"),
    registrations: limit("registrations"),
    certificates: limit("certificates"),
    administration: limit("administration"),
    verifications: limit("verifications"),
    accessRequests: limit("accessRequests"),
    searches: limit("searches"),
    passkeys: limit("passkeys"),
    refusals: limit("refusals"),
  };
}

export const bucketOf = (asker: Pick<Asker, "subject" | "jkt">): string => `${asker.subject} ${asker.jkt}`;

/** @throws Refusal rate-limited. */
export function spend(limit: RateLimit, asker: Pick<Asker, "subject" | "jkt">): void {
  if (limit.take(bucketOf(asker))) return;
  const retryAfter = limit.retryAfter(bucketOf(asker));
  throw new Refusal("rate-limited", `too many requests from this device; try again in ${retryAfter} seconds`, {
    retryAfter,
  });
}
