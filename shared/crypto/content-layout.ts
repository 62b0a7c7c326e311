import { type Bytes, concat, equalBytes, utf8 } from "../bytes.js";
import { RightsError } from "../errors.js";
import type { ContentKey } from "./keys.js";

/** Plaintext bytes of every segment but the last. */
export const segmentBytes = 1 << 20;
export const tagBytes = 16;
export const sealedSegmentBytes = segmentBytes + tagBytes;
export const headerBytes = 64;
export const saltBytes = 16;
/** Content over 2^40 bytes is refused: no file system this runs on could hold it, and every number stays exact. */
export const maxContentBytes = 2 ** 40;

const magic = concat(utf8("SWC1"), Uint8Array.of(0x14), new Uint8Array(11));
const commitInfo = utf8("sealwright/commit/v1");
const segmentInfo = utf8("sealwright/segment/v1");

/** How many segments hold `plaintextBytes`: at least one, and never an empty one behind a full one. */
export const segmentCount = (plaintextBytes: number): number => Math.max(1, Math.ceil(plaintextBytes / segmentBytes));

/** Length of header and segments for a plaintext length, both in bytes; the trailer comes on top. */
export const sealedSize = (plaintextBytes: number): number =>
  headerBytes + plaintextBytes + segmentCount(plaintextBytes) * tagBytes;

/**
 * Plaintext length of `sealedBytes` of segments (without header and trailer).
 * @throws RightsError `content-damaged` where no plaintext has that length.
 */
export function plaintextSize(sealedBytes: number): number {
  const segments = Math.max(1, Math.ceil(sealedBytes / sealedSegmentBytes));
  const size = sealedBytes - segments * tagBytes;
  if (size < 0 || size > maxContentBytes || segmentCount(size) !== segments) throw damaged();
  return size;
}

export const damaged = (cause?: unknown): RightsError =>
  new RightsError("content-damaged", "the content is not as it was protected; ask for a new copy", { cause });

export const segmentKeyInfo = (licenseDigest: Bytes): Bytes => concat(segmentInfo, licenseDigest);

async function commitment(key: ContentKey, salt: Bytes, licenseDigest: Bytes): Promise<Bytes> {
  const hkdf = { name: "HKDF", hash: "SHA-256", salt, info: concat(commitInfo, licenseDigest) };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, key, 256));
}

/** The 64 bytes in front: magic, `salt`, and the commitment to key and license. */
export const encodeHeader = async (key: ContentKey, salt: Bytes, licenseDigest: Bytes): Promise<Bytes> =>
  concat(magic, salt, await commitment(key, salt, licenseDigest));

/**
 * The salt of a header that was made with this very key for this very license.
 * @throws RightsError `content-damaged`: other magic, or key, license and content do not belong together (threat T5).
 */
export async function checkHeader(header: Bytes, key: ContentKey, licenseDigest: Bytes): Promise<Bytes> {
  if (header.length !== headerBytes || !equalBytes(header.subarray(0, magic.length), magic)) throw damaged();
  const salt = header.slice(magic.length, magic.length + saltBytes);
  if (!equalBytes(header.subarray(32), await commitment(key, salt, licenseDigest))) throw damaged();
  return salt;
}
