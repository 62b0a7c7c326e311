import { type Bytes, equalBytes } from "../bytes.js";
import type { PublicKey } from "../crypto/keys.js";
import { RightsError } from "../errors.js";
import { dayMs, isWithin } from "../time.js";
import {
  type AccountCertificate,
  type LicensorCertificate,
  parseAccountCertificate,
  parseLicensorCertificate,
  parseServerLicensorCertificate,
  type ServerLicensorCertificate,
} from "./certificates.js";
import { damagedTrailer, type Edition, type EditPermit, parseTrailer } from "./edition.js";
import type { Principal } from "./fields.js";
import { bodyType, type PublishingLicense, parsePublishingLicense } from "./publishing-license.js";
import { parseUseLicense, type UseLicense } from "./use-license.js";
import { malformed } from "./xml.js";
import { isSignedBy, type XrmlDocument } from "./xrml.js";

/** A tenant key that is believed: pinned at sign-in, or announced by one that was. */
export interface TrustedKey {
  readonly generation: number;
  /** When it stopped being the active one; it vouches for nothing issued over 31 days after. */
  readonly archivedMs?: number;
  /** Somebody else may have it: what it signed counts only where another key vouches for it too. */
  readonly isCompromised?: true;
}

/** Everything a client or the service believes without further proof. Keys are looked up by kid, never by name. */
export interface TenantTrust {
  readonly tenant: string;
  readonly keys: ReadonlyMap<string, TrustedKey>;
}

const archivedGraceMs = 31 * dayMs;

const untrusted = (detail: string): RightsError =>
  new RightsError("license-untrusted", `this license cannot be trusted: ${detail}`);

async function checkSignature(document: XrmlDocument, key: PublicKey): Promise<void> {
  if (!(await isSignedBy(document, key))) throw untrusted("its signature does not fit");
}

/** `key` is one of the tenant's, and was allowed to sign at `issuedMs`. */
function checkTenantKey(key: PublicKey, tenant: string, issuedMs: number, trust: TenantTrust): void {
  const trusted = trust.keys.get(key.kid);
  if (tenant !== trust.tenant || trusted === undefined) throw untrusted("it comes from another organisation");
  if (trusted.archivedMs !== undefined && issuedMs > trusted.archivedMs + archivedGraceMs)
    throw untrusted("the organisation had given up its key when it was made");
}

/** Nothing else vouches for it, so its key must be in nobody else's hands: dates inside are its maker's claim. */
function checkVouchesAlone(key: PublicKey, trust: TenantTrust): void {
  if (trust.keys.get(key.kid)?.isCompromised) throw untrusted("somebody else may have the key that signed it");
}

/** The same trust, but for keys that somebody else may have. @param kids - others than those it knows do not count. */
export function distrusting(trust: TenantTrust, kids: readonly string[]): TenantTrust {
  const isCompromised = true as const;
  const keys = [...trust.keys].map(
    ([kid, key]) => [kid, kids.includes(kid) ? { ...key, isCompromised } : key] as const,
  );
  return { ...trust, keys: new Map(keys) };
}

/** Key ids that `distrusting` named. */
export const distrusted = ({ keys }: TenantTrust): string[] =>
  [...keys].flatMap(([kid, { isCompromised }]) => (isCompromised ? [kid] : []));

type Issued = { document: XrmlDocument; issuerKey: PublicKey; tenant: string };

async function checkIssuedByTenant({ document, issuerKey, tenant }: Issued, issuedMs: number, trust: TenantTrust) {
  checkTenantKey(issuerKey, tenant, issuedMs, trust);
  await checkSignature(document, issuerKey);
}

/** A rights account certificate that is the tenant's and valid now. @throws RightsError `license-untrusted`. */
export async function verifyAccountCertificate(
  document: XrmlDocument,
  trust: TenantTrust,
  nowMs: number,
): Promise<AccountCertificate> {
  const certificate = await parseAccountCertificate(document);
  await checkIssuedByTenant(certificate, certificate.issuedMs, trust);
  checkVouchesAlone(certificate.issuerKey, trust);
  if (!isWithin(certificate, nowMs)) throw untrusted("the account certificate has ended; sign in again");
  return certificate;
}

/** A client licensor certificate that is the tenant's and was valid at `atMs`, when something was signed with it. */
export async function verifyLicensorCertificate(
  document: XrmlDocument,
  trust: TenantTrust,
  atMs: number,
): Promise<LicensorCertificate> {
  const certificate = await parseLicensorCertificate(document);
  await checkIssuedByTenant(certificate, certificate.issuedMs, trust);
  if (!isWithin(certificate, atMs)) throw untrusted("its signer's certificate was not valid when it was made");
  return certificate;
}

/** A publishing license that holds, and who made it. */
export interface VerifiedLicense {
  readonly license: PublishingLicense;
  readonly digest: Bytes;
  readonly issuer: {
    /** `null`: the tenant signed, and the policy inside says for whom. */
    readonly subject: string | null;
    readonly key: PublicKey;
    readonly certificateSerial: string | null;
    /** The tenant key that all of it leads to. */
    readonly tenantKid: string;
  };
}

/**
 * A publishing license with all its chain: the first document, and the only one of its type; signed by a device whose
 * certificate the tenant gave, or by the tenant; every other document in its place and nothing besides.
 * @throws RightsError `license-malformed`, `license-unsupported`, `license-untrusted`.
 */
export async function verifyPublishingLicense(
  chain: readonly XrmlDocument[],
  trust: TenantTrust,
): Promise<VerifiedLicense> {
  const [first, ...rest] = chain;
  if (first === undefined || rest.some(({ root }) => root.attributes.type === bodyType))
    throw malformed("it holds two publishing licenses");
  const license = await parsePublishingLicense(first);
  if (license.tenant !== trust.tenant || !trust.keys.has(license.tenantKey.kid))
    throw untrusted("it is sealed to another organisation");
  checkTenantKey(license.tenantKey, license.tenant, license.issuedMs, trust);
  const byTenant = license.issuer.kind === "tenant";
  const issuer = byTenant ? await tenantIssuer(license, trust) : await deviceIssuer(license, rest[0], trust);
  await checkSignature(first, license.issuerKey);
  await checkServerCertificates(byTenant ? rest : rest.slice(1), issuer.root, trust);
  const who = { ...issuer.who, key: license.issuerKey, tenantKid: issuer.root.kid };
  return { license, digest: first.digest, issuer: who };
}

async function tenantIssuer(license: PublishingLicense, trust: TenantTrust) {
  checkTenantKey(license.issuerKey, license.tenant, license.issuedMs, trust);
  return { root: license.issuerKey, who: { subject: null, certificateSerial: null } };
}

async function deviceIssuer(license: PublishingLicense, document: XrmlDocument | undefined, trust: TenantTrust) {
  if (document === undefined) throw untrusted("nobody vouches for its signer");
  const certificate = await verifyLicensorCertificate(document, trust, license.issuedMs);
  const claimed = license.issuer.kind === "person" ? license.issuer.subject : null;
  if (certificate.key.kid !== license.issuerKey.kid || certificate.subject !== claimed)
    throw untrusted("its signer is not who the certificate beside it names");
  checkTenantKey(certificate.issuerKey, license.tenant, license.issuedMs, trust);
  return { root: certificate.issuerKey, who: { subject: certificate.subject, certificateSerial: certificate.serial } };
}

/** SLC of the key that vouched, then newer ones, each signed by the one before. */
async function checkServerCertificates(documents: readonly XrmlDocument[], root: PublicKey, trust: TenantTrust) {
  const certificates = await linkServerCertificates(documents);
  if (certificates.length === 0 || certificates[0]!.key.kid !== root.kid || certificates[0]!.tenant !== trust.tenant)
    throw untrusted("the certificate of its organisation is missing");
}

/** Parses and checks SLCs in order: the first signed by itself or left to the caller's trust, each next by the one before. */
async function linkServerCertificates(documents: readonly XrmlDocument[]): Promise<ServerLicensorCertificate[]> {
  const linked: ServerLicensorCertificate[] = [];
  for (const document of documents) {
    const certificate = await parseServerLicensorCertificate(document);
    const before = linked.at(-1);
    await checkSignature(document, certificate.issuerKey);
    const follows =
      before === undefined || (certificate.issuerKey.kid === before.key.kid && isNext(before, certificate));
    if (!follows) throw untrusted("the certificates of its organisation do not follow each other");
    linked.push(certificate);
  }
  return linked;
}

const isNext = (before: ServerLicensorCertificate, next: ServerLicensorCertificate): boolean =>
  next.tenant === before.tenant && next.generation === before.generation + 1;

/** What a client holds on to: the oldest tenant key it was shown at sign-in, and the newest it has seen since. */
export interface PinnedKey {
  readonly tenant: string;
  readonly kid: string;
  /** The highest generation seen, and the key that had it: no other key may ever take that place. */
  readonly generation: number;
  readonly newest: string;
  /** Keys that somebody else may have, once heard of. */
  readonly compromised?: readonly string[];
}

/**
 * What is believed after reading the SLCs a service presents: all keys from the pinned one on, `generation` never going
 * down, and the newest one seen still in its place: a key that was given up cannot announce another successor. Keys in
 * front of the pinned one vouch for themselves only, so they count for nothing: anyone can sign a
 * certificate about a key that is not theirs. Each key is archived from the moment its successor begins. The first
 * sign-in pins (`pinned` null): there the person, or https, vouches for the address.
 * @throws RightsError `service-untrusted`.
 */
export async function trustFrom(documents: readonly XrmlDocument[], pinned: PinnedKey | null): Promise<TenantTrust> {
  const certificates = await linkServerCertificates(documents);
  const believed = certificates.slice(
    pinned === null ? 0 : certificates.findIndex(({ key }) => key.kid === pinned.kid),
  );
  const [oldest] = believed;
  const newest = believed.at(-1);
  if (oldest === undefined || newest === undefined || (pinned !== null && !continues(believed, pinned)))
    throw new RightsError(
      "service-untrusted",
      "this service shows another key than the one trusted at sign-in; ask your administrator, then sign in again",
    );
  const archivedMs = (at: number) => (believed[at + 1] ? { archivedMs: believed[at + 1]!.fromMs } : {});
  const keys = believed.map(({ key, generation }, at) => [key.kid, { generation, ...archivedMs(at) }] as const);
  return distrusting({ tenant: oldest.tenant, keys: new Map(keys) }, pinned?.compromised ?? []);
}

/** Whether these certificates begin with the pinned key, which nobody else gave a generation, and lead past the newest. */
function continues([oldest, ...later]: readonly ServerLicensorCertificate[], pinned: PinnedKey): boolean {
  if (oldest === undefined || oldest.key.kid !== pinned.kid || oldest.tenant !== pinned.tenant) return false;
  const ownWord = oldest.issuerKey.kid === oldest.key.kid || oldest.generation === pinned.generation;
  const isNewest = ({ key, generation }: ServerLicensorCertificate) =>
    key.kid === pinned.newest && generation === pinned.generation;
  return ownWord && [oldest, ...later].some(isNewest);
}

/**
 * A use license for this document, this device's account key, and now. @throws RightsError `license-untrusted`;
 * `access-expired` when it was good and has ended.
 */
export async function verifyUseLicense(
  document: XrmlDocument,
  wanted: { license: PublishingLicense; accountKey: PublicKey; subject: string; nowMs: number },
  trust: TenantTrust,
): Promise<UseLicense> {
  const use = await parseUseLicense(document);
  await checkIssuedByTenant(use, use.fromMs, trust);
  checkVouchesAlone(use.issuerKey, trust);
  const { license } = wanted;
  if (!equalBytes(use.licenseDigest, license.document.digest) || use.contentId !== license.contentId)
    throw untrusted("it is for another document");
  if (use.accountKey.kid !== wanted.accountKey.kid || use.subject !== wanted.subject)
    throw untrusted("it is for someone else");
  if (use.terms.cipher !== license.cipher) throw untrusted("it names another cipher");
  if (wanted.nowMs >= use.untilMs) throw new RightsError("access-expired", "the license kept on this device has ended");
  if (!isWithin(use, wanted.nowMs)) throw untrusted("it is not valid yet; set this computer's clock");
  return use;
}

/** The person or tenant an edition names is shown as its author, so it must be the one its key belongs to. */
const isNamed = (signer: Principal, holder: Principal): boolean =>
  signer.kind === "person"
    ? holder.kind === "person" && signer.subject === holder.subject && signer.address === undefined
    : holder.kind === "tenant" && signer.tenant === holder.tenant;

async function checkPermit(permit: EditPermit, edition: Edition, digest: Bytes, trust: TenantTrust): Promise<void> {
  await checkIssuedByTenant(permit, permit.fromMs, trust);
  checkVouchesAlone(permit.issuerKey, trust);
  const inTime = isWithin(permit, edition.issuedMs);
  if (!inTime || permit.key.kid !== edition.signerKey.kid || !equalBytes(permit.licenseDigest, digest))
    throw damagedTrailer();
}

/**
 * The edition behind the content: signed by the license's own issuer, or by a key with a permit of the tenant for this
 * license that was valid when the edition was made. `contentHash` is what the content really hashes to.
 * @throws RightsError `edition-invalid`: a holder of the content key, who is not its author, changed it (threat T2).
 */
export async function verifyEdition(
  trailer: Bytes,
  verified: VerifiedLicense,
  trust: TenantTrust,
  contentHash: Bytes | null,
): Promise<Edition> {
  try {
    const { edition, permit } = await parseTrailer(trailer);
    const { license, digest, issuer } = verified;
    const about = equalBytes(edition.licenseDigest, digest) && edition.contentId === license.contentId;
    if (!about || (contentHash !== null && !equalBytes(edition.contentHash, contentHash))) throw damagedTrailer();
    await checkSignature(edition.document, edition.signerKey);
    const byIssuer = edition.signerKey.kid === issuer.key.kid;
    if (byIssuer !== (permit === null)) throw damagedTrailer();
    if (!isNamed(edition.signer, permit === null ? license.issuer : { kind: "person", subject: permit.subject }))
      throw damagedTrailer();
    if (permit !== null) await checkPermit(permit, edition, digest, trust);
    else checkVouchesAlone(edition.signerKey, trust); // where the tenant itself is the issuer
    return edition;
  } catch (cause) {
    const damaged = damagedTrailer();
    throw new RightsError(damaged.code, damaged.message, { cause });
  }
}
