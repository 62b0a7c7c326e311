import type { Bytes } from "../../shared/bytes.js";
import { utf8 } from "../../shared/bytes.js";
import { headBytes, kindOf } from "../../shared/format/kind.js";
import type { SavedWork } from "./saved-work.js";

/** So far from its end a package may have its directory, and a PDF its mark. */
const tailBytes = 66_000;
const directoryEnd = Uint8Array.of(0x50, 0x4b, 5, 6);
const pdfEnd = utf8("%%EOF");

function holds(bytes: Bytes, mark: Bytes): boolean {
  for (let at = bytes.lastIndexOf(mark[0]!); at >= 0; at = at > 0 ? bytes.lastIndexOf(mark[0]!, at - 1) : -1)
    if (mark.every((byte, i) => bytes[at + i] === byte)) return true;
  return false;
}

/**
 * Whether what was saved can be all of it: a program that was killed while it wrote leaves half a file, which must not take
 * the place of a whole one. Of a package and a PDF the end tells, of pictures only the beginning, of a text nothing.
 * @param name - of the clear file.
 */
export async function isWhole(work: SavedWork, name: string, container: "pfile" | "office"): Promise<boolean> {
  const { size } = work;
  const head = await work.read(0, Math.min(size, headBytes));
  const kind = kindOf(name, head, size);
  if (container === "office" && kind.container !== "office") return false;
  if (kind.note !== undefined) return false; // not what its name promises
  const tail = await work.read(Math.max(0, size - tailBytes), Math.min(size, tailBytes));
  if (kind.container === "office") return holds(tail, directoryEnd);
  return kind.extension.toLowerCase() !== ".pdf" || holds(tail, pdfEnd);
}
