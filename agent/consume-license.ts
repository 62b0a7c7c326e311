import { type Bytes, equalBytes, fromBase64 } from "../shared/bytes.js";
import type { ContentKey } from "../shared/crypto/keys.js";
import { codeOf, RightsError, type RightsErrorCode } from "../shared/errors.js";
import { parseEditPermit } from "../shared/license/edition.js";
import { type PublishingLicense, parsePublishingLicense } from "../shared/license/publishing-license.js";
import {
  type TenantTrust,
  type VerifiedLicense,
  verifyPublishingLicense,
  verifyUseLicense,
} from "../shared/license/trust.js";
import type { UseLicense } from "../shared/license/use-license.js";
import { parseChain, parseDocument, type XrmlDocument } from "../shared/license/xrml.js";
import { holds, type Right } from "../shared/rights.js";
import { parseSecondTime } from "../shared/time.js";
import type { Account } from "./account.js";
import type { KeptLicense } from "./license-cache.js";

/** What it takes to open a document, all of it verified. */
export interface GrantedUse {
  readonly verified: VerifiedLicense;
  readonly use: UseLicense;
  readonly contentKey: ContentKey;
  /** The text of the edit permit, where the person may edit what another published. */
  readonly permit: string | null;
  /** What was believed to verify it; a tenant key may have been learned for that. */
  readonly trust: TenantTrust;
  /** Whether the license was kept here; else the service gave it just now. */
  readonly isKept: boolean;
}

export interface UseOptions {
  /**
   * What is to be done with it: a kept license without this right makes the service be asked whether there is more by
   * now. Whether the right is there is still the caller's to check.
   */
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
 * `access-denied`, `access-expired`, `access-revoked`, `service-unreachable` (and none kept), `offline-unavailable`,
 * `sign-in-needed`, `license-invalid`, `rate-limited`.
 */
export async function useLicenseFor(
  account: Account,
  license: Bytes,
  { right, offline = false, fresh = false }: UseOptions = {},
): Promise<GrantedUse> {
  const { verified, by } = await verify(account, await parseChain(license), offline);
  const kept = await findKept(by, verified);
  const suffices = kept.use !== null && (right === undefined || holds(kept.use.use.rights, right));
  if (kept.use !== null && (offline || (suffices && !fresh))) return kept.use;
  if (offline) throw noneHere(kept.trouble);
  try {
    return await ask(by, verified, license);
  } catch (error) {
    if (codeOf(error) !== "service-unreachable") throw error;
    if (kept.use !== null && !fresh) return kept.use; // without the right asked for, which the caller sees
    throw noneHere(kept.trouble, error);
  }
}

/** @returns also the account to go on with, after a key of the tenant was learned that the license needed. */
async function verify(account: Account, chain: readonly XrmlDocument[], offline: boolean) {
  try {
    return { verified: await verifyPublishingLicense(chain, account.trust), by: account };
  } catch (error) {
    if (codeOf(error) !== "license-untrusted") throw error;
    const license = await parsePublishingLicense(chain[0]!);
    if (license.tenant !== account.info.tenant) throw foreign(license, account);
    if (offline || account.trust.keys.has(license.tenantKey.kid)) throw error;
    const by = await account.renew({ always: true });
    return { verified: await verifyPublishingLicense(chain, by.trust), by };
  }
}

const foreign = ({ serviceAddress }: PublishingLicense, { info }: Account) =>
  new RightsError(
    "license-untrusted",
    `this file belongs to another organisation (it names ${serviceAddress.slice(0, 200)}), and you are signed in to ` +
      `${info.organisation}; sign in there with a home of its own to open it`,
  );

/** Codes of a kept license that will never be good again. */
const useless: readonly RightsErrorCode[] = ["access-expired", "license-untrusted", "license-malformed"];

/** `trouble`: why what was kept does not count. */
async function findKept(by: Account, verified: VerifiedLicense) {
  const kept = await by.useLicenses.get(verified.digest);
  if (kept === null) return { use: null, trouble: null };
  try {
    return { use: await openUse(by, verified, kept, await by.clock.offlineNow(), true), trouble: null };
  } catch (error) {
    if (!(error instanceof RightsError)) throw error;
    if (useless.includes(error.code)) await by.useLicenses.remove(verified.digest);
    else if (error.code !== "offline-unavailable") throw error;
    return { use: null, trouble: error };
  }
}

function noneHere(trouble: RightsError | null, cause?: unknown): RightsError {
  if (trouble?.code === "offline-unavailable") return trouble;
  const why =
    trouble?.code === "access-expired" ? "the license kept here has ended" : "this file was not opened here before";
  const message = `the protection service cannot be reached, and ${why}; try again when it is back`;
  return new RightsError("service-unreachable", message, { cause });
}

/** A refusal also ends what was kept before: it must not open the file tomorrow, when the service is away. */
const refusals: readonly RightsErrorCode[] = ["access-denied", "access-expired", "access-revoked"];

async function ask(account: Account, verified: VerifiedLicense, license: Bytes): Promise<GrantedUse> {
  const by = await account.renew();
  try {
    return await askAs(by, verified, license);
  } catch (error) {
    if (!outdated.includes(codeOf(error))) throw error;
    return askAs(await by.renew({ always: true }), verified, license);
  }
}

/**
 * What new certificates may put right: the service no longer takes those this device has (this clock may be wrong, or a
 * tenant key was given up), or signs with a key not heard of here yet.
 */
const outdated: readonly RightsErrorCode[] = ["account-mismatch", "license-untrusted"];

async function askAs(by: Account, verified: VerifiedLicense, license: Bytes): Promise<GrantedUse> {
  try {
    const answer = await by.service.useLicense(license, by.certificates.account);
    const permit = answer.permit === null ? null : fromBase64(answer.permit, "service-failed");
    const given = { useLicense: fromBase64(answer.useLicense, "service-failed"), permit };
    const granted = await openUse(by, verified, given, parseSecondTime(answer.time, "service-failed"), false);
    // A full disk is no reason to keep a file closed that may be opened.
    await by.useLicenses.put(granted.use, given).catch(() => undefined);
    return granted;
  } catch (error) {
    if (refusals.includes(codeOf(error))) await by.useLicenses.remove(verified.digest);
    throw error;
  }
}

async function openUse(
  by: Account,
  verified: VerifiedLicense,
  { useLicense, permit }: KeptLicense,
  nowMs: number,
  isKept: boolean,
): Promise<GrantedUse> {
  const unsealer = await by.unsealer();
  const wanted = { license: verified.license, accountKey: unsealer.publicKey, subject: by.info.subject, nowMs };
  const use = await verifyUseLicense(await parseDocument(useLicense), wanted, by.trust);
  const contentKey = await unsealer.unseal(use.sealedContentKey);
  if (contentKey === null)
    throw new RightsError("license-untrusted", "the license does not open with this device's key; sign in again");
  const text = permit && (await permitText(by, verified, permit));
  return { verified, use, contentKey, permit: text, trust: by.trust, isKept };
}

/** A permit for another document or key is of no use to anybody here; whoever reads the edition checks the rest. */
async function permitText(by: Account, verified: VerifiedLicense, bytes: Bytes): Promise<string | null> {
  const permit = await parseEditPermit(await parseDocument(bytes));
  const isOurs =
    equalBytes(permit.licenseDigest, verified.digest) && permit.key.kid === by.certificates.licensorKey.kid;
  return isOurs ? permit.document.text : null;
}
