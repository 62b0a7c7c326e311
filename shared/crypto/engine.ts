import { type Bytes, type Count, type FilePlace, newMemory } from "../bytes.js";
import type { ContentKey } from "./keys.js";

/** One content segment, sealed: ciphertext with its tag behind it, and its SHA-256 for the edition. */
export interface SealedSegment {
  readonly sealed: Bytes;
  readonly hash: Bytes;
}

/** One content segment, opened; `hash` is that of the sealed bytes it came from. */
export interface OpenedSegment {
  readonly plaintext: Bytes;
  readonly hash: Bytes;
}

/**
 * AES-256-GCM over numbered segments under one segment key. There is no nonce to pass: it follows from the number and
 * from whether the segment is the last, so no caller can repeat one. Bytes that came from the engine's own memory are
 * taken over, all others are only read, and stay as they are until the answer is there.
 */
export interface SegmentCipher {
  seal(index: number, last: boolean, plaintext: Bytes): Promise<SealedSegment>;
  /** `null` when the tag does not fit: no byte of a bad segment leaves. */
  open(index: number, last: boolean, sealed: Bytes): Promise<OpenedSegment | null>;
  /** The same check, without the plaintext: the hash of the sealed bytes, or `null`. */
  check(index: number, last: boolean, sealed: Bytes): Promise<Bytes | null>;
  readonly files?: FileCipher;
}

/**
 * Memory for segments, used again where new memory is slow. Who was given a piece may give it back once nobody looks at
 * it any more, and then must not touch it; what is not given back is left to the collector.
 */
export interface SegmentMemory {
  /** `length` bytes, of any content. */
  take(length: number): Bytes;
  /** Pieces that came from elsewhere are left alone. */
  giveBack(piece: Bytes): void;
}

/** New memory each time, for where that is good enough. */
export const collectedMemory: SegmentMemory = { take: newMemory, giveBack: () => undefined };

/** The same pieces, each given back when the next is asked for: for who is done with one by then. */
export async function* givingBack(pieces: AsyncIterable<Bytes>, memory: SegmentMemory): AsyncGenerator<Bytes> {
  for await (const piece of pieces) {
    yield piece;
    memory.giveBack(piece);
  }
}

/**
 * What an engine may offer besides: all segments at once, between open files that it reads and writes itself. The bytes
 * are those of `seal` and `open`. `to` is written in order and where its position is, which moves on; with `null` what
 * comes out is not kept.
 */
export interface FileCipher {
  /** All of `from`, a file or a pipe, behind its position, to its end. @returns the segments' hashes. */
  seal(from: number, to: number, count?: Count): Promise<Bytes[]>;
  /**
   * The sealed segments, `size` bytes of them, at `from`. @returns their hashes; `null` when a tag does not fit: then
   * nothing of that segment and of those behind it was written.
   */
  open(from: FilePlace, size: number, to: number | null): Promise<Bytes[] | null>;
  /** The hashes that the segments of `size` bytes of plaintext at `from` have when they are sealed; that is not kept. */
  hashes(from: FilePlace, size: number): Promise<Bytes[]>;
}

/** The bulk cipher of a platform: Web Crypto in `web-engine.ts`, threads in the agent's `bulk/`. */
export interface Engine {
  /** How many segments are worth having under way at once. */
  readonly lanes: number;
  readonly memory: SegmentMemory;
  /** @param salt 16 bytes. @param info the whole HKDF info (docs/encodings.md). */
  segmentCipher(contentKey: ContentKey, salt: Bytes, info: Bytes): Promise<SegmentCipher>;
}

/** STREAM: 11 bytes big-endian number, one byte that is 1 for the last segment only. */
export function segmentNonce(index: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint32(3, Math.floor(index / 2 ** 32));
  view.setUint32(7, index % 2 ** 32);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
