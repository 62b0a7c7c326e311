import { type ByteSource, type Bytes, fromBase64 } from "../shared/bytes.js";
import { webEngine } from "../shared/crypto/web-engine.js";
import { RightsError } from "../shared/errors.js";
import { nameInPage } from "../shared/format/sealed-page/layout.js";
import { type PublishingLicense, parsePublishingLicense } from "../shared/license/publishing-license.js";
import {
  distrusted,
  distrusting,
  type TenantTrust,
  type VerifiedLicense,
  verifyPublishingLicense,
  verifyUseLicense,
} from "../shared/license/trust.js";
import type { UseLicense } from "../shared/license/use-license.js";
import { parseChain, parseDocument, type XrmlDocument } from "../shared/license/xrml.js";
import { type Consumed, checkPage, consume, type ProtectedFile, readProtected } from "../shared/protect.js";
import { parseSecondTime } from "../shared/time.js";
import type { PageAccount } from "./page-account.js";

/** A protected file as far as it is known without asking anybody. */
export interface ProtectedDocument {
  readonly name: string;
  readonly file: ProtectedFile;
  /** Parsed, not verified. */
  readonly license: PublishingLicense;
  readonly chain: readonly XrmlDocument[];
}

/**
 * A protected file, or a sealed page with one.
 * @throws RightsError `not-protected`, `pfile-malformed`, `pfile-unsupported`, `sealed-page-malformed`, `license-malformed`,
 *   `file-unreadable`.
 */
export async function readDocument(source: ByteSource, fileName: string): Promise<ProtectedDocument> {
  const read = await readProtected(source);
  const chain = await parseChain(read.license);
  const license = await parsePublishingLicense(chain[0]!);
  checkPage(read, license.serviceAddress);
  const name = read.page === null ? fileName : nameInPage(fileName, read.page);
  return { name, file: read, chain, license };
}

/** A document with the license of the person who reads it. */
export interface OpenedDocument {
  readonly use: UseLicense;
  readonly content: Consumed;
  /** The service's time when it gave the license, in ms. */
  readonly givenMs: number;
}

/**
 * Asks for a use license and opens the content under it. Of the file only the license goes to the service.
 * @throws RightsError `access-denied`, `access-expired`, `access-revoked`, `license-untrusted`, `license-invalid`,
 * `content-damaged`, `edition-invalid`, `pfile-malformed`, `sign-in-needed`, `service-unreachable` …
 */
export async function openDocument(
  document: ProtectedDocument,
  account: PageAccount,
  shown: TenantTrust,
): Promise<OpenedDocument> {
  const trust = distrusting(shown, [...distrusted(shown), ...account.compromised]);
  const verified = await verifyPublishingLicense(document.chain, trust);
  const { use, givenMs } = await askFor(verified, document.file.license, account, trust);
  const { extension } = document.file;
  if (extension !== null && extension !== use.terms.ext)
    throw new RightsError("pfile-malformed", "the file says another extension than its license; ask for a new copy");
  const contentKey = await account.unsealer.unseal(use.sealedContentKey);
  if (contentKey === null) throw new RightsError("license-untrusted", "the license does not open with this page's key");
  return { use, givenMs, content: await consume(document.file, { verified, contentKey, trust }, webEngine) };
}

async function askFor(verified: VerifiedLicense, license: Bytes, account: PageAccount, trust: TenantTrust) {
  return useIn(await account.service.useLicense(license, account.certificate), verified, account, trust);
}

/** The use license in an answer of the service, verified. @throws RightsError `license-untrusted`, `service-failed`. */
export async function useIn(
  answer: { readonly useLicense: string; readonly time: string },
  verified: VerifiedLicense,
  account: PageAccount,
  trust: TenantTrust,
) {
  const givenMs = parseSecondTime(answer.time, "service-failed");
  const accountKey = account.unsealer.publicKey;
  const wanted = { license: verified.license, accountKey, subject: account.subject, nowMs: givenMs };
  const text = await parseDocument(fromBase64(answer.useLicense, "service-failed"));
  return { use: await verifyUseLicense(text, wanted, trust), givenMs };
}
