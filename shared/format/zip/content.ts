import { type Bytes, collect, sliceSource, streamOf } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { deflated, inflated } from "../deflate.js";
import type { ZipEntry, ZipFile } from "./read.js";
import { crc32, method, zipMalformed } from "./zip.js";

const pieceBytes = 1 << 16;

async function* inflate(packed: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  try {
    yield* inflated(packed, "deflate-raw");
  } catch (cause) {
    if (cause instanceof RightsError) throw cause;
    throw zipMalformed("a part cannot be unpacked", cause);
  }
}

/**
 * What a part holds, in pieces: never more than the directory says, and at the end exactly that.
 * @throws RightsError `office-malformed`.
 */
export async function* contentOf({ source }: ZipFile, entry: ZipEntry): AsyncGenerator<Bytes> {
  const packed = streamOf(sliceSource(source, entry.dataOffset, entry.compressedBytes), pieceBytes);
  let [length, crc] = [0, 0];
  for await (const piece of entry.method === method.stored ? packed : inflate(packed)) {
    length += piece.length;
    if (length > entry.bytes) throw zipMalformed("a part is longer than it says");
    crc = crc32(piece, crc);
    yield piece;
  }
  if (length !== entry.bytes || crc !== entry.crc) throw zipMalformed("a part is not what it says");
}

/** The same whole. @param limit - in bytes; a longer one is refused before anything of it is read. */
export async function readPart(zip: ZipFile, entry: ZipEntry, limit: number): Promise<Bytes> {
  if (entry.bytes > limit) throw zipMalformed("a part is longer than in any document");
  return collect(contentOf(zip, entry));
}

/** Deflated, or as it is where that is no shorter. */
export async function pack(bytes: Bytes): Promise<{ method: number; packed: Bytes }> {
  const packed = await deflated(bytes);
  return packed.length < bytes.length ? { method: method.deflated, packed } : { method: method.stored, packed: bytes };
}
