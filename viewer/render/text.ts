import type { Bytes } from "../../shared/bytes.js";

/** What a text is read as: its mark says it, else UTF-8, else what Windows wrote before that. */
export function decodeText(bytes: Bytes): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

const tab = 8;

/** Lines as they stand in the text, with tabs as the spaces they stand for. */
export const linesOf = (text: string): string[] =>
  text.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => {
    if (!line.includes("\t")) return line;
    let out = "";
    for (const part of line.split(/(\t)/)) out += part === "\t" ? " ".repeat(tab - (out.length % tab)) : part;
    return out;
  });

/** Says how wide a piece of a line is. */
export type Measure = (text: string) => number;

const ascii = /^[ -~]*$/;

/**
 * A line in pieces that are at most `width` wide, broken behind a space where there is one.
 * @param letter - how wide one letter of ASCII is: all of them are the same.
 */
export function wrapLine(line: string, width: number, letter: number, measure: Measure): string[] {
  const pieces: string[] = [];
  let rest = line;
  for (;;) {
    const fits = fittingPart(rest, width, letter, measure);
    if (fits >= rest.length) break;
    const space = rest.lastIndexOf(" ", fits);
    const end = space > 0 ? space + 1 : Math.max(1, fits);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}

/** How many characters from the beginning have room; never half of a pair. */
function fittingPart(text: string, width: number, letter: number, measure: Measure): number {
  const most = Math.floor(width / letter);
  const head = text.slice(0, 4 * most);
  if (ascii.test(head)) return most;
  let [low, high] = [0, head.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(head.slice(0, middle)) <= width) low = middle;
    else high = middle - 1;
  }
  const isHalf = low < text.length && /[\ud800-\udbff]/.test(text[low - 1] ?? "");
  return isHalf ? low - 1 : low;
}
