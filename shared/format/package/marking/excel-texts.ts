import type { Mark } from "../../marks.js";

/** The text of a header or footer in Excel: three sections and their looks, all in one line of codes (ISO/IEC 29500-1, 18.3.1.46). */

export type Side = "left" | "center" | "right";
export const sides: readonly Side[] = ["left", "center", "right"];
const letters: Readonly<Record<Side, string>> = { left: "L", center: "C", right: "R" };
/** Excel takes no longer ones. */
const maxChars = 255;
/** What begins with a code of size or colour, as marks do and no other last line is likely to. */
const looksLikeMark = /^&(?:\d|K)/;

interface Stretch {
  readonly side: Side;
  /** Where its letter stands, and where its text. */
  readonly start: number;
  readonly textStart: number;
  readonly end: number;
}

/** What stands in front of the first letter is in the middle. Stretches of one side come behind each other. */
function stretchesOf(text: string): Stretch[] {
  const starts: Omit<Stretch, "end">[] = [{ side: "center", start: 0, textStart: 0 }];
  for (const { 0: code, index } of text.matchAll(/&(?:"[^"]*"|.)/gs)) {
    const side = sides.find((one) => letters[one] === code.charAt(1) && code.length === 2);
    if (side !== undefined) starts.push({ side, start: index, textStart: index + 2 });
  }
  const all = starts.map((one, i) => ({ ...one, end: starts[i + 1]?.start ?? text.length }));
  return all.filter(({ textStart, end }) => textStart > 0 || end > 0);
}

/** Size and colour as Excel writes them: `&12&KFF0000`; what would be read as a code is doubled. */
const coded = ({ text, color, fontSize }: Mark): string =>
  `&${fontSize}&K${color.slice(1).toUpperCase()} ${text.replaceAll("&", "&&")}`;

/** What is to stand behind a text so that it has the mark as the last line on that side; as much as there is room for. */
export function addition(text: string, mark: Mark): string {
  const isTaken = stretchesOf(text).some(({ side, textStart, end }) => side === mark.alignment && end > textStart);
  const front = `&${letters[mark.alignment]}${isTaken ? "\n" : ""}`;
  for (let chars = mark.text.length; chars > 0; chars--) {
    const whole = front + coded({ ...mark, text: mark.text.slice(0, chars) });
    if (text.length + whole.length <= maxChars) return whole;
  }
  return "";
}

/** The text without the mark that is the last line on a side; as it is where there is none. */
export function withoutMark(text: string, on: Side): string {
  const last = stretchesOf(text).findLast(({ side }) => side === on);
  if (last === undefined) return text;
  const own = text.slice(last.textStart, last.end);
  const lineEnd = own.lastIndexOf("\n");
  if (!looksLikeMark.test(own.slice(lineEnd + 1))) return text;
  const from = lineEnd <= 0 ? last.start : last.textStart + lineEnd;
  return text.slice(0, from) + text.slice(last.end);
}
