import type { Bytes } from "../bytes.js";
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
 * from whether the segment is the last, so no caller can repeat one. Both take over the bytes they are given.
 */
export interface SegmentCipher {
  seal(index: number, last: boolean, plaintext: Bytes): Promise<SealedSegment>;
  /** `null` when the tag does not fit: no byte of a bad segment leaves. */
  open(index: number, last: boolean, sealed: Bytes): Promise<OpenedSegment | null>;
}

/** The bulk cipher of a platform: Web Crypto in `web-engine.ts`, threads in the agent's `node-engine.ts`. */
export interface Engine {
  /** How many segments are worth having under way at once. */
  readonly lanes: number;
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
