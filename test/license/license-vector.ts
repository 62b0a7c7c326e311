import { type Bytes, collect, equalBytes, fromHex, sourceOf, streamOf, utf8 } from "../../shared/bytes.js";
import { importContentKey } from "../../shared/crypto/keys.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { codeOf, type RightsErrorCode } from "../../shared/errors.js";
import { openRightsData, parsePublishingLicense } from "../../shared/license/publishing-license.js";
import {
  type PinnedKey,
  type TenantTrust,
  trustFrom,
  verifyAccountCertificate,
  verifyLicensorCertificate,
  verifyPublishingLicense,
  verifyUseLicense,
} from "../../shared/license/trust.js";
import { parseChain, parseDocument } from "../../shared/license/xrml.js";
import { consume, consumeStream } from "../../shared/protect.js";
import * as example from "./worked-example.js";

/** One file of `test/vectors/license/`. Runs in Node and in a page. */
export interface LicenseVector {
  name: string;
  expect: "success" | RightsErrorCode;
  verb: keyof typeof verbs;
  /** The document or chain as text … */
  text?: string;
  /** … or as bytes. */
  hex?: string;
  contentKey?: string;
  now?: string;
  keys?: Record<string, { generation: number; archivedMs?: number }>;
  pinned?: PinnedKey | null;
  believed?: string[];
}

/** What all vectors stand on: the published license and the key use licenses are sealed to. */
export interface Ground {
  chain: Bytes;
  accountKeyPem: string;
}

const bytesOf = ({ text, hex }: LicenseVector): Bytes => (hex === undefined ? utf8(text!) : fromHex(hex));
const nowOf = ({ now = "2026-11-24T00:00:00Z" }: LicenseVector): number => Date.parse(now);
const trustOf = ({ keys }: LicenseVector): TenantTrust =>
  keys === undefined ? example.trust : { tenant: example.tenant, keys: new Map(Object.entries(keys)) };

const verbs = {
  async "publishing-license"(vector: LicenseVector): Promise<void> {
    const { license } = await verifyPublishingLicense(await parseChain(bytesOf(vector)), trustOf(vector));
    if (vector.contentKey) await openRightsData(license, await importContentKey(fromHex(vector.contentKey)));
  },
  async "account-certificate"(vector: LicenseVector): Promise<void> {
    await verifyAccountCertificate(await parseDocument(bytesOf(vector)), trustOf(vector), nowOf(vector));
  },
  async "licensor-certificate"(vector: LicenseVector): Promise<void> {
    await verifyLicensorCertificate(await parseDocument(bytesOf(vector)), trustOf(vector), nowOf(vector));
  },
  async "use-license"(vector: LicenseVector, ground: Ground): Promise<void> {
    const [document] = await parseChain(ground.chain);
    const license = await parsePublishingLicense(document!);
    const accountKey = await example.publicKeyOf(ground.accountKeyPem);
    const wanted = { license, accountKey, subject: example.bob, nowMs: nowOf(vector) };
    await verifyUseLicense(await parseDocument(bytesOf(vector)), wanted, trustOf(vector));
  },
  async "server-certificates"(vector: LicenseVector): Promise<void> {
    const { keys } = await trustFrom(await parseChain(bytesOf(vector)), vector.pinned ?? null);
    if ([...keys.keys()].join() !== vector.believed?.join()) throw new Error(`believed ${[...keys.keys()]}`);
  },
  /** Read at any place and as a stream: the two must come to the same end, and give nothing that was not sealed. */
  async content(vector: LicenseVector, ground: Ground): Promise<void> {
    const verified = await verifyPublishingLicense(await parseChain(ground.chain), trustOf(vector));
    const access = { verified, contentKey: await example.contentKey(), trust: trustOf(vector) };
    const region = sourceOf(bytesOf(vector));
    const outcomes = [];
    for (const read of [
      async () => collect((await consume({ region }, access, webEngine)).all()),
      async () => collect(consumeStream(streamOf(region, 100), access, webEngine)),
    ])
      outcomes.push(await read().catch((error: unknown) => error));
    const [ranged, streamed] = outcomes;
    if (ranged instanceof Uint8Array && streamed instanceof Uint8Array && equalBytes(ranged, streamed)) return;
    // Where a trailer's length is wrong, a stream meets the damaged segment first.
    if (![ranged, streamed].every((error) => /^(content-damaged|edition-invalid)$/.test(codeOf(error))))
      throw new Error(`two readers differ: ${ranged}, ${streamed}`);
    throw ranged;
  },
} as const;

/** What came of it: "success", the code of a `RightsError`, or any other error in words, which no vector expects. */
export async function runLicenseVector(vector: LicenseVector, ground: Ground): Promise<string> {
  try {
    await verbs[vector.verb](vector, ground);
    return "success";
  } catch (error) {
    return codeOf(error) === "internal" ? String(error) : codeOf(error);
  }
}
