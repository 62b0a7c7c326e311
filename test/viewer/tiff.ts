import { deflateSync } from "node:zlib";

/** TIFFs written by hand from TIFF 6.0, so that a test knows each byte of them. */

/** Values by their tags; `data` are the strips or tiles. */
export interface TiffPart {
  readonly tags: Readonly<Record<number, readonly number[]>>;
  readonly parts: readonly Buffer[];
}

/** @param next - where the last directory leads; 0 ends the file as it should. */
export function tiff(pages: readonly TiffPart[], order: "II" | "MM" = "II", next = 0): Buffer {
  const isLittle = order === "II";
  const short = (value: number) => (isLittle ? [value & 255, value >>> 8] : [value >>> 8, value & 255]);
  const long = (value: number) => {
    const bytes = Buffer.alloc(4);
    if (isLittle) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return [...bytes];
  };
  const bytes: number[] = [...Buffer.from(order), ...short(42), ...long(0)];
  let linkAt = 4;
  for (const { tags, parts } of pages) {
    const offsets = parts.map((part) => {
      const at = bytes.length;
      for (const byte of part) bytes.push(byte);
      return at;
    });
    const isTiled = 322 in tags;
    const all = {
      ...{ [isTiled ? 324 : 273]: offsets, [isTiled ? 325 : 279]: parts.map(({ length }) => length) },
      ...tags,
    };
    const entries = Object.entries(all).map(([key, values]) => {
      const tag = Number(key);
      const isLong = [273, 279, 324, 325].includes(tag) || values.some((value) => value > 65535);
      const spelled = values.flatMap(isLong ? long : short);
      const head = [...short(tag), ...short(isLong ? 4 : 3), ...long(values.length)];
      if (spelled.length <= 4) return [...head, ...spelled, ...Array(4 - spelled.length).fill(0)];
      const at = bytes.length;
      bytes.push(...spelled);
      return [...head, ...long(at)];
    });
    bytes.splice(linkAt, 4, ...long(bytes.length));
    bytes.push(...short(entries.length), ...entries.flat());
    linkAt = bytes.length;
    bytes.push(...long(next));
  }
  return Buffer.from(bytes);
}

/** Side of a page, in pixels; from `from` to `to` there is a box in it. */
const [side, from, to] = [64, 16, 48];
const isBox = (x: number, y: number) => x >= from && x < to && y >= from && y < to;
const pixels = (of: (isBox: boolean) => readonly number[]) =>
  Buffer.from(Array.from({ length: side * side }, (_one, at) => of(isBox(at % side, Math.floor(at / side)))).flat());
const size = { 256: [side], 257: [side] };
const colour = pixels((inBox) => (inBox ? [200, 20, 20] : [255, 255, 255]));

/** RGB as it is, in four strips. */
export const plain: TiffPart = {
  tags: { ...size, 258: [8, 8, 8], 259: [1], 262: [2], 277: [3], 278: [16] },
  parts: [0, 1, 2, 3].map((at) => colour.subarray(at * 16 * side * 3, (at + 1) * 16 * side * 3)),
};

/** Grey, PackBits: runs of at most 128. */
export const packBits: TiffPart = {
  tags: { ...size, 258: [8], 259: [32773], 262: [1], 277: [1], 278: [side] },
  parts: [
    Buffer.from(
      Array.from({ length: side }, (_one, y) =>
        y < from || y >= to ? [257 - side, 255] : [257 - 16, 255, 257 - 32, 20, 257 - 16, 255],
      ).flat(),
    ),
  ],
};

/** A table of colours, LZW: a clear code now and then keeps all codes at nine bits. */
export const lzw: TiffPart = {
  tags: {
    ...{ ...size, 258: [8], 259: [5], 262: [3], 277: [1], 278: [side] },
    320: [0, 1, 2].flatMap((sample) =>
      Array.from({ length: 256 }, (_one, at) => (at === 1 && sample > 0 ? 0 : 0xffff)),
    ),
  },
  parts: [
    bitsOf(
      `${[...pixels((inBox) => [inBox ? 1 : 0])]
        .map((value, at) => (at % 200 === 0 ? nine(256) : "") + nine(value))
        .join("")}${nine(257)}`,
    ),
  ],
};

/** RGB, Deflate, in tiles of 32 pixels. */
export const tiles: TiffPart = {
  tags: { ...size, 258: [8, 8, 8], 259: [8], 262: [2], 277: [3], 322: [32], 323: [32] },
  parts: [0, 1, 2, 3].map((tile) => {
    const [left, top] = [32 * (tile % 2), 32 * (tile >> 1)];
    const rows = Array.from({ length: 32 }, (_one, y) => {
      const start = ((top + y) * side + left) * 3;
      return colour.subarray(start, start + 96);
    });
    return deflateSync(Buffer.concat(rows));
  }),
};

/** Group 4, as ITU-T T.6 spells it: V0, or H with runs of 16 and 32, or a pass; and the mark of the end. */
export const fax: TiffPart = {
  tags: { ...size, 258: [1], 259: [4], 262: [0], 277: [1], 278: [side] },
  parts: [
    bitsOf(
      `${"1".repeat(16)}${"001"}${"101010"}${"000001101010"}1${"111".repeat(31)}${"0001"}1${"1".repeat(15)}` +
        "000000000001".repeat(2),
    ),
  ],
};

function nine(value: number): string {
  return value.toString(2).padStart(9, "0");
}

/** @param bits - as a text of 0 and 1. */
export function bitsOf(bits: string): Buffer {
  const bytes = bits.padEnd(8 * Math.ceil(bits.length / 8), "0").match(/.{8}/g)!;
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
