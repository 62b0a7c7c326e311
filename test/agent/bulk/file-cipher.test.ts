import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type NodeEngine, nodeEngine } from "../../../agent/bulk/node-engine.js";
import { type ByteSource, type Bytes, collect, sourceOf } from "../../../shared/bytes.js";
import { openContent, type Plaintext, sealContent } from "../../../shared/crypto/content-cipher.js";
import { headerBytes, sealedSegmentBytes, sealedSize, segmentBytes } from "../../../shared/crypto/content-layout.js";
import { type ContentKey, importContentKey, newRawContentKey } from "../../../shared/crypto/keys.js";
import { webEngine } from "../../../shared/crypto/web-engine.js";
import { times } from "../../scale.js";
import { scratch } from "../work/children.js";
import { workerUrl } from "./workers.js";

const mib = segmentBytes;
const salt = new Uint8Array(16).fill(7);
const space = scratch();
let contentKey: ContentKey;
let url: URL;
let engine: NodeEngine;
const binding = () => ({ contentKey, licenseDigest: new Uint8Array(32).fill(9) });
const at = (name: string) => join(space.path, name);
const noise = (size: number): Bytes => new Uint8Array(randomBytes(size));
const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

beforeAll(async () => {
  contentKey = await importContentKey(newRawContentKey());
  url = await workerUrl();
  engine = nodeEngine(url);
});

async function* once(bytes: Bytes) {
  yield bytes;
}

const sealedBy = (plaintext: Bytes, by = webEngine) => collect(sealContent(once(plaintext), binding(), by, salt));

/** What is to be read goes through the file; its pieces must not be asked for. */
const between = (from: number, to: number): Plaintext =>
  Object.assign(
    (async function* (): AsyncGenerator<Bytes> {
      yield* [];
      throw new Error("the pieces were asked for");
    })(),
    { files: { from, to } },
  );

/** Runs `use` with the numbers of open files, and closes them. */
async function withFiles<T>(files: [path: string, flags: string][], use: (...numbers: number[]) => Promise<T>) {
  const numbers = files.map(([path, flags]) => openSync(path, flags));
  try {
    return await use(...numbers);
  } finally {
    for (const number of numbers) closeSync(number);
  }
}

/** Seals from one open file to another, as whoever has them open does. */
async function seal(from: number, to: number, by = engine): Promise<Bytes> {
  const sealing = sealContent(between(from, to), binding(), by, salt);
  for (;;) {
    const next = await sealing.next();
    if (next.done) return next.value;
    writeSync(to, next.value);
  }
}

/** A file as a source that says where it lies, and which threads must read: its own `read` gives only the header and the end. */
function placed(file: number, size: number): ByteSource {
  const read = async (offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    readSync(file, bytes, 0, length, offset);
    return bytes;
  };
  return { size, place: { file, offset: 0 }, read };
}

describe("the cipher between files", () => {
  const law = async (plaintext: Bytes, before: number, ahead: number) => {
    writeFileSync(at("in"), Buffer.concat([noise(before), plaintext]));
    const expected = await sealedBy(plaintext);
    await withFiles(
      [
        [at("in"), "r"],
        [at("out"), "w+"],
        [at("back"), "w"],
      ],
      async (from, to, back) => {
        readSync(from!, new Uint8Array(before + 1), 0, before, null);
        writeSync(to!, noise(ahead));
        const hash = await seal(from!, to!);
        expect(same(readFileSync(at("out")).subarray(ahead), expected)).toBe(true);
        writeSync(to!, "behind"); // the position has moved on
        expect(readFileSync(at("out"), "latin1").endsWith("behind")).toBe(true);

        const region = { ...placed(to!, expected.length), place: { file: to!, offset: ahead } };
        const shifted = {
          ...region,
          read: (offset: number, length: number) => placed(to!, 0).read(offset + ahead, length),
        };
        const opened = await openContent(shifted, binding(), engine);
        expect(await opened.check()).toEqual(hash);
        const all = opened.all(back!);
        expect(await all.next()).toEqual({ done: true, value: hash });
        expect(same(readFileSync(at("back")), plaintext)).toBe(true);
      },
    );
  };

  it.each([0, 1, mib - 1, mib, mib + 1, 2 * mib, 5 * mib + 3])("writes for %i bytes those of Web Crypto", (size) =>
    law(noise(size), 0, 0),
  );

  it("writes the bytes of the stream for any size, wherever the files' positions are", async () => {
    const size = fc.oneof(
      fc.nat(6 * mib),
      fc.tuple(fc.nat(5), fc.integer({ min: -17, max: 17 })).map(([n, by]) => Math.max(0, n * mib + by)),
    );
    await fc.assert(
      fc.asyncProperty(size, fc.nat(70_000), fc.nat(70_000), (bytes, before, ahead) =>
        law(noise(bytes), before, ahead),
      ),
      { numRuns: times(8) },
    );
  });

  it("knows plaintext by the hash of its segments, also where it lies in a file, and nothing else by it", async () => {
    for (const size of [0, 1, mib - 1, mib, mib + 1, 5 * mib + 3]) {
      const plaintext = noise(size);
      const others = [Buffer.concat([plaintext, Buffer.of(1)]), plaintext.subarray(0, Math.max(0, size - 1))];
      if (size > 0) others.push(plaintext.slice().fill(plaintext.at(-1)! ^ 1, size - 1));
      const sealed = await sealedBy(plaintext);
      for (const by of [webEngine, engine]) {
        const opened = await openContent(sourceOf(sealed), binding(), by);
        const hash = await opened.check();
        expect(await opened.hashOf(sourceOf(plaintext))).toEqual(hash);
        writeFileSync(at("in"), plaintext);
        await withFiles([[at("in"), "r"]], async (file) =>
          expect(await opened.hashOf(placed(file!, size))).toEqual(hash),
        );
        for (const other of others.filter(({ length }) => length !== size || size > 0))
          expect(await opened.hashOf(sourceOf(new Uint8Array(other)))).not.toEqual(hash);
      }
    }
  });

  it("writes nothing of a damaged segment and of those behind it, and all before it", async () => {
    const plaintext = noise(12 * mib + 5);
    const sealed = await sealedBy(plaintext);
    for (const damaged of [0, 1, 5, 11]) {
      const flipped = sealed.slice();
      flipped[headerBytes + damaged * sealedSegmentBytes + 77]! ^= 1;
      writeFileSync(at("flipped"), flipped);
      await withFiles(
        [
          [at("flipped"), "r"],
          [at("part"), "w"],
        ],
        async (from, to) => {
          const opened = await openContent(placed(from!, flipped.length), binding(), engine);
          await expect(opened.check()).rejects.toMatchObject({ code: "content-damaged" });
          await expect(opened.all(to!).next()).rejects.toMatchObject({ code: "content-damaged" });
        },
      );
      expect(same(readFileSync(at("part")), plaintext.subarray(0, damaged * mib))).toBe(true);
    }
  });

  it("says so when the file it opens is cut meanwhile", async () => {
    const sealed = await sealedBy(noise(9 * mib));
    writeFileSync(at("cut"), sealed);
    await withFiles(
      [
        [at("cut"), "r+"],
        [at("part"), "w"],
      ],
      async (from, to) => {
        const opened = await openContent(placed(from!, sealed.length), binding(), engine);
        ftruncateSync(from!, 4 * mib);
        await expect(opened.all(to!).next()).rejects.toMatchObject({ code: "file-changed" });
      },
    );
  });

  it("seals what is there of a file that is cut, or grows, while it is read", async () => {
    const [size, cut] = [64 * mib, 10 * mib];
    const content = noise(size);
    for (const change of [(file: number) => ftruncateSync(file, cut), (file: number) => writeSync(file, content)]) {
      writeFileSync(at("moving"), content);
      writeFileSync(at("out"), "");
      await withFiles(
        [
          [at("moving"), "r"],
          [at("out"), "w+"],
          [at("moving"), "a"],
        ],
        async (from, to, other) => {
          const sealing = seal(from!, to!);
          while (statSync(at("out")).size < 2 * mib) await new Promise((resolve) => setImmediate(resolve));
          change(other!);
          const hash = await sealing;
          const opened = await openContent(placed(to!, statSync(at("out")).size), binding(), engine);
          expect(await opened.check()).toEqual(hash);
          expect([...sizesOf(opened.size, size, cut)]).toContain(opened.size);
          const read = await collect(opened.range(0, Math.min(opened.size, size)));
          expect(same(read, content.subarray(0, read.length))).toBe(true);
        },
      );
    }
  });

  /** The cut may come after the file was read, or have taken away what was to come; growth may be seen or not. */
  const sizesOf = (found: number, size: number, cut: number) => [
    size,
    2 * size,
    ...(found >= cut && found < size ? [found] : []),
  ];

  it("fails with the system's error on a full disk, and works again", async () => {
    const mount = at("small");
    mkdirSync(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", mount]);
    try {
      writeFileSync(at("in"), noise(9 * mib));
      await withFiles(
        [
          [at("in"), "r"],
          [join(mount, "out"), "w"],
        ],
        async (from, to) => {
          await expect(seal(from!, to!)).rejects.toMatchObject({ code: "ENOSPC" });
        },
      );
      await law(noise(3 * mib), 0, 0);
    } finally {
      execFileSync("umount", [mount]);
    }
  });

  it("fails when a thread ends in its turn, lets go of the others, and works again", async () => {
    const dying = nodeEngine(await workerUrl("dying-worker.ts"));
    writeFileSync(at("in"), noise(40 * mib));
    for (let round = 0; round < 3; round++)
      await withFiles(
        [
          [at("in"), "r"],
          [at("out"), "w"],
        ],
        async (from, to) => {
          await expect(seal(from!, to!, dying)).rejects.toMatchObject({ code: "internal" });
        },
      );
    writeFileSync(at("in"), noise(mib));
    await withFiles(
      [
        [at("in"), "r"],
        [at("out"), "w"],
      ],
      (from, to) => seal(from!, to!, dying),
    );
    expect(statSync(at("out")).size).toBe(sealedSize(mib));
  });

  it("lets smaller files through while a large one is under way", async () => {
    writeFileSync(at("in"), noise(160 * mib));
    const small = noise(mib);
    const expected = await sealedBy(small);
    await withFiles(
      [
        [at("in"), "r"],
        [at("out"), "w"],
      ],
      async (from, to) => {
        let isOver = false;
        const large = seal(from!, to!).finally(() => {
          isOver = true;
        });
        expect(same(await sealedBy(small, engine), expected)).toBe(true);
        expect(isOver).toBe(false);
        await large;
      },
    );
  });
});

describe("the cipher's memory", () => {
  it("goes round where it is given back, and never while somebody else has it", async () => {
    const { memory } = nodeEngine(null);
    const piece = memory.take(100);
    memory.giveBack(piece);
    memory.giveBack(piece);
    const [one, other] = [memory.take(mib), memory.take(mib)];
    expect(one.buffer).toBe(piece.buffer);
    expect(other.buffer).not.toBe(one.buffer);
    memory.giveBack(new Uint8Array(sealedSegmentBytes)); // from elsewhere
    expect(memory.take(2 * mib).length).toBe(2 * mib);
  });

  it("is not taken from whoever has bytes of their own", async () => {
    const plaintext = noise(2 * mib + 9);
    const copy = plaintext.slice();
    const sealed = await sealedBy(plaintext, engine);
    const keep = sealed.slice();
    const opened = await openContent(sourceOf(sealed), binding(), engine);
    expect(same(await collect(opened.all()), copy)).toBe(true);
    expect(same(plaintext, copy) && same(sealed, keep)).toBe(true);
  });
});
