import { type ByteSource, type Bytes, concat } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { fileError } from "./file-errors.js";
import type { OpenFile } from "./file-ops.js";
import { shown } from "./names.js";

/** Writes all of `bytes` at `position`; short writes are continued. @returns the position after them. */
export async function writeAll(file: OpenFile, bytes: Bytes, position: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) done += await file.write(bytes.subarray(done), position + done);
  return position + done;
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

/** `length` bytes from `offset`; short reads are continued. Throws `file-changed` where there are fewer. */
async function readExactly(file: OpenFile, path: string, offset: number, length: number): Promise<Bytes> {
  const bytes = new Uint8Array(length);
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
  read: (offset, length) => readExactly(file, path, offset, length),
});
