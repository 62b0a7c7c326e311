import { type ByteSource, type Bytes, concat, newMemory } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { bulkBytes } from "../bulk/node-engine.js";
import { fileError } from "./file-errors.js";
import type { OpenFile } from "./file-ops.js";
import { shown } from "./names.js";

/** Writes all of `bytes` at `position`; short writes are continued. @returns the position after them. */
export async function writeAll(file: OpenFile, bytes: Bytes, position: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) done += await file.write(bytes.subarray(done), position + done);
  return position + done;
}

/** Writes all of `bytes` behind what was written so before. */
export async function append(file: OpenFile, bytes: Bytes): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += await file.write(bytes.subarray(done), null);
}

/** Everything in a small file, and at most about `limit` bytes. */
export async function readAll(file: OpenFile, limit: number): Promise<Bytes> {
  const pieces: Bytes[] = [];
  for (let position = 0; position < limit; ) {
    const piece = new Uint8Array(4096);
    const got = await file.read(piece, position);
    if (got === 0) break;
    pieces.push(piece.subarray(0, got));
    position += got;
  }
  return concat(...pieces);
}

/** Fills `bytes` from `offset`; short reads are continued. Throws `file-changed` where there are fewer. */
async function readExactly(file: OpenFile, path: string, offset: number, bytes: Bytes): Promise<Bytes> {
  const { length } = bytes;
  try {
    for (let done = 0; done < length; ) {
      const got = await file.read(bytes.subarray(done), offset + done);
      if (got === 0) throw new RightsError("file-changed", `${shown(path)} became shorter while it was read`);
      done += got;
    }
  } catch (error) {
    throw fileError(error, path, "read");
  }
  return bytes;
}

/** @param size - what the file holds, in bytes; @param path - how it is called in errors. */
export const sourceOfFile = (file: OpenFile, path: string, size: number): ByteSource => ({
  size,
  ...(file.number !== undefined && size >= bulkBytes && { place: { file: file.number, offset: 0 } }),
  read: (offset, length, take = newMemory) => readExactly(file, path, offset, take(length)),
});
