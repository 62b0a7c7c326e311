import { expect, it } from "vitest";
import { bytesOf, fileOf, sizeOf, sourceOfFile } from "../../addin/file-content.js";
import { collect, streamOf } from "../../shared/bytes.js";

async function* pieces(count: number) {
  for (let at = 0; at < count; at++) yield new Uint8Array(10).fill(at);
}

const expected = (count: number) => Array.from({ length: count * 10 }, (_, at) => Math.floor(at / 10));

it.each([
  ["empty", 0, false],
  ["up to its limit", 3, false],
  ["a byte above", 4, true],
  ["far above", 9, true],
])("a file that is %s is in memory, or not, and holds the same", async (_name, count, isBlob) => {
  const file = await fileOf(pieces(count), 39);
  expect(file instanceof Blob).toBe(isBlob);
  expect(sizeOf(file)).toBe(count * 10);
  expect([...(await bytesOf(file))]).toEqual(expected(count));
  expect([...(await collect(streamOf(sourceOfFile(file), 7)))]).toEqual(expected(count));
});
