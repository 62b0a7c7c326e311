import type { PublicKey, Signer } from "../crypto/keys.js";
import {
  datum,
  descriptor,
  distributionPoints,
  issuedPrincipals,
  issuedTime,
  issuer,
  licenseBody,
  optionalDatum,
  type Principal,
  readDatum,
  readDescriptor,
  readDistributionPoints,
  readIssuedPrincipals,
  readIssuedTime,
  readIssuer,
  readValidityTime,
  validityTime,
} from "./fields.js";
import { ElementReader, malformed } from "./xml.js";
import { signDocument, type XrmlDocument } from "./xrml.js";

/** What every certificate says. `parse…` checks form only; who may sign what is decided in trust.ts. */
export interface Certificate {
  readonly document: XrmlDocument;
  readonly serial: string;
  readonly tenant: string;
  readonly issuedMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** The key that must have signed this document. */
  readonly issuerKey: PublicKey;
  /** The key this document is about. */
  readonly key: PublicKey;
}

/** The tenant's public key (SLC); `generation` rises by one with each new key. */
export interface ServerLicensorCertificate extends Certificate {
  readonly generation: number;
  readonly serviceAddress: string;
}

/** A person and the account key of one of their devices (RAC). `dpop` is that device's proof key, by RFC 7638. */
export interface AccountCertificate extends Certificate {
  readonly subject: string;
  readonly address: string | null;
  readonly dpop: string | null;
}

/** A person and the licensor key of one of their devices (CLC): it may sign publishing licenses. */
export interface LicensorCertificate extends Certificate {
  readonly subject: string;
}

/** What is common to the certificates a service makes. Times in milliseconds, ids bare. */
export interface CertificateFields {
  readonly serial: string;
  readonly tenant: string;
  readonly issuedMs: number;
  readonly untilMs: number;
  readonly key: PublicKey;
}

const types = {
  server: "Server-Licensor-Certificate",
  account: "Group-Identity-Credential",
  licensor: "Client-Licensor-Certificate",
} as const;

const issueRight = '<RIGHTSGROUP name="Main-Rights"><RIGHTSLIST><RIGHT name="ISSUE"/></RIGHTSLIST></RIGHTSGROUP>';

function certificateBody(
  type: string,
  fields: CertificateFields,
  signer: Signer,
  to: Principal,
  rest: string,
  points = "",
) {
  const { serial, tenant, issuedMs, untilMs, key } = fields;
  const head = issuedTime(issuedMs) + validityTime(issuedMs, untilMs) + descriptor(type, serial);
  const by = issuer({ kind: "tenant", tenant }, signer.publicKey);
  return licenseBody(head + by + points + issuedPrincipals(to, key, tenant) + rest);
}

/** @param signer - the key itself, or its predecessor, which is how a new tenant key is announced. */
export function encodeServerLicensorCertificate(
  fields: CertificateFields & { generation: number; serviceAddress: string },
  signer: Signer,
): Promise<string> {
  const generation = datum("generation", String(fields.generation));
  const points = distributionPoints(fields.serviceAddress);
  const tenant: Principal = { kind: "tenant", tenant: fields.tenant };
  return signDocument(certificateBody(types.server, fields, signer, tenant, generation, points), signer);
}

/** @param fields.address - left out of the certificate if not ASCII: the subject id is what counts. */
export function encodeAccountCertificate(
  fields: CertificateFields & { subject: string; address: string; dpop: string | null },
  signer: Signer,
): Promise<string> {
  const named = /^[\x21-\x7e]+$/.test(fields.address) ? { address: fields.address } : {};
  const person: Principal = { kind: "person", subject: fields.subject, ...named };
  const dpop = fields.dpop === null ? "" : datum("dpop", fields.dpop);
  return signDocument(certificateBody(types.account, fields, signer, person, dpop), signer);
}

export function encodeLicensorCertificate(
  fields: CertificateFields & { subject: string },
  signer: Signer,
): Promise<string> {
  const person: Principal = { kind: "person", subject: fields.subject };
  return signDocument(certificateBody(types.licensor, fields, signer, person, issueRight), signer);
}

async function readCertificate(document: XrmlDocument, type: string, withAddress = false) {
  const body = new ElementReader(document.root, "BODY", { type: "LICENSE", version: "3.0" });
  const issuedMs = readIssuedTime(body);
  const validity = readValidityTime(body);
  const serial = readDescriptor(body, type);
  const by = await readIssuer(body);
  const serviceAddress = withAddress ? readDistributionPoints(body) : "";
  const to = await readIssuedPrincipals(body, false);
  if (by.principal.kind !== "tenant" || by.principal.tenant !== to.tenant) throw malformed("two tenants that differ");
  const certificate: Certificate = {
    document,
    serial,
    issuedMs,
    ...validity,
    tenant: to.tenant,
    issuerKey: by.key,
    key: to.key,
  };
  return { body, certificate, principal: to.principal, serviceAddress };
}

/** @throws RightsError `license-malformed`, also for any other type of document. */
export async function parseServerLicensorCertificate(document: XrmlDocument): Promise<ServerLicensorCertificate> {
  const { body, certificate, principal, serviceAddress } = await readCertificate(document, types.server, true);
  const generation = readDatum(body, "generation");
  body.end();
  if (principal.kind !== "tenant" || principal.tenant !== certificate.tenant) throw malformed("it is not a tenant's");
  if (!/^[1-9]\d{0,5}$/.test(generation)) throw malformed("its generation is not a number");
  return { ...certificate, generation: Number(generation), serviceAddress };
}

/** @throws RightsError `license-malformed`, also for any other type of document. */
export async function parseAccountCertificate(document: XrmlDocument): Promise<AccountCertificate> {
  const { body, certificate, principal } = await readCertificate(document, types.account);
  const dpop = optionalDatum(body, "dpop");
  body.end();
  if (principal.kind !== "person") throw malformed("it is not a person's");
  return { ...certificate, subject: principal.subject, address: principal.address ?? null, dpop };
}

/** @throws RightsError `license-malformed`, also for any other type of document. */
export async function parseLicensorCertificate(document: XrmlDocument): Promise<LicensorCertificate> {
  const { body, certificate, principal } = await readCertificate(document, types.licensor);
  const group = body.child("RIGHTSGROUP", { name: "Main-Rights" });
  const list = group.child("RIGHTSLIST");
  const right = list.child("RIGHT", { name: "ISSUE" });
  for (const part of [right, list, group, body]) part.end();
  if (principal.kind !== "person" || principal.address !== undefined) throw malformed("it does not name one subject");
  return { ...certificate, subject: principal.subject };
}
