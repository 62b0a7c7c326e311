import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Bytes } from "../../shared/bytes.js";
import { segmentNonce } from "../../shared/crypto/engine.js";

/** One segment to seal or to open; `key` is the segment key of its file. */
export interface SegmentTask {
  readonly kind: "seal" | "open";
  readonly key: Bytes;
  readonly index: number;
  readonly last: boolean;
  readonly bytes: Bytes;
}

export interface SegmentResult {
  readonly bytes: Bytes;
  /** SHA-256 of the sealed bytes. */
  readonly hash: Bytes;
}

const tagBytes = 16;
/** Small updates stay in the processor's cache: a third faster than one of 1 MiB. */
const updateBytes = 32 * 1024;

const hashOf = (sealed: Bytes): Bytes => Uint8Array.from(createHash("sha256").update(sealed).digest());

function transform(cipher: { update(input: Uint8Array): Buffer }, from: Bytes, to: Bytes): void {
  for (let at = 0; at < from.length; at += updateBytes) to.set(cipher.update(from.subarray(at, at + updateBytes)), at);
}

function seal({ key, index, last, bytes }: SegmentTask): SegmentResult {
  const cipher = createCipheriv("aes-256-gcm", key, segmentNonce(index, last));
  const sealed = new Uint8Array(bytes.length + tagBytes);
  transform(cipher, bytes, sealed);
  cipher.final();
  sealed.set(cipher.getAuthTag(), bytes.length);
  return { bytes: sealed, hash: hashOf(sealed) };
}

function open({ key, index, last, bytes }: SegmentTask): SegmentResult | null {
  if (bytes.length < tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, segmentNonce(index, last), { authTagLength: tagBytes });
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const plaintext = new Uint8Array(bytes.length - tagBytes);
  transform(decipher, bytes.subarray(0, plaintext.length), plaintext);
  try {
    decipher.final();
  } catch {
    return null; // the tag does not fit: nothing of it leaves
  }
  return { bytes: plaintext, hash: hashOf(bytes) };
}

export const runSegment = (task: SegmentTask): SegmentResult | null => (task.kind === "seal" ? seal(task) : open(task));
