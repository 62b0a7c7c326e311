import { type Bytes, concat, fromBase64, toBase64, u32le, utf8 } from "../bytes.js";
import type { PublicKey, Signer } from "../crypto/keys.js";
import { RightsError } from "../errors.js";
import {
  datum,
  descriptor,
  issuedPrincipals,
  issuedTime,
  issuer,
  licenseBody,
  type Principal,
  rangeTime,
  readDatum,
  readDescriptor,
  readDigestDatum,
  readIssuedPrincipals,
  readIssuedTime,
  readIssuer,
  readRangeTime,
  type TimeRange,
} from "./fields.js";
import { ElementReader, malformed } from "./xml.js";
import { parseDocuments, signDocument, type XrmlDocument } from "./xrml.js";

const editionType = "Sealwright-Edition";
const permitType = "Sealwright-Edit-Permit";
const trailerMagic = utf8("SWE1");
export const maxTrailerBytes = 16 * 1024;

/** One saved state of a document's content, signed: proves who made it, which no holder of the content key can. */
export interface Edition {
  readonly document: XrmlDocument;
  readonly contentId: string;
  readonly issuedMs: number;
  readonly signer: Principal;
  readonly signerKey: PublicKey;
  readonly licenseDigest: Bytes;
  /** 1 for the first, then one more with each save. */
  readonly number: number;
  /** Digest of the edition before; empty for the first. */
  readonly previous: Bytes;
  /** Hash over header and ciphertext (content-cipher.ts). */
  readonly contentHash: Bytes;
}

/** The service's word that an editor's key may sign editions of one document for a time. */
export interface EditPermit extends TimeRange {
  readonly document: XrmlDocument;
  readonly tenant: string;
  /** Whose key it is: an edition under this permit names the same person. */
  readonly subject: string;
  readonly issuerKey: PublicKey;
  readonly key: PublicKey;
  readonly licenseDigest: Bytes;
}

export interface EditionFields {
  readonly contentId: string;
  readonly issuedMs: number;
  readonly signer: Principal;
  readonly licenseDigest: Bytes;
  readonly number: number;
  readonly previous: Bytes;
  readonly contentHash: Bytes;
}

export function encodeEdition(fields: EditionFields, signer: Signer): Promise<string> {
  const body = licenseBody(
    issuedTime(fields.issuedMs) +
      descriptor(editionType, fields.contentId) +
      issuer(fields.signer, signer.publicKey) +
      datum("license", toBase64(fields.licenseDigest)) +
      datum("edition", String(fields.number)) +
      datum("previous", toBase64(fields.previous)) +
      datum("content", toBase64(fields.contentHash)),
  );
  return signDocument(body, signer);
}

export async function parseEdition(document: XrmlDocument): Promise<Edition> {
  const body = new ElementReader(document.root, "BODY", { type: "LICENSE", version: "3.0" });
  const issuedMs = readIssuedTime(body);
  const contentId = readDescriptor(body, editionType);
  const { principal, key } = await readIssuer(body);
  const licenseDigest = readDigestDatum(body, "license");
  const number = readDatum(body, "edition");
  const previous = fromBase64(readDatum(body, "previous"), "license-malformed");
  const contentHash = readDigestDatum(body, "content");
  body.end();
  if (!/^[1-9]\d{0,8}$/.test(number)) throw malformed("its edition is not a number");
  if (previous.length !== (number === "1" ? 0 : 32)) throw malformed("it does not name the edition before");
  const of = { document, contentId, issuedMs, licenseDigest };
  return { ...of, signer: principal, signerKey: key, number: Number(number), previous, contentHash };
}

export interface PermitFields extends TimeRange {
  readonly serial: string;
  readonly tenant: string;
  readonly licenseDigest: Bytes;
  readonly issuedMs: number;
  readonly subject: string;
  readonly key: PublicKey;
}

export function encodeEditPermit(fields: PermitFields, signer: Signer): Promise<string> {
  const person: Principal = { kind: "person", subject: fields.subject };
  const right = `<RIGHT name="EDIT">${rangeTime(fields.fromMs, fields.untilMs)}</RIGHT>`;
  const body = licenseBody(
    issuedTime(fields.issuedMs) +
      descriptor(permitType, fields.serial) +
      issuer({ kind: "tenant", tenant: fields.tenant }, signer.publicKey) +
      issuedPrincipals(person, fields.key, fields.tenant) +
      `<RIGHTSGROUP name="Main-Rights"><RIGHTSLIST>${right}</RIGHTSLIST></RIGHTSGROUP>` +
      datum("license", toBase64(fields.licenseDigest)),
  );
  return signDocument(body, signer);
}

export async function parseEditPermit(document: XrmlDocument): Promise<EditPermit> {
  const body = new ElementReader(document.root, "BODY", { type: "LICENSE", version: "3.0" });
  readIssuedTime(body);
  readDescriptor(body, permitType);
  const by = await readIssuer(body);
  const to = await readIssuedPrincipals(body, false);
  const group = body.child("RIGHTSGROUP", { name: "Main-Rights" });
  const list = group.child("RIGHTSLIST");
  const right = list.child("RIGHT", { name: "EDIT" });
  const range = readRangeTime(right);
  const licenseDigest = readDigestDatum(body, "license");
  for (const part of [right, list, group, body]) part.end();
  if (by.principal.kind !== "tenant" || by.principal.tenant !== to.tenant) throw malformed("two tenants that differ");
  if (to.principal.kind !== "person") throw malformed("it is not a person's");
  const { subject } = to.principal;
  return { document, tenant: to.tenant, subject, issuerKey: by.key, key: to.key, licenseDigest, ...range };
}

// --- the trailer behind the content ----------------------------------------------------------------------------------

export const damagedTrailer = (): RightsError =>
  new RightsError("edition-invalid", "this file is not as its author left it, so it stays closed; ask for a new copy");

/** Edition, its permit if the signer is not the license's issuer, length of both, magic. At most 16 KiB in all. */
export function encodeTrailer(edition: string, permit: string | null): Bytes {
  const documents = utf8(edition + (permit ?? ""));
  const trailer = concat(documents, u32le(documents.length), trailerMagic);
  if (trailer.length > maxTrailerBytes) throw malformed("its edition is too long");
  return trailer;
}

/** Length of the whole trailer from the last bytes of the content (at least 8 of them, where there are as many). */
export function trailerLength(tail: Bytes): number {
  const end = tail.subarray(-8);
  if (end.length < 8 || !trailerMagic.every((byte, i) => end[4 + i] === byte)) throw damagedTrailer();
  const length = new DataView(end.buffer, end.byteOffset, 4).getUint32(0, true) + 8;
  if (length > maxTrailerBytes) throw damagedTrailer();
  return length;
}

export async function parseTrailer(trailer: Bytes): Promise<{ edition: Edition; permit: EditPermit | null }> {
  const [first, second, ...more] = await parseDocuments(trailer.slice(0, -8));
  if (first === undefined || more.length > 0) throw damagedTrailer();
  return { edition: await parseEdition(first), permit: second ? await parseEditPermit(second) : null };
}
