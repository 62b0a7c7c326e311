import type { ByteSource, Bytes } from "../../bytes.js";
import { asText, maxObjectBytes, maxStreamBytes, pdfMalformed } from "./pdf.js";
import { parseValue, skipSpace, type Value } from "./values.js";

/** Objects as they stand in a PDF: `12 0 obj … endobj` (ISO 32000-1, 7.3.10). */

/** One object, read. */
export interface PdfObject {
  readonly number: number;
  readonly generation: number;
  /** As it is written; the places in `value` are places in it. */
  readonly text: string;
  readonly value: Value;
  /** Where its stream begins in the file; `null` where it has none. */
  readonly streamAt: number | null;
}

const headAt = /(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+obj(?![A-Za-z])/y;
const streamAt = /stream(\r\n|\n)/y;
const firstWindow = 4096;

/**
 * Reads what stands at a place with ever more of the file in view, until `parse` finds what it looks for.
 * @throws RightsError what `parse` throws with all in view that such a thing may have.
 */
export async function readGrowing<T>(source: ByteSource, offset: number, parse: (text: string) => T): Promise<T> {
  if (offset < 0 || offset >= source.size) throw pdfMalformed("it names a place beyond its end");
  for (let window = firstWindow; ; window *= 4) {
    const length = Math.min(window, source.size - offset);
    const text = asText(await source.read(offset, length));
    try {
      return parse(text);
    } catch (error) {
      if (length < window || window >= maxObjectBytes) throw error;
    }
  }
}

/** The object at a place, which the table says has that number. @throws RightsError `pdf-malformed`. */
export const readObject = (source: ByteSource, offset: number, number: number | null): Promise<PdfObject> =>
  readGrowing(source, offset, (text) => parseObject(text, offset, number));

function parseObject(text: string, offset: number, wanted: number | null): PdfObject {
  headAt.lastIndex = skipSpace(text, 0);
  const head = headAt.exec(text);
  if (head === null) throw pdfMalformed("an object is not where its table says");
  const number = Number(head[1]);
  if (wanted !== null && number !== wanted) throw pdfMalformed("an object is not where its table says");
  const value = parseValue(text, headAt.lastIndex);
  const behind = skipSpace(text, value.end);
  const object = { number, generation: Number(head[2]), text, value };
  streamAt.lastIndex = behind;
  if (value.kind === "dictionary" && streamAt.test(text)) return { ...object, streamAt: offset + streamAt.lastIndex };
  if (!text.startsWith("endobj", behind)) throw pdfMalformed("an object has no end");
  return { ...object, streamAt: null };
}

/** The bytes of a stream as they are packed. @param length - as its dictionary says. */
export async function readRaw(source: ByteSource, { streamAt: from }: PdfObject, length: number): Promise<Bytes> {
  if (from === null) throw pdfMalformed("an object that should be a stream is none");
  if (length > maxStreamBytes) throw pdfMalformed("a stream in it is longer than any");
  if (from + length > source.size) throw pdfMalformed("a stream lies outside");
  const behind = asText(await source.read(from + length, Math.min(16, source.size - from - length)));
  if (!/^[\0\t\n\f\r ]*endstream/.test(behind)) throw pdfMalformed("a stream does not end where it says");
  return source.read(from, length);
}
