import { type Bytes, collect, sourceOf, streamOf } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { inflated } from "../deflate.js";
import { maxStreamBytes, pdfMalformed, pdfUnsupported } from "./pdf.js";
import { countIn, type Dictionary, lookUp, type Value } from "./values.js";

/** What a stream of a PDF holds (ISO 32000-1, 7.4): as it is, or deflated, with or without a PNG predictor. */

const pieceBytes = 4096;

/** @param limit - of what comes out, in bytes. @throws RightsError `pdf-malformed`, `pdf-unsupported`. */
export async function decodeStream(dictionary: Dictionary, raw: Bytes, limit = maxStreamBytes): Promise<Bytes> {
  const filter = onlyOne(lookUp(dictionary, "Filter"));
  if (filter === null) return raw;
  if (filter.kind !== "name" || !["FlateDecode", "Fl"].includes(filter.text))
    throw pdfUnsupported("is packed in a way that is not read here");
  const parameters = onlyOne(lookUp(dictionary, "DecodeParms") ?? lookUp(dictionary, "DP"));
  const inflated = await inflate(raw, limit);
  return parameters?.kind === "dictionary" ? withoutPredictor(inflated, parameters) : inflated;
}

function onlyOne(value: Value | null): Value | null {
  if (value?.kind === "word" && value.text === "null") return null;
  if (value?.kind !== "array") return value;
  if (value.items.length > 1) throw pdfUnsupported("is packed several times over");
  return onlyOne(value.items[0] ?? null);
}

async function inflate(packed: Bytes, limit: number): Promise<Bytes> {
  try {
    return await collect(inflated(streamOf(sourceOf(packed), pieceBytes), "deflate"), limit);
  } catch (cause) {
    if (cause instanceof RightsError) throw pdfMalformed("a stream in it is longer than any", cause);
    throw pdfMalformed("a stream in it cannot be unpacked", cause);
  }
}

function withoutPredictor(bytes: Bytes, parameters: Dictionary): Bytes {
  const predictor = countIn(parameters, "Predictor") ?? 1;
  if (predictor === 1) return bytes;
  const [colors, bits] = [countIn(parameters, "Colors") ?? 1, countIn(parameters, "BitsPerComponent") ?? 8];
  const columns = countIn(parameters, "Columns") ?? 1;
  if (predictor < 10 || colors !== 1 || bits !== 8 || columns === 0 || columns > 1 << 16)
    throw pdfUnsupported("is packed in a way that is not read here");
  return unpredict(bytes, columns);
}

/** Rows of a PNG (ISO/IEC 15948, 9): a type, and what is to be added to what stands on the left and above. */
function unpredict(bytes: Bytes, columns: number): Bytes {
  const rows = Math.floor(bytes.length / (columns + 1));
  const plain = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const type = bytes[row * (columns + 1)]!;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const left = column === 0 ? 0 : plain[at - 1]!;
      const above = row === 0 ? 0 : plain[at - columns]!;
      const corner = row === 0 || column === 0 ? 0 : plain[at - columns - 1]!;
      plain[at] = bytes[row * (columns + 1) + 1 + column]! + predicted(type, left, above, corner);
    }
  }
  return plain;
}

function predicted(type: number, left: number, above: number, corner: number): number {
  if (type === 3) return (left + above) >> 1;
  if (type === 4) return paeth(left, above, corner);
  const simple = [0, left, above][type];
  if (simple === undefined) throw pdfMalformed("a row of a stream is of no known type");
  return simple;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
