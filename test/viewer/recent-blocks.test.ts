import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Bytes } from "../../shared/bytes.js";
import { RecentBlocks } from "../../viewer/recent-blocks.js";

const mib = 1 << 20;

/** Content whose bytes tell where they are, and which ranges of it were read. */
function content(size: number) {
  const bytes = new Uint8Array(size).map((_none, at) => (at * 31 + (at >> 8)) & 255);
  const read: [number, number][] = [];
  async function* range(offset: number, length: number): AsyncGenerator<Bytes> {
    read.push([offset, length]);
    yield bytes.slice(offset, offset + Math.floor(length / 2));
    yield bytes.slice(offset + Math.floor(length / 2), offset + length);
  }
  const unused = () => {
    throw new Error("only ranges are read");
  };
  return { bytes, read, blocks: new RecentBlocks({ size, range, all: unused, check: unused }) };
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

it("gives any range as it is, whatever was read before", async () => {
  const size = 3 * mib + 12_345;
  const { bytes, blocks } = content(size);
  const range = fc
    .tuple(fc.nat(size), fc.nat(2 * mib))
    .map(([at, length]) => [at, Math.min(length, size - at)] as const);
  await fc.assert(
    fc.asyncProperty(range, async ([at, length]) => {
      expect(hashOf(await blocks.read(at, length))).toBe(hashOf(bytes.subarray(at, at + length)));
    }),
    { numRuns: 40, examples: [[[0, 0]], [[size, 0]], [[0, mib]], [[mib - 1, 2]], [[size - 1, 1]]] },
  );
});

it("decrypts a block once for all who ask for parts of it, and keeps eight", async () => {
  const { read, blocks } = content(10 * mib);
  await Promise.all([0, 1, 2, 3].map((quarter) => blocks.read(quarter * (mib / 4), mib / 4)));
  expect(read).toEqual([[0, mib]]);
  for (let at = 1; at < 9; at++) await blocks.read(at * mib, 10);
  expect(read).toHaveLength(9);
  await blocks.read(mib, 10);
  expect(read).toHaveLength(9);
  await blocks.read(0, 10);
  expect(read).toHaveLength(10);
});

it("gives copies: what is done to one is not seen in the next", async () => {
  const { blocks, bytes } = content(mib);
  (await blocks.read(0, 100)).fill(0);
  expect(hashOf(await blocks.read(0, 100))).toBe(hashOf(bytes.subarray(0, 100)));
});
