import { pdfMalformed } from "./pdf.js";

/** The values that objects of a PDF are made of, with the places where they stand (ISO 32000-1, 7.3). */

interface Placed {
  readonly start: number;
  readonly end: number;
}

export interface Reference extends Placed {
  readonly kind: "reference";
  readonly object: number;
  readonly generation: number;
}

export interface Dictionary extends Placed {
  readonly kind: "dictionary";
  readonly entries: readonly Entry[];
}

/** A key and its value; it stands from its own slash to the end of the value. */
export interface Entry extends Placed {
  readonly key: string;
  readonly value: Value;
}

export type Value =
  | Reference
  | Dictionary
  | (Placed & { readonly kind: "array"; readonly items: readonly Value[] })
  /** `text`: one character for each byte. */
  | (Placed & { readonly kind: "name" | "string"; readonly text: string })
  | (Placed & { readonly kind: "number"; readonly value: number })
  /** `true`, `false`, `null` and the words around objects. */
  | (Placed & { readonly kind: "word"; readonly text: string });

const maxDepth = 50;
const spaceAt = /(?:[\0\t\n\f\r ]+|%[^\r\n]*)*/y;
const nameAt = /\/([^\0\t\n\f\r ()<>[\]{}/%]*)/y;
const referenceAt = /(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>[\]{}/%])/y;
const numberAt = /[+-]?(?:\d+\.?\d*|\.\d+)(?![^\0\t\n\f\r ()<>[\]{}/%])/y;
const wordAt = /[A-Za-z]+/y;
const hexadecimalAt = /<([\dA-Fa-f\0\t\n\f\r ]*)>/y;
const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

export const skipSpace = (text: string, at: number): number => at + match(spaceAt, text, at)![0].length;

/** The value that begins at `at`, or behind spaces and comments there. @throws RightsError `pdf-malformed`. */
export function parseValue(text: string, at: number, depth = 0): Value {
  const start = skipSpace(text, at);
  if (depth > maxDepth) throw pdfMalformed("it is nested too deeply");
  if (text.startsWith("<<", start)) return parseDictionary(text, start, depth);
  const first = text.charAt(start);
  if (first === "[") return parseArray(text, start, depth);
  if (first === "(") return parseString(text, start);
  return parseSimple(text, start);
}

function parseSimple(text: string, start: number): Value {
  const name = match(nameAt, text, start);
  if (name !== null) return { kind: "name", text: unescapeName(name[1]!), start, end: nameAt.lastIndex };
  const reference = match(referenceAt, text, start);
  if (reference !== null) {
    const [, object, generation] = reference;
    const numbers = { object: Number(object), generation: Number(generation) };
    return { kind: "reference", ...numbers, start, end: referenceAt.lastIndex };
  }
  const number = match(numberAt, text, start);
  if (number !== null) return { kind: "number", value: Number(number[0]), start, end: numberAt.lastIndex };
  const hexadecimal = match(hexadecimalAt, text, start);
  if (hexadecimal !== null)
    return { kind: "string", text: fromHexadecimal(hexadecimal[1]!), start, end: hexadecimalAt.lastIndex };
  const word = match(wordAt, text, start);
  if (word !== null) return { kind: "word", text: word[0], start, end: wordAt.lastIndex };
  throw pdfMalformed("something in it is no value");
}

function parseDictionary(text: string, start: number, depth: number): Dictionary {
  const entries: Entry[] = [];
  const keys = new Set<string>();
  for (let at = skipSpace(text, start + 2); ; ) {
    if (text.startsWith(">>", at)) return { kind: "dictionary", entries, start, end: at + 2 };
    const key = parseSimple(text, at);
    if (key.kind !== "name" || keys.has(key.text)) throw pdfMalformed("a key stands twice, or is none");
    keys.add(key.text);
    const value = parseValue(text, key.end, depth + 1);
    entries.push({ key: key.text, value, start: key.start, end: value.end });
    at = skipSpace(text, value.end);
  }
}

function parseArray(text: string, start: number, depth: number): Value {
  const items: Value[] = [];
  for (let at = skipSpace(text, start + 1); text.charAt(at) !== "]"; at = skipSpace(text, items.at(-1)!.end))
    items.push(parseValue(text, at, depth + 1));
  const end = skipSpace(text, items.at(-1)?.end ?? start + 1) + 1;
  return { kind: "array", items, start, end };
}

/** Round brackets in pairs, or behind a backslash. */
function parseString(text: string, start: number): Value {
  let open = 0;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") at++;
    else if (char === "(") open++;
    else if (char === ")" && --open === 0)
      return { kind: "string", text: unescapeString(text.slice(start + 1, at)), start, end: at + 1 };
  }
  throw pdfMalformed("a text has no end");
}

const unescapeString = (raw: string): string =>
  raw.replace(/\r\n?/g, "\n").replace(/\\(?:([0-7]{1,3})|(\n)|(.?))/gs, (_all, octal, lineEnd, char) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    return lineEnd === undefined ? (escapes[char] ?? char) : "";
  });

const unescapeName = (raw: string): string =>
  raw.replace(/#([\dA-Fa-f]{2})/g, (_all, code) => String.fromCharCode(Number.parseInt(code, 16)));

function fromHexadecimal(raw: string): string {
  const digits = raw.replace(/[^\dA-Fa-f]/g, "");
  const pairs = (digits.length % 2 === 0 ? digits : `${digits}0`).match(/../g) ?? [];
  return pairs.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join("");
}

/** What a key of a dictionary has for a value; `null` where there is none. */
export const lookUp = ({ entries }: Dictionary, key: string): Value | null =>
  entries.find((entry) => entry.key === key)?.value ?? null;

/** A whole number that is none below zero. @throws RightsError `pdf-malformed` where it is anything else. */
export function countIn(dictionary: Dictionary, key: string): number | null {
  const value = lookUp(dictionary, key);
  if (value === null) return null;
  if (value.kind === "number" && Number.isSafeInteger(value.value) && value.value >= 0) return value.value;
  throw pdfMalformed(`its ${key} is no number`);
}
