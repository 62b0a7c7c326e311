import type { Mark } from "../../marks.js";

/** The text of a header or footer in Excel: three sections and their looks, all in one line of codes (ISO/IEC 29500-1, 18.3.1.46). */

export type Side = "left" | "center" | "right";
export const sides: readonly Side[] = ["left", "center", "right"];
const letters: Readonly<Record<Side, string>> = { left: "L", center: "C", right: "R" };
/** Excel takes no longer ones. */
export const maxChars = 255;
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
  for (const { 0: code, index } of codesIn(text)) {
    const side = sides.find((one) => letters[one] === code.charAt(1) && code.length === 2);
    if (side !== undefined) starts.push({ side, start: index, textStart: index + 2 });
  }
  const all = starts.map((one, i) => ({ ...one, end: starts[i + 1]?.start ?? text.length }));
  return all.filter(({ textStart, end }) => textStart > 0 || end > 0);
}

/** Size and colour as Excel writes them: `&12&KFF0000`; what would be read as a code is doubled. */
const coded = ({ text, color, fontSize }: Mark): string =>
  `&${fontSize}&K${color.slice(1).toUpperCase()} ${text.replaceAll("&", "&&")}`;

/**
 * What is to stand behind a text so that it has the mark as the last line on that side; as much as there is room for.
 * @param room - in characters, for both.
 */
export function addition(text: string, mark: Mark, room = maxChars): string {
  const isTaken = stretchesOf(text).some(({ side, textStart, end }) => side === mark.alignment && end > textStart);
  const front = `&${letters[mark.alignment]}${isTaken ? "\n" : ""}`;
  for (let chars = mark.text.length; chars > 0; chars--) {
    const whole = front + coded({ ...mark, text: mark.text.slice(0, chars) });
    if (text.length + whole.length <= room) return whole;
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

const pictureCode = "&G";
/** How much room a picture takes. */
export const pictureChars = 4;
/** What is to stand behind a text so that it has a picture on a side. */
export const pictureOn = (side: Side): string => `&${letters[side]}${pictureCode}`;

const isPicture = (code: string): boolean => code === pictureCode;
const codesIn = (text: string): RegExpExecArray[] => [...text.matchAll(/&(?:"[^"]*"|.)/gs)];

/** A side for a picture, of those that have none: best where there is no text either. `null`: there is no room. */
export function sideForPicture(text: string, isFree: (side: Side) => boolean): Side | null {
  if (text.length + pictureChars > maxChars) return null;
  const stretches = stretchesOf(text);
  const on = (side: Side) =>
    stretches.filter((one) => one.side === side).map(({ textStart, end }) => text.slice(textStart, end));
  const free = (["center", "left", "right"] as const).filter(
    (side) => isFree(side) && !on(side).some((own) => codesIn(own).some(([code]) => isPicture(code))),
  );
  return free.find((side) => on(side).join("") === "") ?? free[0] ?? null;
}

/** The text without the picture that is the last on a side; as it is where there is none. */
export function withoutPicture(text: string, on: Side): string {
  const stretches = stretchesOf(text).filter(({ side }) => side === on);
  for (const { start, textStart, end } of stretches.reverse()) {
    const own = text.slice(textStart, end);
    const at = codesIn(own).findLast(([code]) => isPicture(code))?.index;
    if (at === undefined) continue;
    if (own === pictureCode) return text.slice(0, start) + text.slice(end);
    return text.slice(0, textStart + at) + text.slice(textStart + at + pictureCode.length);
  }
  return text;
}
