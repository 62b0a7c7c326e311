import { basename } from "node:path";
import { utf8 } from "../../shared/bytes.js";

/** The longest name that the usual file systems hold, in bytes of UTF-8. */
export const nameLimitBytes = 255;
const extensionLimitBytes = 64;
const triesLimit = 1000;

/** A file's name for a sentence: characters that would break or steer a terminal are spelled out. */
export const shown = (path: string): string =>
  basename(path).replace(
    /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  ) || path;

/** The part that must stay for the name to say what the file is: `.ptxt`, and for the generic format `.dwg.pfile`. */
function extensionOf(name: string): string {
  const match = /(?<=.)(?:\.[^.\s]+)?\.pfile$/i.exec(name) ?? /(?<=.)\.[^.]*$/.exec(name);
  const extension = match?.[0] ?? "";
  if (utf8(extension).length <= extensionLimitBytes) return extension;
  return /\.[^.]{1,20}$/.exec(extension)?.[0] ?? "";
}

/** The beginning of `text` that fits into `limit` bytes, in whole characters as people see them. */
function cut(text: string, limit: number): string {
  if (utf8(text).length <= limit) return text;
  let bytes = 0;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += utf8(segment).length;
    if (bytes > limit) break;
    kept += segment;
  }
  return kept;
}

/** `name` with ` (n)` before its extension (n > 1), shortened before that where it would exceed the limit. */
export function numberedName(name: string, n: number, limitBytes = nameLimitBytes): string {
  const extension = extensionOf(name);
  const ending = n > 1 ? ` (${n})${extension}` : extension;
  const stem = name.slice(0, name.length - extension.length);
  return cut(stem, limitBytes - utf8(ending).length) + ending;
}

/** `name` with ` (words)` before its extension: a copy beside it that must not be taken for it. */
export function taggedName(name: string, words: string, limitBytes = nameLimitBytes): string {
  const extension = extensionOf(name);
  const ending = ` (${words})${extension}`;
  return cut(name.slice(0, name.length - extension.length), limitBytes - utf8(ending).length) + ending;
}

/** The names to try, in order: each of `wanted`, then the last with (2), (3) … up to a bound. */
export function* candidateNames(wanted: readonly string[]): Generator<string> {
  for (const name of wanted) yield numberedName(name, 1);
  const last = wanted.at(-1);
  if (last !== undefined) for (let n = 2; n <= triesLimit; n++) yield numberedName(last, n);
}

/** Where a file of job `id` is written until it is whole. */
export const temporaryName = (id: string): string => `.${id}.seal-tmp`;
/** Where the original of job `id` waits, out of the way, until it is certain that it can go. */
export const asideName = (id: string): string => `.${id}.seal-old`;

const ownName = /^\.[0-9a-f-]{32,36}\.seal-(?:tmp|old|claim)$/;
/** Whether a name is one that only this agent gives, and never to a document. */
export const isOwnName = (name: string): boolean => ownName.test(name);
