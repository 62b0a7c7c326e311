import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Bytes, collect, concat, sourceOf, utf8 } from "../../shared/bytes.js";
import { openContent, sealContent } from "../../shared/crypto/content-cipher.js";
import { sealedSize, segmentBytes } from "../../shared/crypto/content-layout.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { trailerLength } from "../../shared/license/edition.js";
import {
  type Access,
  consume,
  consumeStream,
  isProtected,
  protect,
  readProtected,
  verify,
} from "../../shared/protect.js";
import { authorOf, type Document, nowMs, Organisation, type Person, sealed } from "../license/organisation.js";
import { inPieces, outcome, strictSource } from "../vectors.js";

const mib = segmentBytes;
let contoso: Organisation;
let ada: Person;
let plan: Document;
let access: Access;
beforeAll(async () => {
  contoso = await Organisation.found();
  ada = await contoso.person("ada");
  plan = await contoso.publish(ada);
  access = contoso.access(plan);
});

function pattern(length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 20)) & 255;
  return bytes;
}

const same = (one: Bytes, other: Bytes) => Buffer.compare(one, other) === 0;
const binding = () => ({ contentKey: plan.contentKey, licenseDigest: plan.verified.digest });

/** The bytes in pieces whose sizes repeat. */
async function* inSizes(bytes: Bytes, sizes: readonly number[]): AsyncGenerator<Bytes> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

describe("opens what was protected", () => {
  const sizes = [
    0,
    1,
    15,
    16,
    17,
    mib - 17,
    mib - 16,
    mib - 1,
    mib,
    mib + 1,
    mib + 16,
    2 * mib,
    2 * mib + 1,
    5 * mib - 1,
  ];
  it.each(sizes)("%i bytes, at any place and as a stream", async (size) => {
    const plaintext = pattern(size);
    const region = await sealed(plaintext, plan, authorOf(ada));
    expect(region.length).toBe(sealedSize(size) + trailerLength(region));
    const source = strictSource(region);
    const { all, size: found, edition } = await consume({ region: source }, access, webEngine);
    expect(found).toBe(size);
    expect(edition.number).toBe(1);
    expect(same(await collect(all()), plaintext)).toBe(true);
    for (const piece of [1021, mib, region.length])
      expect(same(await collect(consumeStream(inPieces(region, piece), access, webEngine)), plaintext)).toBe(true);
  });

  it("the whole file with its header", async () => {
    const plaintext = pattern(3000);
    const published = { license: plan.bytes, digest: plan.verified.digest, ...plan };
    const wrapping = { container: "pfile", extension: ".bin", redirection: utf8("protected") } as const;
    const file = { plaintext: inPieces(plaintext, 7), wrapping };
    const save = { number: 1, previous: new Uint8Array(0), nowMs };
    const bytes = await collect(protect(file, published, authorOf(ada), save, webEngine));
    const { extension, license, region } = await readProtected(sourceOf(bytes));
    expect(extension).toBe(".bin");
    expect(same(license, plan.bytes)).toBe(true);
    expect((await verify({ region }, access, webEngine)).signerKey.kid).toBe(ada.licensor.publicKey.kid);
    expect(await outcome(readProtected(sourceOf(plaintext)))).toBe("not-protected");
  });

  it.each([0, 1, mib - 1, mib, mib + 1, 3 * mib])("an Office document of %i bytes", async (size) => {
    const plaintext = pattern(size);
    const published = { license: plan.bytes, digest: plan.verified.digest, ...plan };
    const wrapping = { container: "office", plainSize: size, labelInfo: null } as const;
    const save = { number: 1, previous: new Uint8Array(0), nowMs };
    const file = { plaintext: inPieces(plaintext, 100_000), wrapping };
    const bytes = await collect(protect(file, published, authorOf(ada), save, webEngine));
    const found = await readProtected(strictSource(bytes));
    expect([found.container, found.extension, found.plainSize]).toEqual(["office", null, size]);
    expect(same(found.license, plan.bytes.subarray(3))).toBe(true);
    expect(same(await collect((await consume(found, access, webEngine)).all()), plaintext)).toBe(true);
    expect(await isProtected(sourceOf(bytes))).toBe(true);
    expect(await outcome(consume({ ...found, plainSize: size + 1 }, access, webEngine))).toBe("content-damaged");
  });

  it("an Office document that is not as long as it was said to be", async () => {
    const published = { license: plan.bytes, digest: plan.verified.digest, ...plan };
    const wrapping = { container: "office", plainSize: 100, labelInfo: null } as const;
    const save = { number: 1, previous: new Uint8Array(0), nowMs };
    const protecting = (size: number) => {
      const file = { plaintext: inPieces(pattern(size), 10), wrapping };
      return outcome(collect(protect(file, published, authorOf(ada), save, webEngine)));
    };
    expect([await protecting(99), await protecting(100), await protecting(101)]).toEqual([
      "file-changed",
      "success",
      "file-changed",
    ]);
  });

  it("a stream in more pieces than a call takes arguments", async () => {
    const plaintext = pattern(mib + 3);
    const content = await collect(sealContent(inPieces(plaintext, 3), binding(), webEngine));
    const opened = await openContent(sourceOf(content), binding(), webEngine);
    expect(same(await collect(opened.all()), plaintext)).toBe(true);
    const region = await sealed(plaintext, plan, authorOf(ada));
    expect(same(await collect(consumeStream(inPieces(region, 3), access, webEngine)), plaintext)).toBe(true);
  });
});

describe("pieces of any size", () => {
  it("in, the segments are the same", async () => {
    const plaintext = pattern(2 * mib + 333);
    const salt = new Uint8Array(16).fill(7);
    const sealing = (sizes: number[]) => collect(sealContent(inSizes(plaintext, sizes), binding(), webEngine, salt));
    const whole = await sealing([plaintext.length]);
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1000, max: mib }), fc.constant(mib)), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (pieces) => same(await sealing(pieces), whole)),
      { numRuns: 8 },
    );
  });

  it("out, stream and range give the same", async () => {
    const plaintext = pattern(2 * mib + 333);
    const region = await sealed(plaintext, plan, authorOf(ada));
    const opened = await consume({ region: strictSource(region) }, access, webEngine);
    const sizes = fc.array(fc.integer({ min: 500, max: 3 * mib }), { minLength: 1, maxLength: 4 });
    const where = fc.tuple(fc.nat({ max: plaintext.length + 10 }), fc.nat({ max: mib + 50 }));
    await fc.assert(
      fc.asyncProperty(sizes, where, async (pieces, [offset, length]) => {
        const streamed = await collect(consumeStream(inSizes(region, pieces), access, webEngine));
        const ranged = await collect(opened.range(offset, length));
        return same(streamed, plaintext) && same(ranged, plaintext.subarray(offset, offset + length));
      }),
      { numRuns: 10 },
    );
  });

  it("a range beyond either end holds what is there", async () => {
    const opened = await consume(
      { region: strictSource(await sealed(pattern(100), plan, authorOf(ada))) },
      access,
      webEngine,
    );
    const read = async (offset: number, length: number) => (await collect(opened.range(offset, length))).length;
    expect([await read(-5, 10), await read(90, 50), await read(100, 1), await read(5000, 1), await read(3, 0)]).toEqual(
      [10, 10, 0, 0, 0],
    );
  });

  it("whoever stops half way lets go of the stream", async () => {
    let closed = false;
    const region = await sealed(pattern(3 * mib), plan, authorOf(ada));
    async function* watched() {
      try {
        yield* inPieces(region, 100_000);
      } finally {
        closed = true;
      }
    }
    for await (const _first of consumeStream(watched(), access, webEngine)) break;
    expect(closed).toBe(true);
  });

  it("a stream that fails passes its own error on, whole segments before it", async () => {
    const region = await sealed(pattern(3 * mib), plan, authorOf(ada));
    async function* failing() {
      yield region.slice(0, 2 * mib + 100_000);
      throw new Error("the disk went away");
    }
    let read = 0;
    const reading = async () => {
      for await (const piece of consumeStream(failing(), access, webEngine)) read += piece.length;
    };
    await expect(reading()).rejects.toThrow("the disk went away");
    expect(read % mib).toBe(0);
  });
});

describe("each write has its own salt (threat T5)", () => {
  it("of a thousand writes no two headers agree", async () => {
    async function* nothing(): AsyncGenerator<Bytes> {}
    const salts = new Set<string>();
    for (let at = 0; at < 1000; at++) {
      const { value } = await sealContent(nothing(), binding(), webEngine).next();
      salts.add(Buffer.from((value as Bytes).subarray(16, 32)).toString("hex"));
    }
    expect(salts.size).toBe(1000);
  });

  it("writing again after a write that broke off draws another", async () => {
    async function* breaking(): AsyncGenerator<Bytes> {
      yield pattern(mib);
      throw new Error("power cut");
    }
    const headerOf = async () => {
      const pieces: Bytes[] = [];
      const sealing = sealContent(breaking(), binding(), webEngine);
      await expect(
        (async () => {
          for await (const piece of sealing) pieces.push(piece);
        })(),
      ).rejects.toThrow("power cut");
      return Buffer.from(concat(...pieces).subarray(0, 64)).toString("hex");
    };
    expect(await headerOf()).not.toBe(await headerOf());
  });
});
