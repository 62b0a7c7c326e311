import { type ByteSource, type Bytes, equalBytes, sliceSource } from "./bytes.js";
import {
  type ContentBinding,
  type OpenContent,
  openContent,
  type Plaintext,
  sealContent,
} from "./crypto/content-cipher.js";
import { damaged, sealedSize } from "./crypto/content-layout.js";
import { openStream } from "./crypto/content-stream.js";
import type { Engine } from "./crypto/engine.js";
import type { ContentKey, Signer } from "./crypto/keys.js";
import { codeOf, RightsError } from "./errors.js";
import { encodeOffice, readOffice } from "./format/office.js";
import { encodePfileHeader, isPfile, readPfileHeader } from "./format/pfile.js";
import { malformed as malformedPage, type SealedPage } from "./format/sealed-page/layout.js";
import { isSealedPage, readSealedPage } from "./format/sealed-page/read.js";
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

/** What the content is put into. */
export type Wrapping =
  | {
      readonly container: "pfile";
      /** Includes the dot. */
      readonly extension: string;
      /** For those who open the file in an editor. */
      readonly redirection: Bytes;
    }
  | {
      readonly container: "office";
      /** Of the content, which must be exactly as long. */
      readonly plainSize: number;
      /** The label as other programs read it. */
      readonly labelInfo: Bytes | null;
    };

/**
 * Protect: a stream of content becomes the bytes of a protected file (docs/formats/pfile.md, docs/formats/office.md).
 * @throws RightsError `file-changed` where an Office document is not as long as was said.
 */
export async function* protect(
  file: { plaintext: Plaintext; wrapping: Wrapping },
  published: Published,
  author: Author,
  save: Save,
  engine: Engine,
): AsyncGenerator<Bytes> {
  const { plaintext, wrapping } = file;
  const { license } = published;
  if (wrapping.container === "pfile") {
    yield encodePfileHeader({ extension: wrapping.extension, license, redirection: wrapping.redirection });
    yield* protectRegion(plaintext, published, author, save, engine);
    return;
  }
  const { plainSize, labelInfo } = wrapping;
  const size = sealedSize(plainSize) + (await trailerSize(published, author, save));
  // In pieces, whatever the engine could do with files: the container counts them.
  const pieces = protectRegion(
    { [Symbol.asyncIterator]: () => plaintext[Symbol.asyncIterator]() },
    published,
    author,
    save,
    engine,
  );
  yield* encodeOffice({ license, labelInfo, plainSize, region: { size, pieces } });
}

const noHash = new Uint8Array(32);

/** How long the trailer will be: all in it has its length before it has its value. */
async function trailerSize({ digest, contentId }: Published, author: Author, save: Save): Promise<number> {
  const { principal, signer, permit } = author;
  const { number, previous, nowMs } = save;
  const of = { contentId, issuedMs: nowMs, licenseDigest: digest, number, previous, contentHash: noHash };
  const unsigned = { publicKey: signer.publicKey, sign: async () => new Uint8Array(signer.publicKey.bits / 8) };
  return encodeTrailer(await encodeEdition({ ...of, signer: principal }, unsigned), permit).length;
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
  readonly container: Wrapping["container"];
  readonly license: Bytes;
  /** Of the clear file, as the header says it; `null` where there is no header to say so. */
  readonly extension: string | null;
  /** The content region: header, segments, trailer. */
  readonly region: ByteSource;
  /** Length of the clear content, where the container says it: the content must be as long. */
  readonly plainSize: number | null;
  /** What the sealed page says that it came in; `null` where it is a file of its own. */
  readonly page: SealedPage | null;
}

/**
 * A protected file, or the one in a sealed page.
 * @throws RightsError `not-protected`, `pfile-malformed`, `pfile-unsupported`, `office-malformed`, `office-unsupported`,
 *   `sealed-page-malformed`, `sealed-page-unsupported`.
 */
export async function readProtected(source: ByteSource): Promise<ProtectedFile> {
  const sealed = await readSealedPage(source);
  if (sealed === null) return readContainer(source);
  const { file, ...page } = sealed;
  const inner = await readContainer(file).catch((error) => {
    if (codeOf(error) !== "not-protected") throw error;
    throw malformedPage("what is in the page is not protected");
  });
  return { ...inner, page };
}

/** A page tells people where it opens; a license is asked for nowhere else. @throws `sealed-page-malformed`. */
export function checkPage({ page }: Pick<ProtectedFile, "page">, serviceAddress: string): void {
  if (page === null || (URL.canParse(serviceAddress) && new URL(serviceAddress).origin === page.service)) return;
  throw malformedPage("the page names another service than the file in it; ask for a new copy");
}

async function readContainer(source: ByteSource): Promise<ProtectedFile> {
  const header = await readPfileHeader(source);
  if (header !== null) {
    const { license, extension, contentOffset } = header;
    return {
      container: "pfile",
      license,
      extension,
      region: sliceSource(source, contentOffset),
      plainSize: null,
      page: null,
    };
  }
  const office = await readOffice(source);
  if (office === null || typeof office === "string") throw new RightsError("not-protected", words[office ?? "other"]);
  const { license, region, plainSize } = office;
  return { container: "office", license, extension: null, region, plainSize: Number(plainSize), page: null };
}

const words = {
  other: "this file is not protected",
  password:
    "this file is encrypted with a password, and not protected by Sealwright; open it with the program it comes from",
};

/** Whether a file is protected already, whatever its name. A compound file too damaged to tell is not. */
export async function isProtected(source: ByteSource): Promise<boolean> {
  const head = await source.read(0, Math.min(source.size, 64));
  if (isPfile(head) || isSealedPage(head)) return true;
  const office = await readOffice(source).catch((error) => {
    if (codeOf(error).startsWith("office-")) return null;
    throw error;
  });
  return office !== null && typeof office === "object";
}

/** The content of one: `plainSize` is what a container said its length is. */
export type ProtectedContent = Pick<ProtectedFile, "region"> & Partial<Pick<ProtectedFile, "plainSize">>;

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
  /** Whether `plaintext` is the content its author left, byte for byte. */
  isIn(plaintext: ByteSource): Promise<boolean>;
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
export async function consume(
  { region, plainSize = null }: ProtectedContent,
  access: Access,
  engine: Engine,
): Promise<Consumed> {
  const binding = bindingOf(access);
  const tailBytes = Math.min(region.size, maxTrailerBytes);
  const tail = await region.read(region.size - tailBytes, tailBytes);
  const length = Math.min(trailerLength(tail), tailBytes);
  const trailer = tail.slice(tailBytes - length);
  const edition = await verifyEdition(trailer, access.verified, access.trust, null);
  const content: OpenContent = await openContent(sliceSource(region, 0, region.size - length), binding, engine);
  if (plainSize !== null && plainSize !== content.size) throw damaged();
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
    isIn: async (plaintext) => equalBytes(await content.hashOf(plaintext), edition.contentHash),
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
export async function verify(content: ProtectedContent, access: Access, engine: Engine): Promise<Edition> {
  const { check, edition } = await consume(content, access, engine);
  await check();
  return edition;
}
