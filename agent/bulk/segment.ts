import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Bytes } from "../../shared/bytes.js";
import { tagBytes } from "../../shared/crypto/content-layout.js";
import { segmentNonce } from "../../shared/crypto/engine.js";

/** One segment to seal, to open or to check, where it lies; `key` is the segment key of its file. */
export interface SegmentTask {
  readonly kind: "seal" | "open" | "check";
  readonly key: Bytes;
  readonly index: number;
  readonly last: boolean;
  /** They are changed; to be sealed they need room for a tag behind them in their buffer. */
  readonly bytes: Bytes;
}

export interface SegmentResult {
  /** In the same buffer: sealed or opened; as they were after a check. */
  readonly bytes: Bytes;
  /** SHA-256 of the sealed bytes; `null` when the tag did not fit: then `bytes` are empty. */
  readonly hash: Bytes | null;
}

/** What is read, encrypted, hashed and written in pieces of this size never leaves the processor's cache meanwhile. */
const updateBytes = 64 * 1024;

function* piecesOf(bytes: Bytes): Generator<[number, Bytes]> {
  for (let at = 0; at < bytes.length; at += updateBytes) yield [at, bytes.subarray(at, at + updateBytes)];
}

function seal({ key, index, last, bytes }: SegmentTask): SegmentResult {
  const cipher = createCipheriv("aes-256-gcm", key, segmentNonce(index, last));
  const hash = createHash("sha256");
  for (const [at, piece] of piecesOf(bytes)) {
    bytes.set(cipher.update(piece), at);
    hash.update(piece);
  }
  cipher.final();
  const sealed = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + tagBytes);
  sealed.set(cipher.getAuthTag(), bytes.length);
  hash.update(sealed.subarray(bytes.length));
  return { bytes: sealed, hash: Uint8Array.from(hash.digest()) };
}

function open({ kind, key, index, last, bytes }: SegmentTask): SegmentResult {
  const nothing = { bytes: bytes.subarray(0, 0), hash: null };
  if (bytes.length < tagBytes) return nothing;
  const plaintext = bytes.subarray(0, bytes.length - tagBytes);
  const tag = bytes.subarray(plaintext.length);
  const decipher = createDecipheriv("aes-256-gcm", key, segmentNonce(index, last), { authTagLength: tagBytes });
  decipher.setAuthTag(tag);
  const hash = createHash("sha256");
  for (const [at, piece] of piecesOf(plaintext)) {
    hash.update(piece);
    const opened = decipher.update(piece);
    if (kind === "open") plaintext.set(opened, at);
  }
  try {
    decipher.final();
  } catch {
    return nothing; // the tag does not fit: nothing of it leaves
  }
  return { bytes: plaintext, hash: Uint8Array.from(hash.update(tag).digest()) };
}

export const runSegment = (task: SegmentTask): SegmentResult => (task.kind === "seal" ? seal(task) : open(task));
