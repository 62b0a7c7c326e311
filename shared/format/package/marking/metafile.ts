import { type Bytes, concat, u16le, u32le, utf16le } from "../../../bytes.js";
import { letterWidths } from "./letter-widths.js";

/** A line of text as a picture that is drawn anew at each size: an enhanced metafile ([MS-EMF]). */

export interface Line {
  readonly text: string;
  /** `#rrggbb` */
  readonly color: string;
  /** In points; smaller where the line would not fit. */
  readonly fontSize: number;
  readonly isRising: boolean;
}

/** In points. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A unit of the picture is a twentieth of a point, as on a screen of 1440 dots an inch. */
const perPoint = 20;
const perInch = 1440;
const screenInches = 10;
const fontName = "Arial";
/** Of the font's size. */
const capHeight = 0.72;

const type = {
  header: 1,
  end: 14,
  background: 18,
  textAlign: 22,
  textColor: 24,
  select: 37,
  remove: 40,
  font: 82,
  text: 84,
};
/** Its end has the same length at both ends. */
const endBytes = 20;
const headerBytes = 108;
const font = 1;
/** Selected so that the font may go. */
const systemFont = 0x8000_000d;
const transparent = 1;
/** Centre and baseline. */
const middleOfLine = 6 + 24;

/** In the middle of a picture of this size, with nothing behind it. */
export function lineMetafile(line: Line, { width, height }: Size): Bytes {
  const units = { width: Math.round(width * perPoint), height: Math.round(height * perPoint) };
  const records = [
    record(type.background, u32le(transparent)),
    record(type.textAlign, u32le(middleOfLine)),
    record(type.textColor, colorOf(line.color)),
    ...drawn(line, units),
    record(type.end, u32le(0), u32le(16), u32le(endBytes)),
  ];
  const body = concat(...records);
  return concat(header(units, headerBytes + body.length, records.length + 1), body);
}

/** Filled up to whole words. */
function record(kind: number, ...fields: readonly Bytes[]): Bytes {
  const content = concat(...fields);
  const filler = new Uint8Array(-content.length & 3);
  return concat(u32le(kind), u32le(8 + content.length + filler.length), content, filler);
}

const zeros = (count: number): Bytes => new Uint8Array(count);
const i32le = (value: number): Bytes => u32le(value >>> 0);
const rectangle = (right: number, bottom: number): Bytes =>
  concat(u32le(0), u32le(0), i32le(Math.round(right)), i32le(Math.round(bottom)));

function header({ width, height }: Size, bytes: number, records: number): Bytes {
  const hundredths = (units: number) => (units * 2540) / perInch; // of a millimetre
  return record(
    type.header,
    rectangle(width - 1, height - 1),
    rectangle(hundredths(width), hundredths(height)),
    concat(u32le(0x464d_4520), u32le(0x1_0000), u32le(bytes), u32le(records)), // " EMF", its version
    concat(u16le(font + 1), u16le(0)), // objects, with the one that is always there
    zeros(12), // no description, no palette
    concat(u32le(screenInches * perInch), u32le(screenInches * perInch)),
    concat(u32le(screenInches * 25.4), u32le(screenInches * 25.4)),
    zeros(12), // no pixel format, no OpenGL
    concat(u32le(screenInches * 25_400), u32le(screenInches * 25_400)),
  );
}

/** `#rrggbb` as 0x00bbggrr. */
const colorOf = (color: string): Bytes => concat(...[1, 3, 5, 7].map((at) => byte(color.slice(at, at + 2))));
const byte = (hex: string): Bytes => new Uint8Array([Number.parseInt(hex || "0", 16)]);

function drawn({ text, fontSize, isRising }: Line, { width, height }: Size): Bytes[] {
  const turned = isRising ? Math.SQRT1_2 : 1; // so much of its length lies across the page
  const widths = letterWidths(text);
  const length = widths.reduce((sum, one) => sum + one, 0) / 1000; // at a size of 1
  const room = isRising ? Math.min(width, height) : width;
  const size = Math.max(1, Math.round(Math.min(fontSize * perPoint, (0.95 * room) / Math.max(1, length * turned))));
  const drop = (size * capHeight) / 2; // from the middle to the baseline, along which it is put
  const x = Math.round(width / 2 + (isRising ? drop * turned : 0));
  const y = Math.round(height / 2 + drop * turned);
  return [
    record(type.font, u32le(font), fontOf(size, isRising ? 450 : 0)),
    record(type.select, u32le(font)),
    lineOf(
      text,
      { x, y },
      widths.map((one) => Math.round((one * size) / 1000)),
    ),
    record(type.select, u32le(systemFont)),
    record(type.remove, u32le(font)),
  ];
}

/** @param tenths - of a degree, counter-clockwise. */
function fontOf(size: number, tenths: number): Bytes {
  const [normal, unicodeDefault] = [400, 1];
  const looks = new Uint8Array([0, 0, 0, unicodeDefault, 0, 0, 0, 0]);
  const name = concat(utf16le(fontName), zeros(64 - 2 * fontName.length));
  const plain = concat(i32le(-size), u32le(0), u32le(tenths), u32le(tenths), u32le(normal), looks, name);
  return concat(plain, zeros(128 + 64 + 4 + 4 + 4 + 4 + 4 + 4 + 12)); // no full name, no style, no PANOSE
}

/** @param advances - from each letter to the next. */
function lineOf(text: string, { x, y }: { x: number; y: number }, advances: readonly number[]): Bytes {
  const letters = utf16le(text);
  const lettersAt = 76;
  const advancesAt = lettersAt + letters.length + (-letters.length & 3);
  const hundredthsPerUnit = new Uint8Array(new Float32Array([2540 / perInch]).buffer);
  return record(
    type.text,
    zeros(16), // bounds: not looked at
    concat(u32le(1), hundredthsPerUnit, hundredthsPerUnit), // the plain way of graphics
    concat(i32le(x), i32le(y), u32le(text.length), u32le(lettersAt), u32le(0), zeros(16), u32le(advancesAt)),
    concat(letters, zeros(-letters.length & 3), ...advances.map(u32le)),
  );
}
