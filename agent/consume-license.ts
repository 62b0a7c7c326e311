import type { Bytes } from "../shared/bytes.js";
import type { ContentKey } from "../shared/crypto/keys.js";
import type { VerifiedLicense } from "../shared/license/trust.js";
import type { UseLicense } from "../shared/license/use-license.js";
import type { Right } from "../shared/rights.js";
import type { Account } from "./account.js";

/** What it takes to open a document, all of it verified. */
export interface GrantedUse {
  readonly verified: VerifiedLicense;
  readonly use: UseLicense;
  readonly contentKey: ContentKey;
  /** The text of the edit permit, where the person may edit what another published. */
  readonly permit: string | null;
  /** Whether the license was kept here; else the service gave it just now. */
  readonly isKept: boolean;
}

export interface UseOptions {
  /** A kept license without this right is not enough: the service is asked whether there is more by now. */
  readonly right?: Right;
  /** Never asks the service. */
  readonly offline?: boolean;
  /** Asks the service even where a kept license would do: after rights were changed. */
  readonly fresh?: boolean;
}

/**
 * The use license of the person signed in for a document: kept here and not ended by the highest time seen, or the
 * service's. Only the enrolled service is ever asked, whatever address the document names (threat T15).
 * @param license - the chain as the document carries it.
 * @throws RightsError `license-malformed`, `license-unsupported`, `license-untrusted` (also of another organisation),
 * `access-denied`, `access-expired`, `access-revoked`, `right-missing` (`right` was asked for), `service-unreachable`
 * (and none kept), `offline-unavailable`, `sign-in-needed`, `license-invalid`, `rate-limited`.
 */
export declare function useLicenseFor(account: Account, license: Bytes, options?: UseOptions): Promise<GrantedUse>;
