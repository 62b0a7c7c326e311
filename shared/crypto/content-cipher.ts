import { type ByteSource, type Bytes, join, rechunk, utf8 } from "../bytes.js";
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
import type { Engine, OpenedSegment, SegmentCipher } from "./engine.js";
import { type ContentKey, sha256 } from "./keys.js";

/** What ties content to its document: the key, and the body digest of the publishing license. */
export interface ContentBinding {
  readonly contentKey: ContentKey;
  readonly licenseDigest: Bytes;
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
  plaintext: AsyncIterable<Bytes>,
  { contentKey, licenseDigest }: ContentBinding,
  engine: Engine,
  salt: Bytes = crypto.getRandomValues(new Uint8Array(saltBytes)),
): AsyncGenerator<Bytes, Bytes> {
  const header = await encodeHeader(contentKey, salt, licenseDigest);
  const cipher = await engine.segmentCipher(contentKey, salt, segmentKeyInfo(licenseDigest));
  yield header;
  const hashes: Bytes[] = [];
  const pending = sealedInOrder(plaintext, cipher);
  for await (const { sealed, hash } of inOrder(pending, engine.lanes)) {
    hashes.push(hash);
    yield sealed;
  }
  return editionHash(header, hashes);
}

async function* sealedInOrder(plaintext: AsyncIterable<Bytes>, cipher: SegmentCipher) {
  const sealing = (at: number, last: boolean, segment: Bytes) => () => cipher.seal(at, last, segment);
  let held: Bytes | null = null; // one segment behind, as only the end of the stream tells which is the last
  let index = 0;
  for await (const segment of rechunk(plaintext, segmentBytes)) {
    if (held !== null) yield sealing(index++, false, held);
    held = segment.slice();
  }
  yield sealing(index, true, held ?? new Uint8Array(0));
}

/** Starts up to `lanes` jobs ahead and yields their results in order: the pipeline both directions share. */
async function* inOrder<T>(jobs: AsyncIterable<() => Promise<T>>, lanes: number): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  try {
    for await (const job of jobs) {
      const started = job();
      started.catch(() => undefined); // looked at below, in order
      running.push(started);
      if (running.length >= lanes) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}

/** An opened content region: its exact length is proven, any part of it can be read. */
export interface OpenContent {
  /** Plaintext bytes. */
  readonly size: number;
  /** Plaintext from `offset` (not below 0), `length` bytes where there are as many; only bytes whose tag was checked. */
  range(offset: number, length: number): AsyncGenerator<Bytes>;
  /** All of it; the generator returns the edition hash, which the caller holds against the edition. */
  all(): AsyncGenerator<Bytes, Bytes>;
}

/**
 * `SEALWRIGHT.GCM1M`, reading. `content` is header and segments without the trailer. The last segment is opened before
 * any other, which alone proves that nothing was cut off.
 * @throws RightsError `content-damaged`, also later from both generators.
 */
export async function openContent(content: ByteSource, binding: ContentBinding, engine: Engine): Promise<OpenContent> {
  if (content.size < headerBytes) throw damaged();
  const header = await content.read(0, headerBytes);
  const salt = await checkHeader(header, binding.contentKey, binding.licenseDigest);
  const size = plaintextSize(content.size - headerBytes);
  const cipher = await engine.segmentCipher(binding.contentKey, salt, segmentKeyInfo(binding.licenseDigest));
  const last = segmentCount(size) - 1;

  const open = async (index: number): Promise<OpenedSegment> => {
    const offset = headerBytes + index * sealedSegmentBytes;
    const sealed = await content.read(offset, Math.min(sealedSegmentBytes, content.size - offset));
    const opened = await cipher.open(index, index === last, sealed.slice());
    if (opened === null) throw damaged();
    return opened;
  };
  await open(last);

  const segments = (first: number, end: number) => inOrder(jobsOf(first, end, open), engine.lanes);
  return {
    size,
    async *range(wanted, length) {
      const offset = Math.max(0, wanted);
      const end = Math.min(size, offset + length);
      const first = Math.floor(offset / segmentBytes);
      let position = first * segmentBytes;
      for await (const { plaintext } of segments(first, Math.ceil(end / segmentBytes))) {
        yield plaintext.subarray(Math.max(0, offset - position), Math.min(plaintext.length, end - position));
        position += plaintext.length;
      }
    },
    async *all() {
      const hashes: Bytes[] = [];
      for await (const { plaintext, hash } of segments(0, last + 1)) {
        hashes.push(hash);
        yield plaintext;
      }
      return editionHash(header, hashes);
    },
  };
}

async function* jobsOf<T>(first: number, end: number, job: (index: number) => Promise<T>) {
  for (let index = first; index < end; index++) yield () => job(index);
}
