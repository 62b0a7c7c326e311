import { type Bytes, concat, toHex, utf8 } from "../../bytes.js";
import { type Edit, edited } from "../package/markup.js";
import type { PdfDocument } from "./document.js";
import { asBytes, pdfUnsupported } from "./pdf.js";
import { type Dictionary, lookUp } from "./values.js";

/** What is written behind a PDF so that it becomes another, all of it as it was before included (ISO 32000-1, 7.5.6). */

/** An object in place of the one of that number, or a new one. */
export interface NewObject {
  readonly number: number;
  readonly generation: number;
  readonly body: Bytes;
}

interface PlacedObject extends NewObject {
  readonly offset: number;
}

/** By this an update of ours is found again. */
export const updateMark = "\n% label by Sealwright\n";
/** What a table has room for, in digits, and a stream in bytes. */
const maxOffset = { table: 10 ** 10, stream: 2 ** 40 };

const byNumber = (a: NewObject, b: NewObject): number => a.number - b.number;

/**
 * The bytes that are to stand behind the file.
 * @param info - the dictionary of information, where the file had none. The same is always written for the same.
 */
export async function encodeUpdate(
  document: PdfDocument,
  objects: readonly NewObject[],
  info: number | null,
): Promise<Bytes> {
  const pieces: Bytes[] = [asBytes(updateMark)];
  let offset = document.source.size + updateMark.length;
  const placed: PlacedObject[] = [];
  for (const object of [...objects].sort(byNumber)) {
    const { number, generation, body } = object;
    const written = concat(asBytes(`${number} ${generation} obj\n`), body, asBytes("\nendobj\n"));
    placed.push({ ...object, offset });
    pieces.push(written);
    offset += written.length;
  }
  const { kind } = document.sections[0]!;
  if (offset > maxOffset[kind]) throw pdfUnsupported("is too long to be labelled");
  const end = await (kind === "table" ? tableOf : streamOf)({ document, placed, info, offset, pieces });
  return concat(...pieces, asBytes(`${end}startxref\n${offset}\n%%EOF\n`));
}

interface Ending {
  readonly document: PdfDocument;
  readonly placed: readonly PlacedObject[];
  readonly info: number | null;
  /** Where it begins. */
  readonly offset: number;
  readonly pieces: readonly Bytes[];
}

/** Objects whose numbers follow each other. */
function runsOf(placed: readonly PlacedObject[]): PlacedObject[][] {
  const runs: PlacedObject[][] = [];
  for (const object of placed) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1)!.number + 1 === object.number) last.push(object);
    else runs.push([object]);
  }
  return runs;
}

const pad = (number: number, digits: number): string => String(number).padStart(digits, "0");

async function tableOf(ending: Ending): Promise<string> {
  const runs = runsOf(ending.placed).map((run) => {
    const rows = run.map(({ offset, generation }) => `${pad(offset, 10)} ${pad(generation, 5)} n \n`);
    return `${run[0]!.number} ${run.length}\n${rows.join("")}`;
  });
  const size = Math.max(ending.document.nextNumber, ...ending.placed.map(({ number }) => number + 1));
  return `xref\n${runs.join("")}trailer\n${await trailerOf(ending, { Size: String(size) })}\n`;
}

/** The table is an object as well, the last one. */
async function streamOf(ending: Ending): Promise<string> {
  const { document, placed, offset } = ending;
  const number = Math.max(document.nextNumber, ...placed.map((object) => object.number + 1));
  const runs = runsOf([...placed, { number, generation: 0, offset, body: new Uint8Array(0) }]);
  const content = runs.flat().map((one) => bigEndian(1, 1) + bigEndian(one.offset, 5) + bigEndian(one.generation, 2));
  const keys = {
    Type: "/XRef",
    Size: String(number + 1),
    W: "[1 5 2]",
    Index: `[${runs.map((run) => `${run[0]!.number} ${run.length}`).join(" ")}]`,
    Length: String(8 * content.length),
  };
  return `${number} 0 obj\n${await trailerOf(ending, keys)}\nstream\n${content.join("")}\nendstream\nendobj\n`;
}

const bigEndian = (value: number, width: number): string =>
  Array.from({ length: width }, (_, i) => String.fromCharCode(Math.floor(value / 256 ** (width - 1 - i)) % 256)).join(
    "",
  );

/** The trailer there was, with other values; what only said where and how its own table lies goes. */
async function trailerOf(ending: Ending, keys: Record<string, string>): Promise<string> {
  const { document, info } = ending;
  const { trailer, text } = document.sections[0]!;
  const wanted: Record<string, string> = {
    ...keys,
    Prev: String(document.newest),
    ...(info === null ? {} : { Info: `${info} 0 R` }),
    ...(await otherId(trailer, text, ending.pieces)),
  };
  const gone = ["XRefStm", "Filter", "DecodeParms", "Length", "W", "Index"].filter((key) => !(key in wanted));
  const changes = new Map<string, string | null>([
    ...Object.entries(wanted),
    ...gone.map((key) => [key, null] as const),
  ]);
  return withKeys(trailer, text, changes);
}

/** A dictionary as it is written, with other values for some keys, or without them; new ones stand at its end. */
export function withKeys(dictionary: Dictionary, text: string, changes: ReadonlyMap<string, string | null>): string {
  const edits: Edit[] = [];
  const has = new Set<string>();
  for (const { key, value, start, end } of dictionary.entries) {
    const to = changes.get(key);
    has.add(key);
    if (to === null) edits.push({ start, end, text: "" });
    else if (to !== undefined) edits.push({ start: value.start, end: value.end, text: ` ${to}` });
  }
  const added = [...changes].filter(([key, value]) => value !== null && !has.has(key));
  const end = dictionary.end - 2;
  edits.push({ start: end, end, text: added.map(([key, value]) => ` /${key} ${value}`).join("") });
  const { start } = dictionary;
  const inner = edits.map((one) => ({ ...one, start: one.start - start, end: one.end - start }));
  return edited(text.slice(start, dictionary.end), inner);
}

/** The second half of a file's identity follows what is in it. */
async function otherId(trailer: Dictionary, text: string, pieces: readonly Bytes[]): Promise<Record<string, string>> {
  const id = lookUp(trailer, "ID");
  const [first, second] = id?.kind === "array" ? id.items : [];
  if (first?.kind !== "string" || second?.kind !== "string") return {};
  const digest = await crypto.subtle.digest("SHA-256", concat(utf8(second.text), ...pieces));
  return { ID: `[${text.slice(first.start, first.end)} <${toHex(new Uint8Array(digest, 0, 16))}>]` };
}
