import { RightsError, type RightsErrorCode } from "../../shared/errors.js";
import { type Offer, statusOf } from "../../shared/protocol/service-api.js";

export interface RefusalOptions extends ErrorOptions {
  /** What the person can do next. */
  offers?: readonly Offer[];
  owner?: { address: string; name: string };
  /** Seconds until it is worth asking again. */
  retryAfter?: number;
}

/** A "no" that goes out to whoever asked, with what they can do about it. */
export class Refusal extends RightsError {
  readonly offers: readonly Offer[];
  readonly owner: { address: string; name: string } | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: RightsErrorCode, message: string, options: RefusalOptions = {}) {
    super(code, message, options);
    this.offers = options.offers ?? [];
    this.owner = options.owner;
    this.retryAfter = options.retryAfter;
  }
}

/** Whether an error is an answer of ours to the request, and not a failure of the service. */
export const isRefusal = (error: unknown): error is RightsError =>
  error instanceof RightsError && error.code in statusOf;

/** Everything that can be wrong with a license, and nothing that can be wrong with the service. */
const licenseCodes: ReadonlySet<RightsErrorCode> = new Set([
  "license-malformed",
  "license-unsupported",
  "license-untrusted",
  "policy-malformed",
]);

export const isLicenseError = (error: unknown): boolean => error instanceof RightsError && licenseCodes.has(error.code);

/** The one answer to everything that can be wrong with a license. */
export const licenseInvalid = (cause?: unknown): Refusal =>
  new Refusal("license-invalid", "this license does not hold here; ask whoever sent the file for a new copy", {
    cause,
  });

/** The one answer to everything that can be wrong with an account certificate. */
export const accountMismatch = (cause?: unknown): Refusal =>
  new Refusal("account-mismatch", "this device's account certificate does not hold any more; sign in again", {
    offers: ["sign-in"],
    cause,
  });
