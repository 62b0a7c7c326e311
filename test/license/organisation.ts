import { type Bytes, collect, sourceOf } from "../../shared/bytes.js";
import {
  type ContentKey,
  generateKeyPair,
  importContentKey,
  newRawContentKey,
  type PublicKey,
  publicKeyFromSpki,
  type Signer,
  signerOf,
  type Unsealer,
  unsealerOf,
} from "../../shared/crypto/keys.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { newId } from "../../shared/ids.js";
import {
  encodeAccountCertificate,
  encodeLicensorCertificate,
  encodeServerLicensorCertificate,
} from "../../shared/license/certificates.js";
import { encodeEditPermit } from "../../shared/license/edition.js";
import { encodePublishingLicense } from "../../shared/license/publishing-license.js";
import { type TenantTrust, type VerifiedLicense, verifyPublishingLicense } from "../../shared/license/trust.js";
import { parseChain } from "../../shared/license/xrml.js";
import type { Policy } from "../../shared/policy.js";
import { type Access, type Author, protectRegion } from "../../shared/protect.js";
import { dayMs } from "../../shared/time.js";

/** A small organisation with keys made on the spot, for tests in which people do what they should not. */

export const nowMs = Date.parse("2026-11-24T12:00Z");
const serviceAddress = "https://rms.contoso.example/_wmcs/licensing";

async function publicHalf({ publicKey }: CryptoKeyPair): Promise<PublicKey> {
  return publicKeyFromSpki(new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)), "internal");
}

export async function newSigner(): Promise<Signer> {
  const pair = await generateKeyPair("sign", false);
  return signerOf(await publicHalf(pair), pair.privateKey);
}

export async function newUnsealer(): Promise<Unsealer> {
  const pair = await generateKeyPair("unseal", false);
  return unsealerOf(await publicHalf(pair), pair.privateKey);
}

/** One RSA pair that signs and unseals, as the tenant's does in its custody. */
async function newTenantKey(): Promise<{ signer: Signer; unsealer: Unsealer }> {
  const pair = await generateKeyPair("sign", true);
  const publicKey = await publicHalf(pair);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  const oaep = { name: "RSA-OAEP", hash: "SHA-256" };
  const opening = await crypto.subtle.importKey("pkcs8", pkcs8, oaep, false, ["unwrapKey"]);
  return { signer: signerOf(publicKey, pair.privateKey), unsealer: unsealerOf(publicKey, opening) };
}

export interface Person {
  subject: string;
  address: string;
  licensor: Signer;
  account: Unsealer;
  licensorCertificate: string;
  accountCertificate: string;
}

/** A publishing license with everything its maker knows. */
export interface Document {
  contentId: string;
  bytes: Bytes;
  /** The license's own text, and the documents behind it. */
  texts: string[];
  verified: VerifiedLicense;
  raw: Bytes;
  contentKey: ContentKey;
  policy: Policy;
}

export class Organisation {
  readonly tenant = newId();
  serverCertificate = "";

  private constructor(
    readonly signer: Signer,
    readonly unsealer: Unsealer,
  ) {}

  static async found(): Promise<Organisation> {
    const { signer, unsealer } = await newTenantKey();
    const organisation = new Organisation(signer, unsealer);
    const { tenant } = organisation;
    const of = { serial: newId(), tenant, serviceAddress, generation: 1, key: signer.publicKey };
    const times = { issuedMs: nowMs - dayMs, untilMs: nowMs + 3650 * dayMs };
    organisation.serverCertificate = await encodeServerLicensorCertificate({ ...of, ...times }, signer);
    return organisation;
  }

  get trust(): TenantTrust {
    return { tenant: this.tenant, keys: new Map([[this.signer.publicKey.kid, { generation: 1 }]]) };
  }

  async person(name: string): Promise<Person> {
    const [licensor, account] = await Promise.all([newSigner(), newUnsealer()]);
    const [subject, address] = [newId(), `${name}@contoso.example`];
    const of = { tenant: this.tenant, subject, issuedMs: nowMs - dayMs, untilMs: nowMs + 30 * dayMs };
    const forLicensor = { ...of, serial: newId(), key: licensor.publicKey };
    const forAccount = { ...of, serial: newId(), key: account.publicKey, address, dpop: null };
    return {
      subject,
      address,
      licensor,
      account,
      licensorCertificate: await encodeLicensorCertificate(forLicensor, this.signer),
      accountCertificate: await encodeAccountCertificate(forAccount, this.signer),
    };
  }

  async publish(by: Person, more: Partial<Policy> = {}, { cipher = "SEALWRIGHT.GCM1M", label = newId() } = {}) {
    const [raw, contentId] = [newRawContentKey(), newId()];
    const policy: Policy = {
      v: 1,
      issuer: by.subject,
      owner: by.address,
      family: contentId,
      ext: ".txt",
      grants: [],
      until: null,
      offlineDays: 7,
      template: null,
      ...more,
    };
    const of = { contentId, tenant: this.tenant, serviceAddress, issuedMs: nowMs, cipher, label, policy };
    const keys = { rawContentKey: raw, tenantKey: this.signer.publicKey, issuerSubject: by.subject };
    const chain = [by.licensorCertificate, this.serverCertificate];
    const { bytes } = await encodePublishingLicense({ ...of, ...keys, chain }, by.licensor);
    return this.document(bytes, { contentId, raw, policy });
  }

  async document(bytes: Bytes, known: { contentId: string; raw: Bytes; policy: Policy }): Promise<Document> {
    const chain = await parseChain(bytes);
    const verified = await verifyPublishingLicense(chain, this.trust);
    const texts = chain.map(({ text }) => text);
    return { ...known, bytes, texts, verified, contentKey: await importContentKey(known.raw) };
  }

  permit(document: Document, to: Person): Promise<string> {
    const of = { serial: newId(), tenant: this.tenant, subject: to.subject, key: to.licensor.publicKey };
    const times = { issuedMs: nowMs, fromMs: nowMs, untilMs: nowMs + dayMs };
    return encodeEditPermit({ ...of, ...times, licenseDigest: document.verified.digest }, this.signer);
  }

  access({ verified, contentKey }: Document): Access {
    return { verified, contentKey, trust: this.trust };
  }
}

export const authorOf = (person: Person, permit: string | null = null): Author => ({
  principal: { kind: "person", subject: person.subject },
  signer: person.licensor,
  permit,
});

/** The content region of a first save. */
export function sealed(plaintext: Bytes, { contentKey, contentId, verified, bytes }: Document, author: Author) {
  const published = { license: bytes, digest: verified.digest, contentKey, contentId };
  const save = { number: 1, previous: new Uint8Array(0), nowMs };
  return collect(protectRegion(piecesOf(plaintext), published, author, save, webEngine));
}

async function* piecesOf(bytes: Bytes): AsyncGenerator<Bytes> {
  const source = sourceOf(bytes);
  for (let at = 0; at < bytes.length; at += 100_000) yield await source.read(at, Math.min(100_000, bytes.length - at));
}
