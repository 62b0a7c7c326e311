import { type Bytes, newMemory, type Take } from "../bytes.js";
import { type ContentBinding, editionHash } from "./content-cipher.js";
import { checkHeader, damaged, headerBytes, sealedSegmentBytes, segmentKeyInfo, tagBytes } from "./content-layout.js";
import type { Engine, SegmentCipher, SegmentMemory } from "./engine.js";
import { inOrder } from "./lanes.js";

/**
 * Reading what cannot be read at any place, such as a pipe. Segments leave as soon as enough has come behind them to
 * know that they are not the last, nor part of the trailer (16 KiB at most); so the end is proven only at the end.
 * @param findTrailer - length of the trailer at the end of the last bytes of the stream.
 * @returns from the generator: the edition hash and the trailer's bytes.
 */
export async function* openStream(
  region: AsyncIterable<Bytes>,
  binding: ContentBinding,
  engine: Engine,
  framing: Framing,
): AsyncGenerator<Bytes, { editionHash: Bytes; trailer: Bytes }> {
  const reader = new RegionReader(region, engine.memory);
  try {
    return yield* openRegion(reader, binding, engine, framing);
  } finally {
    await reader.close();
  }
}

type Framing = { maxTrailer: number; findTrailer: (tail: Bytes) => number };

async function* openRegion(
  reader: RegionReader,
  binding: ContentBinding,
  engine: Engine,
  framing: Framing,
): AsyncGenerator<Bytes, { editionHash: Bytes; trailer: Bytes }> {
  await reader.fill(headerBytes);
  const header = reader.take(Math.min(headerBytes, reader.held), newMemory);
  const salt = await checkHeader(header, binding.contentKey, binding.licenseDigest);
  const cipher = await engine.segmentCipher(binding.contentKey, salt, segmentKeyInfo(binding.licenseDigest));
  const hashes: Bytes[] = [];
  const end = { trailer: new Uint8Array(0) };
  const segments = segmentsOf(reader, engine.memory.take, framing, end);
  for await (const opened of inOrder(openJobs(segments, cipher), engine.lanes)) {
    if (opened === null) throw damaged();
    hashes.push(opened.hash);
    yield opened.plaintext;
  }
  return { editionHash: await editionHash(header, hashes), trailer: end.trailer };
}

interface StreamedSegment {
  readonly last: boolean;
  readonly sealed: Bytes;
}

async function* openJobs(segments: AsyncIterable<StreamedSegment>, cipher: SegmentCipher) {
  let index = 0;
  for await (const { last, sealed } of segments) {
    const at = index++;
    yield () => cipher.open(at, last, sealed);
  }
}

/** The segments as far as each is known for one; behind the last, `end` has the trailer. */
async function* segmentsOf(
  reader: RegionReader,
  take: Take,
  { maxTrailer, findTrailer }: Framing,
  end: { trailer: Bytes },
): AsyncGenerator<StreamedSegment> {
  let isFirst = true;
  for (; await reader.fill(sealedSegmentBytes + maxTrailer + 1); isFirst = false)
    yield { last: false, sealed: reader.take(sealedSegmentBytes, take) };
  const tail = reader.take(reader.held, newMemory);
  const sealedBytes = tail.length - findTrailer(tail);
  let offset = 0;
  for (; sealedBytes - offset > sealedSegmentBytes; offset += sealedSegmentBytes, isFirst = false)
    yield { last: false, sealed: tail.subarray(offset, offset + sealedSegmentBytes) };
  if (sealedBytes - offset < shortestLast(isFirst)) throw damaged();
  end.trailer = tail.slice(sealedBytes);
  yield { last: true, sealed: tail.subarray(offset, sealedBytes) };
}

/** An empty last segment (16 bytes of tag) is only ever the first one. */
const shortestLast = (isFirst: boolean): number => (isFirst ? tagBytes : tagBytes + 1);

/** Collects a stream until enough is there to take. */
class RegionReader {
  readonly #iterator: AsyncIterator<Bytes>;
  readonly #memory: SegmentMemory;
  #pieces: Bytes[] = [];
  held = 0;

  constructor(stream: AsyncIterable<Bytes>, memory: SegmentMemory) {
    this.#iterator = stream[Symbol.asyncIterator]();
    this.#memory = memory;
  }

  /** Whether at least `length` bytes are there, after reading as far as needed. */
  async fill(length: number): Promise<boolean> {
    while (this.held < length) {
      const next = await this.#iterator.next();
      if (next.done) return false;
      this.#pieces.push(next.value);
      this.held += next.value.length;
    }
    return true;
  }

  /** Lets go of the stream, also when whoever reads the content stops half way. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  /** The next `length` bytes, at most those held. What they came in is given back. */
  take(length: number, take: Take): Bytes {
    const taken = take(length);
    let [filled, used] = [0, 0];
    while (filled < length) {
      const piece = this.#pieces[used]!;
      const part = piece.subarray(0, length - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length < piece.length) this.#pieces[used] = piece.subarray(part.length);
      else this.#memory.giveBack(this.#pieces[used++]!);
    }
    this.#pieces.splice(0, used);
    this.held -= length;
    return taken;
  }
}
