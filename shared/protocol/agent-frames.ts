import { ByteReader, type Bytes, concat, fromBase64url, toBase64url, u32le, u64le } from "../bytes.js";
import { RightsError } from "../errors.js";
import { jobIdBytes, maxSliceBytes } from "./agent-limits.js";

/**
 * A piece of content with what it belongs to: id of the request (u32), job (24 bytes), place in the file (u64), and then the
 * content itself. Numbers are little-endian, as in our files.
 */
export interface Slice {
  readonly id: number;
  readonly job: string;
  /** In bytes, from the beginning of the file. */
  readonly offset: number;
  readonly bytes: Bytes;
}

const headBytes = 4 + jobIdBytes + 8;
export const maxFrameBytes = headBytes + maxSliceBytes;

export const encodeSlice = ({ id, job, offset, bytes }: Slice): Bytes =>
  concat(u32le(id), fromBase64url(job, "request-malformed"), u64le(BigInt(offset)), bytes);

/** The bytes are shown where they lie. @throws RightsError `request-malformed`. */
export function parseSlice(frame: Bytes): Slice {
  if (frame.length > maxFrameBytes) throw new RightsError("request-malformed", "the slice is too long");
  const reader = new ByteReader(frame, "request-malformed");
  const id = reader.u32();
  const job = toBase64url(reader.take(jobIdBytes));
  const offset = Number(reader.u64());
  if (!Number.isSafeInteger(offset)) throw new RightsError("request-malformed", "there is no such place in a file");
  return { id, job, offset, bytes: frame.subarray(reader.offset) };
}
