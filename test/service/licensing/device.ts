import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { normalizeAddress } from "../../../shared/address.js";
import { type Bytes, fromBase64, toBase64url, utf8 } from "../../../shared/bytes.js";
import {
  generateKeyPair,
  newRawContentKey,
  type PublicKey,
  publicKeyFromSpki,
  type Signer,
  signerOf,
  type Unsealer,
  unsealerOf,
} from "../../../shared/crypto/keys.js";
import { newId } from "../../../shared/ids.js";
import { parseLicensorCertificate, parseServerLicensorCertificate } from "../../../shared/license/certificates.js";
import {
  encodePublishingLicense,
  openRightsData,
  type PublishingFields,
  type PublishingRandom,
} from "../../../shared/license/publishing-license.js";
import {
  type TenantTrust,
  trustFrom,
  verifyPublishingLicense,
  verifyUseLicense,
} from "../../../shared/license/trust.js";
import { parseChain, parseDocument, parseServerCertificates } from "../../../shared/license/xrml.js";
import type { Policy } from "../../../shared/policy.js";
import { AdminClient } from "../../../shared/protocol/admin-client.js";
import { generateProofPair, type ProofKey, proofKeyOf } from "../../../shared/protocol/proof.js";
import type { CertifyAnswer, Discovery } from "../../../shared/protocol/service-api.js";
import { type Credentials, discover, ServiceClient, ServiceRefusal } from "../../../shared/protocol/service-client.js";
import { signInWithPassword } from "../identity/client.js";
import type { Clock } from "./scratch-service.js";

/** What a test cares about; the rest is made up. */
export interface Wishes extends Partial<Policy> {
  label?: string | null;
  contentId?: string;
  issuedMs?: number;
}

/** A person's device as a client would make it, with the parts lying open for tests. */
export class TestDevice {
  constructor(
    readonly client: ServiceClient,
    readonly credentials: Credentials,
    readonly discovery: Discovery,
    readonly certified: CertifyAnswer,
    readonly account: Unsealer,
    readonly licensor: Signer,
    readonly trust: TenantTrust,
    readonly clock: Clock,
  ) {}

  get accountCertificate(): Bytes {
    return fromBase64(this.certified.accountCertificate, "internal");
  }

  get admin(): AdminClient {
    return new AdminClient((...request) => this.client.call(...request));
  }

  get licensorCertificate(): string {
    return new TextDecoder().decode(fromBase64(this.certified.licensorCertificate!, "internal"));
  }

  /** Publish offline, signed with this device's licensor key. */
  async publish(wishes: Wishes = {}, forged: Partial<PublishingFields> & PublishingRandom = {}) {
    const { label = null, contentId = newId(), issuedMs = this.clock.now(), ...asked } = wishes;
    const { subject, address } = this.certified;
    const policy: Policy = {
      v: 1,
      issuer: subject,
      owner: normalizeAddress(address),
      family: contentId,
      ext: ".txt",
      grants: [],
      until: null,
      offlineDays: 7,
      template: null,
      ...asked,
    };
    const rawContentKey = newRawContentKey();
    const server = await serverCertificatesOf(this);
    const { bytes, digest } = await encodePublishingLicense(
      {
        contentId,
        tenant: this.discovery.tenant,
        serviceAddress: new URL(this.discovery.api).origin,
        issuedMs,
        cipher: "SEALWRIGHT.GCM1M",
        label,
        policy,
        rawContentKey,
        tenantKey: server.at(-1)!.key,
        issuerSubject: subject,
        chain: [this.licensorCertificate, ...server.map(({ document }) => document.text)],
        ...forged,
      },
      this.licensor,
      forged,
    );
    return { license: bytes, digest, policy, rawContentKey };
  }

  /** The same device certified anew, as a client does from time to time; it believes what it is shown then. */
  async renew(): Promise<TestDevice> {
    const keys = { accountKey: spkiText(this.account.publicKey), licensorKey: spkiText(this.licensor.publicKey) };
    const certified = await this.client.certify(keys);
    const chain = await parseServerCertificates(fromBase64(certified.serverCertificates, "internal"));
    const { client, credentials, discovery, account, licensor, clock } = this;
    const trust = await trustFrom(chain, null);
    return new TestDevice(client, credentials, discovery, certified, account, licensor, trust, clock);
  }

  /** Ask for a use license and check everything about it as a client does. */
  async use(license: Bytes) {
    const answer = await this.client.useLicense(license, this.accountCertificate);
    return { ...(await this.open(license, answer.useLicense)), permit: answer.permit, answer };
  }

  /** A use license from an answer, verified; the key in it opens the document's own policy. */
  async open(license: Bytes, useLicense: string) {
    const verified = await verifyPublishingLicense(await parseChain(license), this.trust);
    const document = await parseDocument(fromBase64(useLicense, "internal"));
    const wanted = { license: verified.license, accountKey: this.account.publicKey, subject: this.certified.subject };
    const use = await verifyUseLicense(document, { ...wanted, nowMs: this.clock.now() }, this.trust);
    const contentKey = await this.account.unseal(use.sealedContentKey);
    if (contentKey === null) throw new Error("the key in the use license is not for this device");
    return { verified, use, contentKey, policy: await openRightsData(verified.license, contentKey) };
  }
}

/** From the tenant key that certified a device to the newest. */
async function serverCertificatesOf({ certified, licensorCertificate }: TestDevice) {
  const documents = await parseServerCertificates(fromBase64(certified.serverCertificates, "internal"));
  const all = await Promise.all(documents.map(parseServerLicensorCertificate));
  const { issuerKey } = await parseLicensorCertificate(await parseDocument(utf8(licensorCertificate)));
  return all.slice(all.findIndex(({ key }) => key.kid === issuerKey.kid));
}

/** Made before, since making them is most of what a test's devices cost: no two of them are the same within a file. */
const ready: string[] = JSON.parse(readFileSync(new URL("../../fixtures/device-keys.json", import.meta.url), "utf8"));

/** How many of them a file has taken. Files may come one after another in this process, and each may have them all. */
const taken = { file: "", count: 0 };

export async function newKeys(use: "sign" | "unseal") {
  const file = expect.getState().testPath ?? "";
  if (taken.file !== file) Object.assign(taken, { file, count: 0 });
  const made = ready[taken.count++];
  return made === undefined ? generatedKeys(use) : readyKeys(Buffer.from(made, "base64"), use);
}

async function readyKeys(pkcs8: Buffer, use: "sign" | "unseal") {
  const key = createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }));
  const spki = key.export({ format: "der", type: "spki" });
  const publicKey = await publicKeyFromSpki(new Uint8Array(spki), "internal");
  const [algorithm, usage] =
    use === "sign" ? (["RSASSA-PKCS1-v1_5", "sign"] as const) : (["RSA-OAEP", "unwrapKey"] as const);
  const rsa = { name: algorithm, hash: "SHA-256" };
  return { publicKey, privateKey: await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), rsa, true, [usage]) };
}

async function generatedKeys(use: "sign" | "unseal") {
  const pair = await generateKeyPair(use, true);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return { publicKey: await publicKeyFromSpki(spki, "internal"), privateKey: pair.privateKey };
}

/** Signed in over the real provider; the token is bound to a new proof key. */
export async function signIn(origin: string, person: { user: string; password: string }) {
  const discovery = await discover(origin);
  const pair = await generateProofPair(true);
  const proofKey = await proofKeyOf(pair.privateKey, await crypto.subtle.exportKey("jwk", pair.publicKey));
  const key = { privateKey: pair.privateKey, jwk: { ...proofKey.jwk }, jkt: proofKey.thumbprint };
  const { issuer, resource: audience } = discovery;
  const signedIn = await signInWithPassword(
    { issuer, audience },
    { username: person.user, password: person.password },
    key,
  );
  const token = signedIn.json.access_token;
  if (token === undefined) throw new Error(`no token: ${JSON.stringify(signedIn.json)}`);
  return { discovery, proofKey, token };
}

export const credentialsOf = (proofKey: ProofKey, token: string): Credentials => ({
  proofKey,
  accessToken: async () => token,
});

export const spkiText = (key: PublicKey): string => toBase64url(key.spki);

/** Why the service said no. */
export async function refusalOf(work: Promise<unknown>): Promise<ServiceRefusal> {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (error instanceof ServiceRefusal) return error;
  throw new Error(error === null ? "it was not refused" : "it failed otherwise", { cause: error });
}

export async function enrol(
  origin: string,
  person: { user: string; password: string },
  clock: Clock,
): Promise<TestDevice> {
  const { discovery, proofKey, token } = await signIn(origin, person);
  const credentials = credentialsOf(proofKey, token);
  const client = new ServiceClient(discovery.api, credentials, () => clock.now());
  const [account, licensor] = [await newKeys("unseal"), await newKeys("sign")];
  const request = { accountKey: spkiText(account.publicKey), licensorKey: spkiText(licensor.publicKey) };
  const certified = await client.certify(request);
  const trust = await trustFrom(await parseServerCertificates(fromBase64(discovery.certificates, "internal")), null);
  const unsealer = unsealerOf(account.publicKey, account.privateKey);
  const signer = signerOf(licensor.publicKey, licensor.privateKey);
  return new TestDevice(client, credentials, discovery, certified, unsealer, signer, trust, clock);
}
