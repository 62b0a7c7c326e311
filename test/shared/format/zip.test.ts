import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bytes, collect, utf8 } from "../../../shared/bytes.js";
import { contentOf, readPart } from "../../../shared/format/zip/content.js";
import { readZip } from "../../../shared/format/zip/read.js";
import { type PartChanges, rewriteZip } from "../../../shared/format/zip/write.js";
import { fileOf, outcome, strictSource, vectors } from "../../vectors.js";

const limit = 1 << 24;
const text = (bytes: Bytes) => new TextDecoder().decode(bytes);

/** Every part and what it holds. */
async function partsOf(file: Bytes): Promise<Record<string, string>> {
  const zip = await readZip(strictSource(file));
  const parts: Record<string, string> = {};
  for (const entry of zip.entries) parts[entry.name] = text(await readPart(zip, entry, limit));
  return parts;
}

async function rewritten(file: Bytes, changes: PartChanges): Promise<Bytes> {
  const made = await rewriteZip(await readZip(strictSource(file)), changes);
  const bytes = await collect(made.pieces());
  expect(bytes.length).toBe(made.size);
  return bytes;
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe.each(vectors<{ file: string; parts?: Record<string, string> }>("zip"))(
  "zip file $name: $comment",
  (vector) => {
    it("is read, or refused", async () => {
      const reading = partsOf(fileOf(vector));
      expect(await outcome(reading)).toBe(vector.expect);
      if (vector.expect === "success") expect(await reading).toEqual(vector.parts);
    });
  },
);

const honest = vectors<{ file: string; parts: Record<string, string> }>("zip").filter(
  ({ expect: expected }) => expected === "success",
);

describe.each(honest)("zip file $name, rewritten", (vector) => {
  const file = fileOf(vector);

  it("with no change has the same parts, in the same places", async () => {
    const again = await rewritten(file, new Map());
    expect(await partsOf(again)).toEqual(vector.parts);
    if (!vector.name.includes("64")) expect(same(again, file)).toBe(true); // room for more is not kept where none is needed
  });

  it("keeps the bytes of what is not changed, packed as they are", async () => {
    const changed = await rewritten(file, new Map([["new/part.xml", utf8("new")]]));
    expect(await partsOf(changed)).toEqual({ ...vector.parts, "new/part.xml": "new" });
    const zip = await readZip(strictSource(file));
    for (const { offset, end } of zip.entries)
      expect(same(changed.subarray(offset, end), file.subarray(offset, end))).toBe(true);
    expect(await partsOf(await rewritten(changed, new Map([["NEW/part.xml", null]])))).toEqual(vector.parts);
  });
});

it("is refused where its parts say that together they fill the memory", async () => {
  const script = `
import io, sys, zipfile
raw = io.BytesIO()
with zipfile.ZipFile(raw, "w") as package:
    for i in range(5): package.writestr(f"{i}.xml", bytes(900_000))
sys.stdout.buffer.write(raw.getvalue())`;
  const file = new Uint8Array(execFileSync("/usr/bin/python3", ["-c", script], { maxBuffer: 1 << 24 }));
  const view = new DataView(file.buffer);
  const sayLarger = (bytes: number) => {
    for (let at = 0; at + 4 < file.length; at++) {
      const mark = view.getUint32(at, true);
      const shift = mark === 0x0403_4b50 ? 0 : mark === 0x0201_4b50 ? 2 : null;
      if (shift === null) continue;
      view.setUint16(at + 8 + shift, 8, true);
      view.setUint32(at + 22 + shift, bytes, true);
    }
  };
  sayLarger(850_000_000);
  expect(await outcome(readZip(strictSource(file)))).toBe("success");
  sayLarger(900_000_000);
  expect(await outcome(readZip(strictSource(file)))).toBe("office-malformed");
});

it("never gives out more than a part says, however much it unpacks to", async () => {
  const vector = vectors<{ file: string }>("zip").find(({ name }) => name === "longer")!;
  const zip = await readZip(strictSource(fileOf(vector)));
  let given = 0;
  const reading = (async () => {
    for await (const piece of contentOf(zip, zip.entries[0]!)) given += piece.length;
  })();
  expect(await outcome(reading)).toBe("office-malformed");
  expect(given).toBe(0);
});

it("refuses a part over the limit before it reads it", async () => {
  const source = strictSource(fileOf(honest.find((one) => one.name === "zipfile")!));
  const zip = await readZip(source);
  const before = source.readBytes;
  expect(await outcome(readPart(zip, zip.entries[0]!, 10))).toBe("office-malformed");
  expect(source.readBytes).toBe(before);
});

const name = fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,3}){0,2}\.xml$/);
const parts = fc.dictionary(name, fc.string({ maxLength: 300 }), { maxKeys: 6, noNullPrototype: true });
const packed = async (all: Record<string, string>) =>
  rewritten(
    fileOf(honest.find((one) => one.name === "none")!),
    new Map(Object.entries(all).map(([key, value]) => [key, utf8(value)])),
  );

it("changed and changed back has the same parts, whatever they are", async () => {
  await fc.assert(
    fc.asyncProperty(parts, parts, async (before, other) => {
      const file = await packed(before);
      expect(await partsOf(file)).toEqual(before);
      const there = new Map(Object.entries(other).map(([key, value]) => [key, utf8(value)]));
      const back = new Map(Object.keys(other).map((key) => [key, key in before ? utf8(before[key]!) : null]));
      const changed = await rewritten(file, there);
      expect(await partsOf(changed)).toEqual({ ...before, ...other });
      expect(await partsOf(await rewritten(changed, back))).toEqual(before);
    }),
    { numRuns: 100 },
  );
});

it("is refused or read as before with any one byte changed", async () => {
  const file = fileOf(honest.find((one) => one.name === "plain")!);
  const before = JSON.stringify(await partsOf(file));
  for (let at = 0; at < file.length; at++) {
    const other = file.slice();
    other[at]! ^= 0x15;
    const read = await partsOf(other).catch(() => null);
    if (read !== null)
      expect(JSON.stringify(Object.values(read).sort()), `byte ${at}`).toBe(
        JSON.stringify(Object.values(JSON.parse(before)).sort()),
      );
  }
});

describe("other programs", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "seal-zip-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("7-Zip writes files that are read, and finds nothing wrong with what is written", async () => {
    mkdirSync(join(folder, "word"));
    writeFileSync(join(folder, "word", "document.xml"), "text ".repeat(1000));
    writeFileSync(join(folder, "a.xml"), "");
    const path = join(folder, "seven.zip");
    execFileSync("7z", ["a", "-tzip", path, "word", "a.xml"], { cwd: folder, stdio: "pipe" });
    const file = new Uint8Array(readFileSync(path));
    expect(await partsOf(file)).toEqual({ "word/": "", "word/document.xml": "text ".repeat(1000), "a.xml": "" });
    const changes: PartChanges = new Map([
      ["word/document.xml", utf8("other ".repeat(500))],
      ["word/new.xml", utf8("größer")],
      ["a.xml", null],
    ]);
    writeFileSync(path, await rewritten(file, changes));
    expect(execFileSync("7z", ["t", path], { encoding: "utf8" })).toContain("Everything is Ok");
    const script = `
import json, sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
assert package.testzip() is None
print(json.dumps({name: package.read(name).decode() for name in package.namelist()}))`;
    const read = JSON.parse(execFileSync("/usr/bin/python3", ["-c", script, path], { encoding: "utf8" }));
    expect(read).toEqual({ "word/": "", "word/document.xml": "other ".repeat(500), "word/new.xml": "größer" });
  });
});
