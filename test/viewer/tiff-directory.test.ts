import { expect, it } from "vitest";
import { sourceOf } from "../../shared/bytes.js";
import { readPages } from "../../viewer/render/tiff-directory.js";
import { readPicture } from "../../viewer/render/tiff-picture.js";
import { fax, lzw, packBits, plain, type TiffPart, tiff, tiles } from "./tiff.js";

/** What a TIFF says of itself, before anything of it is decoded. */

const pagesOf = (bytes: Uint8Array) => readPages(sourceOf(Uint8Array.from(bytes)));
const pictureOf = async (page: TiffPart) => readPicture((await pagesOf(tiff([page])))[0]!);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "taken",
    ({ why }) => why,
  );
const saying = (tags: TiffPart["tags"], page = plain): TiffPart => ({ ...page, tags: { ...page.tags, ...tags } });

it("reads the pages of both byte orders, without small pictures of them", async () => {
  const all = [plain, packBits, saying({ 254: [1] }), lzw, tiles, fax];
  for (const order of ["II", "MM"] as const) {
    const pages = await pagesOf(tiff(all, order));
    expect(pages.map(({ width, height }) => [width, height])).toEqual(Array(5).fill([64, 64]));
    for (const page of pages) expect((await readPicture(page)).data.byteLength).toBeGreaterThan(8);
  }
});

it("refuses circles, vast pages, too many of them, and what leads outside", async () => {
  expect(await refusal(pagesOf(tiff([plain], "II", 8 + 64 * 64 * 3)))).toBe("unsuitable");
  const looped = tiff([fax]);
  looped.writeUInt32LE(looped.readUInt32LE(4), looped.length - 4);
  expect(await refusal(pagesOf(looped))).toBe("unsuitable");
  expect(await refusal(pagesOf(tiff(Array(1001).fill(fax))))).toBe("too-large");
  expect(await refusal(pagesOf(tiff([saying({ 256: [32_767], 257: [32_767] })])))).toBe("too-large");
  expect(await refusal(pagesOf(tiff([saying({ 256: [4_000_000_000] })])))).toBe("too-large");
  expect(await refusal(pagesOf(tiff([saying({ 257: [0] })])))).toBe("unsuitable");
  expect(await refusal(pagesOf(tiff([plain], "II", 1_000_000)))).toBe("unsuitable");
  for (const cut of [0, 7, 9, 200]) expect(await refusal(pagesOf(tiff([plain]).subarray(0, cut)))).toBe("unsuitable");
});

it("refuses a page whose parts and pixels do not fit together", async () => {
  const wrong: TiffPart["tags"][] = [
    { 273: [8] }, // one strip of four
    { 273: [8, 8, 8, 1_000_000] },
    { 279: [64, 64, 64, 80_000_000] },
    { 278: [0] },
    { 258: [8, 8, 16] },
    { 258: [32, 32, 32] },
    { 259: [6] },
    { 262: [6] },
    { 262: [3] }, // without a table
    { 277: [60_000] },
    { 284: [2] },
    { 322: [0], 323: [0] },
    { 322: [60_000], 323: [60_000] },
  ];
  for (const tags of wrong) expect([tags, await refusal(pictureOf(saying(tags)))]).toEqual([tags, "unsuitable"]);
  expect(await refusal(pictureOf(saying({ 258: [8] }, fax)))).toBe("unsuitable");
});

it("reads no more than the file has, whatever any byte of it says", async () => {
  const good = tiff([fax, lzw].map((page) => page));
  for (let at = 0; at < good.length; at += 7) {
    const bad = Buffer.from(good);
    bad[at] = bad[at]! ^ 0xff;
    const all = async () => Promise.all((await pagesOf(bad)).map(readPicture));
    expect(["taken", "unsuitable", "too-large"]).toContain(await refusal(all()));
  }
});
