import { normalizeAddress } from "../../shared/address.js";
import {
  type Bytes,
  collect,
  concat,
  equalBytes,
  fromBase64,
  fromHex,
  sourceOf,
  streamOf,
  toHex,
  utf8,
} from "../../shared/bytes.js";
import { sealContent } from "../../shared/crypto/content-cipher.js";
import { generateKeyPair } from "../../shared/crypto/keys.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { codeOf } from "../../shared/errors.js";
import { encodeEdition, encodeTrailer } from "../../shared/license/edition.js";
import { encodePublishingLicense, openRightsData } from "../../shared/license/publishing-license.js";
import { verifyPublishingLicense, verifyUseLicense } from "../../shared/license/trust.js";
import { parseChain, parseDocument } from "../../shared/license/xrml.js";
import { parsePolicy } from "../../shared/policy.js";
import { consume, consumeStream, readProtected } from "../../shared/protect.js";
import { type LicenseVector, runLicenseVector } from "../license/license-vector.js";
import { authorOf, Organisation, sealed } from "../license/organisation.js";
import * as example from "../license/worked-example.js";

/** What a test asks a page to do. Everything that goes in or out is text: bytes as hexadecimal. */

export async function runLicenseVectors(vectors: LicenseVector[], chainHex: string, accountKeyPem: string) {
  const ground = { chain: fromHex(chainHex), accountKeyPem };
  return Promise.all(vectors.map(async (vector) => [vector.name, await runLicenseVector(vector, ground)] as const));
}

/** The files of the worked example, by name; texts as they are, the others as hexadecimal. */
export type ExampleFiles = Record<
  "tenantPem" | "adaPem" | "bobPem" | "clc" | "slc" | "ul" | "policy" | "plHex" | "fileHex",
  string
>;

/** Opens the protected file as its recipient does: use license, content key, content, author. */
export async function openExample(files: ExampleFiles): Promise<string> {
  const { trust, bob } = example;
  const { license, region } = await readProtected(sourceOf(fromHex(files.fileHex)));
  const verified = await verifyPublishingLicense(await parseChain(license), trust);
  const bobKey = await example.unsealerFrom(files.bobPem);
  const nowMs = Date.parse("2026-11-24T00:00Z");
  const wanted = { license: verified.license, accountKey: bobKey.publicKey, subject: bob, nowMs };
  const use = await verifyUseLicense(await parseDocument(utf8(files.ul)), wanted, trust);
  const contentKey = (await bobKey.unseal(use.sealedContentKey))!;
  await openRightsData(verified.license, contentKey);
  const { all } = await consume({ region }, { verified, contentKey, trust }, webEngine);
  return new TextDecoder().decode(await collect(all()));
}

/** Writes license and content region again, in hexadecimal. */
export async function writeExample(files: ExampleFiles): Promise<{ license: string; region: string }> {
  const { ada, contentId, label, serviceAddress, tenant } = example;
  const signer = await example.signerFrom(files.adaPem);
  const tenantKey = await example.publicKeyOf(files.tenantPem);
  const issuedMs = Date.parse("2026-11-23T09:00Z");
  const pl = new TextDecoder().decode(fromHex(files.plHex));
  const sealedContentKey = fromBase64(/sealed-key-v2"><VALUE[^>]*>([^<]*)/.exec(pl)![1]!, "internal");
  const of = { contentId, tenant, serviceAddress, issuedMs, cipher: "SEALWRIGHT.GCM1M", label, tenantKey };
  const more = { policy: parsePolicy(utf8(files.policy)), rawContentKey: example.rawContentKey(), issuerSubject: ada };
  const random = { nonce: example.rightsNonce(), sealedContentKey };
  const fields = { ...of, ...more, chain: [files.clc, files.slc] };
  const { bytes, digest } = await encodePublishingLicense(fields, signer, random);
  const binding = { contentKey: await example.contentKey(), licenseDigest: digest };
  const sealing = sealContent(streamOf(sourceOf(utf8(example.plaintext))), binding, webEngine, example.salt());
  const parts: Bytes[] = [];
  let next = await sealing.next();
  for (; !next.done; next = await sealing.next()) parts.push(next.value);
  const edition = { contentId, issuedMs, licenseDigest: digest, number: 1, previous: new Uint8Array(0) };
  const by = { kind: "person", subject: ada } as const;
  const document = await encodeEdition({ ...edition, signer: by, contentHash: next.value }, signer);
  return { license: toHex(bytes), region: toHex(concat(...parts, encodeTrailer(document, null))) };
}

/** Protects and opens content of each size with keys made here; the sizes that did not come back as they went in. */
export async function roundTrips(sizes: number[]): Promise<number[]> {
  const contoso = await Organisation.found();
  const ada = await contoso.person("ada");
  const plan = await contoso.publish(ada);
  const access = contoso.access(plan);
  const failed: number[] = [];
  for (const size of sizes) {
    const plaintext = Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8) * 7) & 255);
    const region = sourceOf(await sealed(plaintext, plan, authorOf(ada)));
    const ranged = await collect((await consume({ region }, access, webEngine)).all());
    const streamed = await collect(consumeStream(streamOf(region, 70_000), access, webEngine));
    if (!equalBytes(ranged, plaintext) || !equalBytes(streamed, plaintext)) failed.push(size);
  }
  return failed;
}

/** A device's private keys must not leave the page, whatever runs in it. */
export async function exportKeys(): Promise<string[]> {
  const contentKey = await example.contentKey();
  const [{ privateKey: opening }, { privateKey: signing }] = await Promise.all([
    generateKeyPair("unseal", false),
    generateKeyPair("sign", false),
  ]);
  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => "exported",
      (error: Error) => error.name,
    );
  return [
    await outcome(crypto.subtle.exportKey("raw", contentKey)),
    await outcome(crypto.subtle.exportKey("pkcs8", opening)),
    await outcome(crypto.subtle.exportKey("pkcs8", signing)),
  ];
}

/** The platform's own UTS 46 stands behind addresses: browsers and Node must agree. */
export const normalizeAll = (addresses: string[]): string[] =>
  addresses.map((address) => {
    try {
      return normalizeAddress(address);
    } catch (error) {
      return codeOf(error);
    }
  });
