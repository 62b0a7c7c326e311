import { type TiffPage, unsuitable } from "./tiff-directory.js";

/** What of a page the decoder is given: nothing it could follow out of it. */
export interface TiffPicture {
  /** Values by their tags. Offsets of parts are those in `data`. */
  readonly values: Readonly<Record<number, readonly number[]>>;
  readonly data: ArrayBuffer;
  /** Bytes of a part once it is decoded, at most. */
  readonly partBytes: number;
}

const maxPackedBytes = 64 << 20;
const maxClearBytes = 160 << 20;

export const tag = {
  ...{ width: 256, height: 257, bits: 258, packing: 259, meaning: 262, fillOrder: 266 },
  ...{ strips: 273, samples: 277, stripRows: 278, stripBytes: 279, planes: 284, fax: 292, predictor: 317 },
  ...{ colours: 320, tileWidth: 322, tileHeight: 323, tiles: 324, tileBytes: 325, extra: 338 },
} as const;

/** Bits of a sample that can be drawn: white is 0, black is 0, RGB, a table of colours, CMYK. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 4, 8, 16],
  1: [1, 2, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  5: [8],
};
/** How many samples make a pixel. */
const samplesOf: Readonly<Record<number, readonly number[]>> = { 0: [1], 1: [1, 2], 2: [3, 4], 3: [1], 5: [4] };
/** Three of faxes, which have one bit. */
const fax = [2, 3, 4];
/** Besides: as it is, LZW, Deflate by both its numbers, PackBits. */
const packings = [...fax, 1, 5, 8, 32946, 32773];

/** Collects a page. @throws CannotDraw for what is not drawn here, or does not fit together. */
export async function readPicture(page: TiffPage): Promise<TiffPicture> {
  const format = await readFormat(page);
  const { width, height } = page;
  const isTiled = (await page.values(tag.tileWidth)).length > 0;
  const [columns, rows] = isTiled
    ? [(await page.values(tag.tileWidth))[0]!, (await page.values(tag.tileHeight, [0]))[0]!]
    : [width, Math.min(height, (await page.values(tag.stripRows, [height]))[0]!)];
  if (columns < 1 || rows < 1 || columns > 2 * width + 256 || rows > 2 * height + 256)
    throw unsuitable("its parts have no size that fits");
  const count = Math.ceil(width / columns) * Math.ceil(height / rows);
  const partBytes = Math.ceil((columns * format.bits) / 8) * rows;
  if (Math.ceil((width * format.bits) / 8) * height > maxClearBytes) throw unsuitable("it has too much of each pixel");
  const [offsets, lengths] = isTiled ? [tag.tiles, tag.tileBytes] : [tag.strips, tag.stripBytes];
  const parts = await readParts(page, offsets, lengths, count);
  const shape = isTiled ? { [tag.tileWidth]: [columns], [tag.tileHeight]: [rows] } : { [tag.stripRows]: [rows] };
  const values = { ...format.values, ...shape, [offsets]: parts.offsets, [lengths]: parts.lengths };
  return { values, data: parts.data, partBytes };
}

async function readFormat(page: TiffPage) {
  const one = async (which: number, otherwise: number) => (await page.values(which, [otherwise]))[0] ?? otherwise;
  const [packing, meaning, samples] = [await one(tag.packing, 1), await one(tag.meaning, 0), await one(tag.samples, 1)];
  const bits = await page.values(tag.bits, [1]);
  const isPlain = bits.every((depth) => depth === bits[0]) && (await one(tag.planes, 1)) === 1;
  if (!isPlain || !packings.includes(packing) || !depths[meaning]?.includes(bits[0]!))
    throw unsuitable("its pixels are of a kind that is not drawn here");
  if (!samplesOf[meaning]!.includes(samples) || (fax.includes(packing) && bits[0] !== 1))
    throw unsuitable("its pixels do not fit together");
  const colours = await page.values(tag.colours);
  if (meaning === 3 && colours.length !== 3 << bits[0]!) throw unsuitable("its table of colours does not fit");
  const values = {
    [tag.width]: [page.width],
    [tag.height]: [page.height],
    [tag.bits]: bits,
    [tag.packing]: [packing],
    [tag.meaning]: [meaning],
    [tag.samples]: [samples],
    [tag.fillOrder]: [await one(tag.fillOrder, 1)],
    [tag.fax]: [await one(tag.fax, 0)],
    [tag.predictor]: [await one(tag.predictor, 1)],
    [tag.extra]: [await one(tag.extra, 0)],
    [tag.colours]: colours,
  };
  return { values, bits: bits[0]! * samples };
}

/** All parts behind each other, behind the two bytes by which the decoder knows the order of bytes. */
async function readParts(page: TiffPage, offsetsIn: number, lengthsIn: number, count: number) {
  const from = await page.values(offsetsIn);
  const lengths = (await page.values(lengthsIn)).slice(0, count);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (from.length < count || lengths.length < count) throw unsuitable("parts of it are missing");
  if (total > maxPackedBytes) throw unsuitable("its parts are longer than is read here");
  const data = new Uint8Array(8 + total);
  data.fill(page.isLittle ? 0x49 : 0x4d, 0, 2);
  const offsets: number[] = [];
  let end = 8;
  for (const [at, length] of lengths.entries()) {
    data.set(await page.bytes(from[at]!, length), end);
    offsets.push(end);
    end += length;
  }
  return { data: data.buffer, offsets, lengths };
}
