import { type ByteSource, type Bytes, sliceSource } from "./bytes.js";
import {
  type ContentBinding,
  type OpenContent,
  openContent,
  type Plaintext,
  sealContent,
} from "./crypto/content-cipher.js";
import { openStream } from "./crypto/content-stream.js";
import type { Engine } from "./crypto/engine.js";
import type { ContentKey, Signer } from "./crypto/keys.js";
import { RightsError } from "./errors.js";
import { encodePfileHeader, type PfileHeader, readPfileHeader } from "./format/pfile.js";
import { type Edition, encodeEdition, encodeTrailer, maxTrailerBytes, trailerLength } from "./license/edition.js";
import type { Principal } from "./license/fields.js";
import { currentCipher } from "./license/publishing-license.js";
import { type TenantTrust, type VerifiedLicense, verifyEdition } from "./license/trust.js";

/** A publishing license just made, and what protecting under it takes. */
export interface Published {
  /** The chain's bytes, as the file carries them. */
  readonly license: Bytes;
  readonly digest: Bytes;
  readonly contentKey: ContentKey;
  readonly contentId: string;
}

/** Who signs this state of the content. */
export interface Author {
  readonly principal: Principal;
  readonly signer: Signer;
  /** The service's permit, where the signer is not the license's issuer. */
  readonly permit: string | null;
}

/** Which save this is: the first, or one after another whose edition is named. */
export interface Save {
  readonly number: number;
  readonly previous: Bytes;
  readonly nowMs: number;
}

/**
 * Protect: a stream of content becomes the bytes of a `.pfile` (docs/formats/pfile.md), header first.
 * @param file.extension - includes the dot. @param file.redirection - the text for those who open it in an editor.
 */
export async function* protect(
  file: { plaintext: Plaintext; extension: string; redirection: Bytes },
  published: Published,
  author: Author,
  save: Save,
  engine: Engine,
): AsyncGenerator<Bytes> {
  const { extension, redirection } = file;
  yield encodePfileHeader({ extension, license: published.license, redirection });
  yield* protectRegion(file.plaintext, published, author, save, engine);
}

/** The content region alone, as every container of ours holds it: sealed segments and the signed edition. */
export async function* protectRegion(
  plaintext: Plaintext,
  { contentKey, digest, contentId }: Published,
  { principal, signer, permit }: Author,
  { number, previous, nowMs }: Save,
  engine: Engine,
): AsyncGenerator<Bytes> {
  const contentHash = yield* sealContent(plaintext, { contentKey, licenseDigest: digest }, engine);
  const of = { contentId, issuedMs: nowMs, licenseDigest: digest, number, previous, contentHash };
  yield encodeTrailer(await encodeEdition({ ...of, signer: principal }, signer), permit);
}

/** A protected file as far as it is known without any key. */
export interface ProtectedFile {
  readonly header: PfileHeader;
  /** The content region: header, segments, trailer. */
  readonly region: ByteSource;
}

/** @throws RightsError `not-protected`, `pfile-malformed`, `pfile-unsupported`. */
export async function readProtected(source: ByteSource): Promise<ProtectedFile> {
  const header = await readPfileHeader(source);
  if (header === null) throw new RightsError("not-protected", "this file is not protected");
  return { header, region: sliceSource(source, header.contentOffset) };
}

/** What a reader has once licenses are verified: see trust.ts for each. */
export interface Access {
  readonly verified: VerifiedLicense;
  readonly contentKey: ContentKey;
  readonly trust: TenantTrust;
}

/** A protected file opened: ranges are proven one by one; only `all`, run to its end, proves who made the whole. */
export interface Consumed {
  readonly size: number;
  readonly edition: Edition;
  range(offset: number, length: number): AsyncGenerator<Bytes>;
  /**
   * All content. Fails at the end with `edition-invalid` if it is not as its author left it.
   * @param to - the open file it goes to: then an engine that can writes it there itself, and nothing is yielded.
   */
  all(to?: number): AsyncGenerator<Bytes>;
  /** The same proof without the content. */
  check(): Promise<void>;
}

function bindingOf({ verified, contentKey }: Access): ContentBinding {
  if (verified.license.cipher !== currentCipher)
    throw new RightsError("license-unsupported", "this file uses a cipher this program does not open");
  return { contentKey, licenseDigest: verified.digest };
}

/**
 * Consume: open the content of a protected file. The edition's signature is checked at once, its hash over the whole
 * content at the end of `all`.
 * @throws RightsError `content-damaged`, `edition-invalid`, `license-unsupported`.
 */
export async function consume(region: ByteSource, access: Access, engine: Engine): Promise<Consumed> {
  const binding = bindingOf(access);
  const tailBytes = Math.min(region.size, maxTrailerBytes);
  const tail = await region.read(region.size - tailBytes, tailBytes);
  const length = Math.min(trailerLength(tail), tailBytes);
  const trailer = tail.slice(tailBytes - length);
  const edition = await verifyEdition(trailer, access.verified, access.trust, null);
  const content: OpenContent = await openContent(sliceSource(region, 0, region.size - length), binding, engine);
  const isTheAuthors = (contentHash: Bytes) => verifyEdition(trailer, access.verified, access.trust, contentHash);
  return {
    size: content.size,
    edition,
    range: content.range,
    async *all(to) {
      await isTheAuthors(yield* content.all(to));
    },
    async check() {
      await isTheAuthors(await content.check());
    },
  };
}

/** Consume from a stream that can be read once; content leaves in order, proof of the author comes last. */
export async function* consumeStream(
  region: AsyncIterable<Bytes>,
  access: Access,
  engine: Engine,
): AsyncGenerator<Bytes, Edition> {
  const framing = { maxTrailer: maxTrailerBytes, findTrailer: trailerLength };
  const { editionHash, trailer } = yield* openStream(region, bindingOf(access), engine, framing);
  return verifyEdition(trailer, access.verified, access.trust, editionHash);
}

/** Reads everything once: proves that what was written opens and is whole. */
export async function verify(region: ByteSource, access: Access, engine: Engine): Promise<Edition> {
  const { check, edition } = await consume(region, access, engine);
  await check();
  return edition;
}
