import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteSource, type Bytes, collect, sourceOf, toHex, utf8 } from "../../../shared/bytes.js";
import { readCompoundFile } from "../../../shared/format/compound/read.js";
import { type CompoundEntry, encodeCompoundFile, maxStreamBytes } from "../../../shared/format/compound/write.js";
import { times } from "../../scale.js";
import { fileOf, outcome, strictSource, vectors } from "../../vectors.js";

interface Expected {
  file: string;
  zeros: number;
  /** Path, the first 80 bytes, and the size. */
  streams?: [string[], string, number][];
}

const isSame = (a: Bytes, b: Bytes) => Buffer.compare(a, b) === 0;
const readAll = (source: ByteSource) => source.read(0, source.size);

describe.each(vectors<Expected>("compound"))("compound file $name: $comment", (vector) => {
  it("is read, or refused", async () => {
    const reading = readCompoundFile(strictSource(fileOf(vector)));
    expect(await outcome(reading)).toBe(vector.expect);
    if (vector.expect !== "success") return;
    const file = await reading;
    expect(file.paths.length).toBe(vector.streams!.length);
    for (const [path, start, size] of vector.streams!) {
      const bytes = await readAll(file.stream(...path)!);
      expect([toHex(bytes.subarray(0, 80)), bytes.length]).toEqual([start, size]);
    }
  });
});

const vector = (name: string) => vectors<Expected>("compound").find((one) => one.name === name)!;

describe("a stream in many pieces", () => {
  it("gives any range of it", async () => {
    const whole = await readCompoundFile(sourceOf(fileOf(vector("plain"))));
    const pieces = await readCompoundFile(sourceOf(fileOf(vector("scrambled"))));
    const content = await readAll(whole.stream("large")!);
    const scattered = pieces.stream("large")!;
    for (const offset of [0, 1, 511, 512, 513, 1500, 4095])
      for (const length of [0, 1, 511, 512, 1025, content.length]) {
        const fits = Math.min(length, content.length - offset);
        expect(isSame(await scattered.read(offset, fits), content.subarray(offset, offset + fits))).toBe(true);
        const taken = await scattered.read(offset, fits, (size) => new Uint8Array(size).fill(1));
        expect(isSame(taken, content.subarray(offset, offset + fits))).toBe(true);
      }
  });

  it("is found whatever the case of its name", async () => {
    const file = await readCompoundFile(sourceOf(fileOf(vector("plain"))));
    expect((await readAll(file.stream("STORAGE", "Inner")!)).length).toBe(1);
    expect(file.stream("storage")).toBeNull();
    expect(file.stream("storage", "outer")).toBeNull();
  });
});

describe("flipped bytes anywhere", () => {
  it("are read in bounds or refused, and nothing else", async () => {
    const original = fileOf(vector("plain"));
    const flip = fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
        const file = original.slice();
        for (const [at, by] of flips) file[at]! ^= by;
        const result = await outcome(readCompoundFile(strictSource(file)));
        expect(["success", "office-malformed", "office-unsupported"]).toContain(result);
      }),
      { numRuns: times(300) },
    );
  });
});

const encode = (children: readonly CompoundEntry[]) => collect(encodeCompoundFile(children));

/** Trees of storages with streams around the bounds of small and large. */
const size = fc.oneof(fc.nat(200), fc.constantFrom(0, 63, 64, 65, 4095, 4096, 4097, 5120, 70_000));
const name = fc.string({ unit: fc.constantFrom(..."abcdefgh12"), minLength: 1, maxLength: 31 });
const bytesOf = (length: number, seed: number): Bytes => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);
const unique = { selector: (entry: { name: string }) => entry.name.toUpperCase(), maxLength: 12 };
const stream = fc.record({ name, content: fc.tuple(size, fc.nat(255)).map(([length, seed]) => bytesOf(length, seed)) });
const storage = fc.record({ name, children: fc.uniqueArray(stream, unique) });
const tree = fc.uniqueArray(fc.oneof(stream, storage), unique);

describe("writing", () => {
  it("reading inverts it", async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (children) => {
        const file = await readCompoundFile(strictSource(await encode(children)));
        for (const child of children)
          for (const inner of "content" in child ? [child] : child.children) {
            const path = inner === child ? [child.name] : [child.name, inner.name];
            expect(isSame(await readAll(file.stream(...path)!), inner.content)).toBe(true);
          }
      }),
      { numRuns: times(60) },
    );
  });

  it("gives whole sectors, and the same bytes for the same content", async () => {
    const children = [
      { name: "a", content: bytesOf(5000, 1) },
      { name: "b", content: utf8("small") },
    ];
    const first = await encode(children);
    expect(first.length % 512).toBe(0);
    expect(isSame(await encode(children), first)).toBe(true);
  });

  it("needs a list of table sectors from 109 of them on", async () => {
    const content = bytesOf(109 * 128 * 512, 3);
    const file = await encode([{ name: "large", content }]);
    expect(isSame(await readAll((await readCompoundFile(strictSource(file))).stream("large")!), content)).toBe(true);
    const many = bytesOf(400 * 128 * 512, 4);
    const longer = await encode([{ name: "large", content: many }]);
    expect(isSame(await readAll((await readCompoundFile(strictSource(longer))).stream("large")!), many)).toBe(true);
  });

  it.each([
    ["shorter", 4999],
    ["longer", 5001],
  ])("fails where a stream gets %s than it was to be", async (_, length) => {
    async function* pieces() {
      yield bytesOf(length, 1);
    }
    expect(await outcome(encode([{ name: "a", content: { size: 5000, pieces: pieces() } }]))).toBe("file-changed");
  });

  it("refuses a stream of 2 GiB", async () => {
    async function* none(): AsyncGenerator<Bytes> {}
    const content = { size: maxStreamBytes, pieces: none() };
    expect(await outcome(encode([{ name: "a", content }]))).toBe("file-unsuitable");
  });

  it("makes a tree that 31 siblings balance", async () => {
    const children = Array.from({ length: 31 }, (_, i) => ({ name: `s${i}`, content: utf8(String(i)) }));
    const file = await encode(children);
    const directory = new DataView(file.buffer, 512 * 2);
    const child = (entry: number, offset: number) => directory.getUint32(128 * entry + offset, true);
    const depth = (entry: number): number =>
      entry === 0xffff_ffff ? 0 : 1 + Math.max(depth(child(entry, 68)), depth(child(entry, 72)));
    expect(depth(child(0, 76))).toBe(5);
  });
});
