import { readdirSync, readFileSync } from "node:fs";
import { type ByteSource, type Bytes, fromHex } from "../shared/bytes.js";
import { RightsError, type RightsErrorCode } from "../shared/errors.js";

/** One case: the file's name says which rule it is about. Other members depend on the kind. */
export type Vector<Members = object> = Members & {
  name: string;
  comment: string;
  /** Where the rule stands. */
  spec: string;
  /** "success" or the code it is refused with. */
  expect: "success" | RightsErrorCode;
};

const folder = new URL("./vectors/", import.meta.url);

/** All cases of `test/vectors/<kind>/`, each a JSON file of its own. */
export function vectors<Members = object>(kind: string): Vector<Members>[] {
  const files = readdirSync(new URL(`${kind}/`, folder)).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => ({
    ...JSON.parse(readFileSync(new URL(`${kind}/${file}`, folder), "utf8")),
    name: file.slice(0, -".json".length),
  }));
}

/** A file of `test/vectors/` as it is, for example "encodings/pl.xml". */
export const vectorFile = (path: string): Bytes => new Uint8Array(readFileSync(new URL(path, folder)));

/** The member `file`, with `zeros` zero bytes behind it. */
export function fileOf({ file, zeros = 0 }: { file: string; zeros?: number }): Bytes {
  const bytes = new Uint8Array(file.length / 2 + zeros);
  bytes.set(fromHex(file));
  return bytes;
}

/** What came of it: "success", or the code of a `RightsError`. Any other error is the test's failure. */
export async function outcome(work: Promise<unknown>): Promise<"success" | RightsErrorCode> {
  try {
    await work;
    return "success";
  } catch (error) {
    if (error instanceof RightsError) return error.code;
    throw error;
  }
}

/** A source that refuses to be read outside of its bounds, and counts what was read. */
export function strictSource(bytes: Bytes): ByteSource & { readBytes: number } {
  return {
    size: bytes.length,
    readBytes: 0,
    async read(offset, length) {
      const inside = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0;
      if (!inside || offset + length > bytes.length) throw new Error(`read of ${length} at ${offset}`);
      this.readBytes += length;
      return bytes.slice(offset, offset + length);
    },
  };
}

/** The bytes as a stream in pieces of `size`, the last perhaps shorter. */
export async function* inPieces(bytes: Bytes, size: number): AsyncGenerator<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}
