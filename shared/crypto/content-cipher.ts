import { type ByteSource, type Bytes, type Count, join, readAhead, rechunk, streamOf, utf8 } from "../bytes.js";
import {
  checkHeader,
  damaged,
  encodeHeader,
  headerBytes,
  plaintextSize,
  saltBytes,
  sealedSegmentBytes,
  segmentBytes,
  segmentCount,
  segmentKeyInfo,
} from "./content-layout.js";
import type { Engine, OpenedSegment, SegmentCipher, SegmentMemory } from "./engine.js";
import { type ContentKey, sha256 } from "./keys.js";
import { inOrder } from "./lanes.js";

/** What ties content to its document: the key, and the body digest of the publishing license. */
export interface ContentBinding {
  readonly contentKey: ContentKey;
  readonly licenseDigest: Bytes;
}

/** Content to be sealed: pieces that stay as they are until the end is reached. */
export interface Plaintext extends AsyncIterable<Bytes> {
  /**
   * The same content as a file, from its position on, and the file that the sealed bytes go to. An engine that moves
   * bytes between files itself then does so, and the segments are not among what is yielded: whoever passes this has
   * written each piece to `to` before asking for the next.
   */
  readonly files?: { readonly from: number; readonly to: number; readonly count?: Count };
}

const editionPrefix = utf8("sealwright/edition/v1");

/** Hash over header and segment hashes that an edition signs (docs/encodings.md, "Edition trailer"). */
export const editionHash = (header: Bytes, hashes: readonly Bytes[]): Promise<Bytes> =>
  sha256(join([editionPrefix, header, ...hashes]));

/**
 * `SEALWRIGHT.GCM1M`, writing: header and segments of `plaintext`. The generator returns the edition hash once all is
 * out. The salt is drawn here and nowhere else, so a write begun again never repeats a nonce (threat T5).
 */
export async function* sealContent(
  plaintext: Plaintext,
  { contentKey, licenseDigest }: ContentBinding,
  engine: Engine,
  salt: Bytes = crypto.getRandomValues(new Uint8Array(saltBytes)),
): AsyncGenerator<Bytes, Bytes> {
  const header = await encodeHeader(contentKey, salt, licenseDigest);
  const cipher = await engine.segmentCipher(contentKey, salt, segmentKeyInfo(licenseDigest));
  yield header;
  const { files } = plaintext;
  const hashes =
    files && cipher.files
      ? await cipher.files.seal(files.from, files.to, files.count)
      : yield* sealPieces(plaintext, cipher, engine);
  return editionHash(header, hashes);
}

async function* sealPieces(plaintext: AsyncIterable<Bytes>, cipher: SegmentCipher, { memory, lanes }: Engine) {
  const hashes: Bytes[] = [];
  for await (const { sealed, hash } of inOrder(sealJobs(plaintext, cipher, memory), lanes)) {
    hashes.push(hash);
    yield sealed;
  }
  return hashes;
}

/** The hashes alone: what is sealed leaves no memory of this process, so that a nonce may come twice. */
async function hashesOf(plaintext: ByteSource, cipher: SegmentCipher, engine: Engine): Promise<Bytes[]> {
  const { place, size } = plaintext;
  if (place && cipher.files) return cipher.files.hashes(place, size);
  const { memory } = engine;
  const sealing = sealPieces(readAhead(streamOf(plaintext, segmentBytes, memory.take)), cipher, engine);
  for (;;) {
    const next = await sealing.next();
    if (next.done) return next.value;
    memory.giveBack(next.value);
  }
}

async function* sealJobs(plaintext: AsyncIterable<Bytes>, cipher: SegmentCipher, memory: SegmentMemory) {
  const sealing = (at: number, last: boolean, segment: Bytes) => () => cipher.seal(at, last, segment);
  let held: Bytes | null = null; // one segment behind, as only the end of the stream tells which is the last
  let index = 0;
  for await (const segment of rechunk(plaintext, segmentBytes, memory.take)) {
    if (held !== null) yield sealing(index++, false, held);
    held = segment;
  }
  yield sealing(index, true, held ?? new Uint8Array(0));
}

/** An opened content region: its exact length is proven, any part of it can be read. */
export interface OpenContent {
  /** Plaintext bytes. */
  readonly size: number;
  /** Plaintext from `offset` (not below 0), `length` bytes where there are as many; only bytes whose tag was checked. */
  range(offset: number, length: number): AsyncGenerator<Bytes>;
  /**
   * All of it; the generator returns the edition hash, which the caller holds against the edition.
   * @param to - the open file it goes to: an engine that can then writes it there itself, and nothing is yielded.
   */
  all(to?: number): AsyncGenerator<Bytes, Bytes>;
  /** The edition hash, after every tag was checked; no plaintext is moved. */
  check(): Promise<Bytes>;
  /** The edition hash of `plaintext` if it were sealed as this content is: that of `all` for the same bytes only. */
  hashOf(plaintext: ByteSource): Promise<Bytes>;
}

/**
 * `SEALWRIGHT.GCM1M`, reading. `content` is header and segments without the trailer. The last segment is opened before
 * any other, which alone proves that nothing was cut off.
 * @throws RightsError `content-damaged`, also later from all of it.
 */
export async function openContent(content: ByteSource, binding: ContentBinding, engine: Engine): Promise<OpenContent> {
  if (content.size < headerBytes) throw damaged();
  const header = await content.read(0, headerBytes);
  const salt = await checkHeader(header, binding.contentKey, binding.licenseDigest);
  const size = plaintextSize(content.size - headerBytes);
  const cipher = await engine.segmentCipher(binding.contentKey, salt, segmentKeyInfo(binding.licenseDigest));
  const last = segmentCount(size) - 1;

  const sealed = (index: number): Promise<Bytes> => {
    const offset = headerBytes + index * sealedSegmentBytes;
    return content.read(offset, Math.min(sealedSegmentBytes, content.size - offset), engine.memory.take);
  };
  const open = async (index: number) => intact(await cipher.open(index, index === last, await sealed(index)));
  const check = async (index: number) => intact(await cipher.check(index, index === last, await sealed(index)));
  const lastHash = await check(last);

  const { place } = content;
  const { files } = cipher;
  const moved =
    files && place
      ? async (to: number | null) => {
          const from = { ...place, offset: place.offset + headerBytes };
          return editionHash(header, intact(await files.open(from, content.size - headerBytes, to)));
        }
      : null;
  const opened = (first: number, end: number) => inOrder(jobsOf(first, end, open), engine.lanes);
  return {
    size,
    range(wanted, length) {
      const offset = Math.max(0, wanted);
      return rangeOf(opened, offset, Math.min(size, offset + length));
    },
    async *all(to) {
      if (moved !== null && to !== undefined) return moved(to);
      const hashes: Bytes[] = [];
      for await (const { plaintext, hash } of opened(0, last + 1)) {
        hashes.push(hash);
        yield plaintext;
      }
      return editionHash(header, hashes);
    },
    async check() {
      if (moved !== null) return moved(null);
      const hashes: Bytes[] = [];
      for await (const hash of inOrder(jobsOf(0, last, check), engine.lanes)) hashes.push(hash);
      return editionHash(header, [...hashes, lastHash]);
    },
    hashOf: async (plaintext) => editionHash(header, await hashesOf(plaintext, cipher, engine)),
  };
}

/** What was checked, or `content-damaged` for the `null` of a tag that does not fit. */
function intact<T>(result: T | null): T {
  if (result === null) throw damaged();
  return result;
}

type Opened = (first: number, end: number) => AsyncIterable<OpenedSegment>;

/** Plaintext from `offset` up to but without `end`. */
async function* rangeOf(opened: Opened, offset: number, end: number): AsyncGenerator<Bytes> {
  const first = Math.floor(offset / segmentBytes);
  let position = first * segmentBytes;
  for await (const { plaintext } of opened(first, Math.ceil(end / segmentBytes))) {
    yield plaintext.subarray(Math.max(0, offset - position), Math.min(plaintext.length, end - position));
    position += plaintext.length;
  }
}

async function* jobsOf<T>(first: number, end: number, job: (index: number) => Promise<T>) {
  for (let index = first; index < end; index++) yield () => job(index);
}
