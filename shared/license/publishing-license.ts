import type { Bytes } from "../bytes.js";
import { type ContentKey, importContentKey, type PublicKey, type Signer, sealContentKey } from "../crypto/keys.js";
import { RightsError } from "../errors.js";
import { isId, parseBracedId } from "../ids.js";
import type { Policy } from "../policy.js";
import {
  bracedId,
  descriptor,
  distributionPoints,
  issuedPrincipals,
  issuedTime,
  issuer,
  object,
  type Principal,
  readDescriptor,
  readDistributionPoints,
  readId,
  readIssuedPrincipals,
  readIssuedTime,
  readIssuer,
} from "./fields.js";
import { openRightsDataIn, sealRightsData } from "./rights-data.js";
import { ElementReader, escapeXml, malformed } from "./xml.js";
import { digestOf, encodeChain, parseChain, signDocument, type XrmlDocument } from "./xrml.js";

export const bodyType = "Microsoft Rights Label";
export const currentCipher = "SEALWRIGHT.GCM1M";

/** Policy and content key of one document, sealed to the tenant; travels inside the file (docs/encodings.md). */
export interface PublishingLicense {
  readonly document: XrmlDocument;
  readonly contentId: string;
  readonly tenant: string;
  readonly issuedMs: number;
  readonly suite: 1;
  readonly cipher: string;
  readonly label: string | null;
  /** Who signed, as the license says: a person's device, or the tenant itself. */
  readonly issuer: Principal;
  readonly issuerKey: PublicKey;
  readonly tenantKey: PublicKey;
  readonly sealedContentKey: Bytes;
  readonly serviceAddress: string;
}

export interface PublishingFields {
  readonly contentId: string;
  readonly tenant: string;
  readonly serviceAddress: string;
  readonly issuedMs: number;
  readonly cipher: string;
  readonly label: string | null;
  readonly policy: Policy;
  readonly rawContentKey: Bytes;
  readonly tenantKey: PublicKey;
  /** The subject of the device certificate that signs; `null` when the tenant key signs. */
  readonly issuerSubject: string | null;
  /** Texts of the documents that vouch for the signer, in order: CLC (unless the tenant signed), SLC … */
  readonly chain: readonly string[];
}

/** What is drawn at random; given only to repeat a worked example. */
export interface PublishingRandom {
  readonly nonce?: Bytes;
  readonly sealedContentKey?: Bytes;
}

const appDatum = (name: string, value: string): string =>
  `<AUTHENTICATEDDATA id="APPSPECIFIC" name="${name}">${escapeXml(value)}</AUTHENTICATEDDATA>`;

/**
 * What is written must be what is read: whoever does not read it back from a file calls `checkReadable`.
 * @returns `bytes`, the whole chain as a `.pfile` carries it, and `digest`, the license's name everywhere.
 * @throws RightsError `license-malformed` when it would be over 256 KiB, `policy-malformed` for a policy no reader takes.
 */
export async function encodePublishingLicense(
  fields: PublishingFields,
  signer: Signer,
  random: PublishingRandom = {},
): Promise<{ bytes: Bytes; digest: Bytes }> {
  const { contentId, tenant, label, cipher } = fields;
  const by: Principal =
    fields.issuerSubject === null ? { kind: "tenant", tenant } : { kind: "person", subject: fields.issuerSubject };
  const sealed = random.sealedContentKey ?? (await sealContentKey(fields.rawContentKey, fields.tenantKey));
  const before =
    `<BODY type="${bodyType}" version="3.0">${issuedTime(fields.issuedMs)}${descriptor("Policy", contentId)}` +
    issuer(by, signer.publicKey) +
    distributionPoints(fields.serviceAddress) +
    issuedPrincipals({ kind: "tenant", tenant }, fields.tenantKey, tenant, sealed) +
    `<WORK>${object("Microsoft Office Document", bracedId(contentId))}</WORK>`;
  const after =
    appDatum("Sealwright.Suite", "1") +
    appDatum("Sealwright.Cipher", cipher) +
    (label === null ? "" : appDatum("Sealwright.Label", `{${label}}`)) +
    "</BODY>";
  const contentKey = await importContentKey(fields.rawContentKey);
  const rights = await sealRightsData(fields.policy, contentKey, { before, after }, random.nonce);
  const body = before + rights + after;
  const [text, digest] = await Promise.all([signDocument(body, signer), digestOf(body)]);
  return { bytes: encodeChain([text, ...fields.chain]), digest };
}

/** @throws RightsError `license-malformed` for an encoded license that no reader would take. */
export async function checkReadable(bytes: Bytes): Promise<void> {
  const [document] = await parseChain(bytes);
  if (document) await parsePublishingLicense(document);
}

/** The form of a publishing license; whether it may be believed is decided in trust.ts. */
export async function parsePublishingLicense(document: XrmlDocument): Promise<PublishingLicense> {
  const body = new ElementReader(document.root, "BODY", { type: bodyType, version: "3.0" });
  const issuedMs = readIssuedTime(body);
  const contentId = readDescriptor(body, "Policy");
  const by = await readIssuer(body);
  const serviceAddress = readDistributionPoints(body);
  const to = await readIssuedPrincipals(body, true);
  if (readWork(body) !== contentId || !isId(contentId)) throw malformed("it names two contents");
  if (to.principal.kind !== "tenant" || to.principal.tenant !== to.tenant) throw malformed("it is sealed to no tenant");
  if (by.principal.kind === "tenant" ? by.principal.tenant !== to.tenant : by.principal.address !== undefined)
    throw malformed("its issuer is not spelled as it must be");
  body.text("AUTHENTICATEDDATA", { id: "Encrypted-Rights-Data" });
  const { cipher, label } = readAppData(body);
  return {
    document,
    contentId,
    tenant: to.tenant,
    issuedMs,
    suite: 1,
    cipher,
    label,
    issuer: by.principal,
    issuerKey: by.key,
    tenantKey: to.key,
    sealedContentKey: to.sealed,
    serviceAddress,
  };
}

function readWork(body: ElementReader): string {
  const work = body.child("WORK");
  const named = work.child("OBJECT", { type: "Microsoft Office Document" });
  const id = readId(named);
  named.end();
  work.end();
  return id;
}

function readAppData(body: ElementReader): { cipher: string; label: string | null } {
  const suite = body.text("AUTHENTICATEDDATA", { id: "APPSPECIFIC", name: "Sealwright.Suite" });
  if (suite !== "1")
    throw new RightsError("license-unsupported", "this file was protected by a newer version; update this program");
  const cipher = body.text("AUTHENTICATEDDATA", { id: "APPSPECIFIC", name: "Sealwright.Cipher" });
  const label = body.optional("AUTHENTICATEDDATA", { id: "APPSPECIFIC", name: "Sealwright.Label" })?.ownText();
  body.end();
  return { cipher, label: label === undefined ? null : parseBracedId(label, "license-malformed") };
}

/**
 * The policy inside. What it names as issuer must be who signed, so a license cannot be re-signed by someone else.
 * @param contentKey - or its 32 bytes, for whoever has them anyway.
 * @param license.issuer - for a license the tenant signed, the issuer is whom the service wrote into the policy.
 * @throws RightsError `license-untrusted`, `license-malformed`, `policy-malformed`.
 */
export async function openRightsData(license: PublishingLicense, contentKey: ContentKey | Bytes): Promise<Policy> {
  const policy = await openRightsDataIn(license.document.body, contentKey);
  if (license.issuer.kind === "person" && policy.issuer !== license.issuer.subject)
    throw new RightsError("license-untrusted", "this license was signed by someone other than its issuer");
  return policy;
}
