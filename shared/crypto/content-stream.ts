import { type Bytes, join } from "../bytes.js";
import { type ContentBinding, editionHash } from "./content-cipher.js";
import { checkHeader, damaged, headerBytes, sealedSegmentBytes, segmentKeyInfo, tagBytes } from "./content-layout.js";
import type { Engine } from "./engine.js";

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
  const reader = new RegionReader(region);
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
  { maxTrailer, findTrailer }: Framing,
): AsyncGenerator<Bytes, { editionHash: Bytes; trailer: Bytes }> {
  await reader.fill(headerBytes);
  const header = reader.take(Math.min(headerBytes, reader.held));
  const salt = await checkHeader(header, binding.contentKey, binding.licenseDigest);
  const cipher = await engine.segmentCipher(binding.contentKey, salt, segmentKeyInfo(binding.licenseDigest));
  const hashes: Bytes[] = [];
  const openNext = async (sealed: Bytes, last: boolean): Promise<Bytes> => {
    const opened = await cipher.open(hashes.length, last, sealed);
    if (opened === null) throw damaged();
    hashes.push(opened.hash);
    return opened.plaintext;
  };
  while (await reader.fill(sealedSegmentBytes + maxTrailer + 1)) {
    yield await openNext(reader.take(sealedSegmentBytes), false);
  }
  const tail = reader.take(reader.held);
  const sealedBytes = tail.length - findTrailer(tail);
  let offset = 0;
  for (; sealedBytes - offset > sealedSegmentBytes; offset += sealedSegmentBytes) {
    yield await openNext(tail.slice(offset, offset + sealedSegmentBytes), false);
  }
  if (sealedBytes - offset < shortestLast(hashes.length)) throw damaged();
  yield await openNext(tail.slice(offset, sealedBytes), true);
  return { editionHash: await editionHash(header, hashes), trailer: tail.slice(sealedBytes) };
}

/** An empty last segment (16 bytes of tag) is only ever the first one. */
const shortestLast = (segmentsBefore: number): number => (segmentsBefore === 0 ? tagBytes : tagBytes + 1);

/** Collects a stream until enough is there to take. */
class RegionReader {
  readonly #iterator: AsyncIterator<Bytes>;
  #pieces: Bytes[] = [];
  held = 0;

  constructor(stream: AsyncIterable<Bytes>) {
    this.#iterator = stream[Symbol.asyncIterator]();
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

  take(length: number): Bytes {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : join(this.#pieces);
    this.#pieces = [all.subarray(length)];
    this.held -= length;
    return all.slice(0, length);
  }
}
