import type { ByteSource, Bytes } from "../../bytes.js";
import { readGrowing, readObject, readRaw } from "./objects.js";
import { asText, maxStreamBytes, pdfMalformed } from "./pdf.js";
import { decodeStream } from "./streams.js";
import { countIn, type Dictionary, lookUp, parseValue, skipSpace } from "./values.js";

/** Where the objects of a PDF lie: tables or streams, each with what was there before it (ISO 32000-1, 7.5.4 to 7.5.8). */

export type Place =
  | { readonly in: "nowhere" }
  | { readonly in: "file"; readonly offset: number; readonly generation: number }
  /** The `index`-th object in a stream of objects. */
  | { readonly in: "stream"; readonly stream: number; readonly index: number };

export interface Section {
  readonly kind: "table" | "stream";
  readonly trailer: Dictionary;
  /** In which the places of `trailer` are. */
  readonly text: string;
  /** `null`: it says nothing of that object. */
  find(object: number): Promise<Place | null>;
  /** Behind the highest number that it speaks of. */
  readonly next: number;
  /** Where all objects lie that it says lie in the file; none where it speaks of more than `limit`. */
  offsets(limit: number): Promise<number[]>;
}

/** Runs of objects with numbers one behind the other. */
interface Run {
  readonly first: number;
  readonly count: number;
  readonly at: number;
}

const nowhere: Place = { in: "nowhere" };
/** Of all sections together. */
const maxRuns = 100_000;
const maxSections = 4096;
const maxObjectNumber = 1 << 24;
const entryBytes = 20;
const runAt = /(\d{1,10})[ \t]+(\d{1,10})[ \t]*(?:\r\n|\r|\n)/y;
const entry = /^(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)$/;

/** What all sections of one file may take. */
class Budget {
  runs = maxRuns;
  streamBytes = 4 * maxStreamBytes;
}

async function readTable(source: ByteSource, offset: number, budget: Budget): Promise<Section> {
  const runs: Run[] = [];
  let at = offset + (await readGrowing(source, offset, (text) => text.indexOf("xref") + "xref".length));
  for (let run = await readRun(source, at); run !== null; run = await readRun(source, at)) {
    if (--budget.runs < 0) throw pdfMalformed("its table of objects is longer than any");
    runs.push(run);
    at = run.at + run.count * entryBytes;
  }
  const { text, trailer } = await readGrowing(source, at, parseTrailer);
  const read = async (place: number) => placeIn(asText(await source.read(place, entryBytes)));
  return { kind: "table", text, trailer, ...lookingIn(runs, entryBytes, read) };
}

/** `null` where the trailer begins. */
async function readRun(source: ByteSource, at: number): Promise<Run | null> {
  const head = asText(await source.read(at, Math.min(64, source.size - at)));
  runAt.lastIndex = skipSpace(head, 0);
  if (head.startsWith("trailer", runAt.lastIndex)) return null;
  const found = runAt.exec(head);
  if (found === null) throw pdfMalformed("its table of objects is none");
  const run = { first: Number(found[1]), count: Number(found[2]), at: at + runAt.lastIndex };
  if (run.at + run.count * entryBytes >= source.size || run.first + run.count > maxObjectNumber)
    throw pdfMalformed("its table of objects is longer than the file");
  return run;
}

function parseTrailer(text: string): { text: string; trailer: Dictionary } {
  const trailer = parseValue(text, text.indexOf("trailer") + "trailer".length);
  if (trailer.kind !== "dictionary") throw pdfMalformed("its trailer is none");
  return { text, trailer };
}

function placeIn(row: string): Place {
  const [, offset, generation, kind] = entry.exec(row) ?? [];
  if (kind === undefined) throw pdfMalformed("its table of objects is none");
  return kind === "f" ? nowhere : { in: "file", offset: Number(offset), generation: Number(generation) };
}

/** @param read - the entry that stands at a place. */
function lookingIn(
  runs: readonly Run[],
  width: number,
  read: (at: number) => Place | Promise<Place>,
): Pick<Section, "next" | "find" | "offsets"> {
  return {
    next: runs.reduce((next, { first, count }) => Math.max(next, first + count), 0),
    async find(object: number): Promise<Place | null> {
      const run = runs.find(({ first, count }) => object >= first && object < first + count);
      return run === undefined ? null : read(run.at + (object - run.first) * width);
    },
    async offsets(limit: number): Promise<number[]> {
      if (runs.reduce((sum, { count }) => sum + count, 0) > limit) return [];
      const offsets: number[] = [];
      for (const { count, at } of runs)
        for (let i = 0; i < count; i++) {
          const place = await read(at + i * width);
          if (place.in === "file") offsets.push(place.offset);
        }
      return offsets;
    },
  };
}

async function readStream(source: ByteSource, offset: number, budget: Budget): Promise<Section> {
  const object = await readObject(source, offset, null);
  const { text, value: trailer } = object;
  if (trailer.kind !== "dictionary") throw pdfMalformed("its table of objects is none");
  const type = lookUp(trailer, "Type");
  if (type?.kind !== "name" || type.text !== "XRef") throw pdfMalformed("its table of objects is none");
  const raw = await readRaw(source, object, countIn(trailer, "Length") ?? 0);
  const bytes = await decodeStream(trailer, raw, Math.max(0, budget.streamBytes));
  budget.streamBytes -= bytes.length;
  const widths = numbersIn(trailer, "W") ?? [];
  const width = widths.reduce((sum, one) => sum + one, 0);
  if (widths.length !== 3 || widths.some((one) => one > 6) || width === 0)
    throw pdfMalformed("its table of objects is none");
  const runs = runsIn(trailer, width);
  budget.runs -= runs.length;
  if (budget.runs < 0) throw pdfMalformed("its table of objects is longer than any");
  return { kind: "stream", text, trailer, ...lookingIn(runs, width, (at) => placeOf(bytes, at, widths)) };
}

function numbersIn(dictionary: Dictionary, key: string): number[] | null {
  const value = lookUp(dictionary, key);
  if (value === null) return null;
  const numbers = value.kind === "array" ? value.items.map((item) => (item.kind === "number" ? item.value : -1)) : [-1];
  if (!numbers.every((one) => Number.isInteger(one) && one >= 0)) throw pdfMalformed(`its ${key} is none`);
  return numbers;
}

function runsIn(trailer: Dictionary, width: number): Run[] {
  const index = numbersIn(trailer, "Index") ?? [0, countIn(trailer, "Size") ?? 0];
  const runs: Run[] = [];
  for (let i = 0, at = 0; i + 1 < index.length; i += 2) {
    const [first, count] = [index[i]!, index[i + 1]!];
    runs.push({ first, count, at });
    at += count * width;
  }
  return runs;
}

function placeOf(bytes: Bytes, at: number, [typeWidth, second, third]: readonly number[]): Place {
  const field = (from: number, width: number) => {
    if (from + width > bytes.length) throw pdfMalformed("its table of objects ends too early");
    return bytes.subarray(from, from + width).reduce((sum, byte) => sum * 256 + byte, 0);
  };
  const type = typeWidth === 0 ? 1 : field(at, typeWidth!);
  const [a, b] = [field(at + typeWidth!, second!), field(at + typeWidth! + second!, third!)];
  if (type === 1) return { in: "file", offset: a, generation: b };
  return type === 2 ? { in: "stream", stream: a, index: b } : nowhere;
}

const isTable = (text: string): boolean => text.startsWith("xref", skipSpace(text, 0));

/** The newest first; behind one that old programs read stands what it hides from them. */
export async function readSections(source: ByteSource, newest: number): Promise<Section[]> {
  const budget = new Budget();
  const sections: Section[] = [];
  const seen = new Set<number>();
  const read = async (offset: number): Promise<Dictionary> => {
    if (seen.has(offset) || seen.size >= maxSections) throw pdfMalformed("its tables of objects go in a circle");
    seen.add(offset);
    const table = await readGrowing(source, offset, isTable);
    const section = await (table ? readTable : readStream)(source, offset, budget);
    sections.push(section);
    return section.trailer;
  };
  for (let offset: number | null = newest; offset !== null; ) {
    const trailer: Dictionary = await read(offset);
    const hidden = countIn(trailer, "XRefStm");
    if (hidden !== null) await read(hidden);
    offset = countIn(trailer, "Prev");
  }
  return sections;
}
