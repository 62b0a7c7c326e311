import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bytes, collect, sourceOf, toHex, utf8 } from "../../../shared/bytes.js";
import { readCompoundFile } from "../../../shared/format/compound/read.js";
import { encodeOffice, maxOfficeBytes, type OfficeFile, readOffice } from "../../../shared/format/office.js";
import { fileOf, outcome, strictSource, vectorFile, vectors } from "../../vectors.js";

interface Expected {
  file: string;
  zeros: number;
  license?: string;
  region?: string;
  plainSize?: number;
  kind?: string;
  label?: string | null;
  other?: string;
}

const text = (bytes: Bytes | null) => (bytes === null ? null : new TextDecoder().decode(bytes));

async function shown(file: OfficeFile) {
  const { license, region, plainSize, kind, labelInfo } = file;
  const content = toHex(await region.read(0, region.size));
  return { license: text(license), region: content, plainSize: Number(plainSize), kind, label: text(labelInfo) };
}

describe.each(vectors<Expected>("office"))("office file $name: $comment", (vector) => {
  it("is read, or refused", async () => {
    const reading = readOffice(strictSource(fileOf(vector)));
    expect(await outcome(reading)).toBe(vector.expect);
    if (vector.expect !== "success") return;
    const { license, region, plainSize, kind, label } = vector;
    const file = await reading;
    if (typeof file === "string") expect(file).toBe(vector.other);
    else expect(await shown(file!)).toEqual({ license, region, plainSize, kind, label });
  });
});

it("is not for what is no compound file", async () => {
  expect(await readOffice(sourceOf(utf8("PK\u0003\u0004 …")))).toBeNull();
  expect(await readOffice(sourceOf(new Uint8Array(0)))).toBeNull();
});

const license = vectorFile("encodings/pl.xml");
const label = utf8("<clbl:labelList/>");
const regionOf = (size: number): Bytes => Uint8Array.from({ length: size }, (_, i) => (i * 5) & 0xff);

async function* inPieces(bytes: Bytes) {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

const encode = (region: Bytes, labelInfo: Bytes | null = label) =>
  collect(
    encodeOffice({
      license,
      labelInfo,
      plainSize: region.length - 80,
      region: { size: region.length, pieces: inPieces(region) },
    }),
  );

describe("writing", () => {
  it.each([80, 4087, 4088, 4089, 100_000])("reading inverts it: %i bytes", async (size) => {
    const region = regionOf(size);
    const file = await readOffice(strictSource(await encode(region)));
    if (file === null || typeof file === "string") throw new Error("not protected");
    expect(file.license).toEqual(license.subarray(3));
    expect(toHex(await file.region.read(0, file.region.size))).toBe(toHex(region));
    expect([file.plainSize, file.kind, text(file.labelInfo)]).toEqual([BigInt(size - 80), "package", text(label)]);
  });

  it("puts the content in one place, so that engines can read it there themselves", async () => {
    const bytes = await encode(regionOf(100_000));
    const file = await readOffice({ ...sourceOf(bytes), place: { file: 7, offset: 0 } });
    const { region } = file as OfficeFile;
    const { offset, file: number } = region.place!;
    expect(number).toBe(7);
    expect(bytes[offset + 1]).toBe(5);
  });

  // SHA-256 of the streams of a document that Word protected
  it.each([
    [["Version"], "e81d2d7f4d8b4aa96a9d1ac9aad489caa06f24c3de2b66471479daf34672ce3a"],
    [["DataSpaceMap"], "25e5d5b2f749d32092fe6487ade85c056efc360323574a89d73d1fcb5a9134b2"],
    [["DataSpaceInfo", "DRMEncryptedDataSpace"], "bb618016cb7851b9b30f49e42fe8fbb54785f1df28cc911c9f1e3e72970bf496"],
  ])("makes the stream %s as Word does", async (path, hash) => {
    const stream = (await readCompoundFile(sourceOf(await encode(regionOf(80))))).stream("\u0006DataSpaces", ...path)!;
    const bytes = await stream.read(0, stream.size);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
  });

  it("refuses what does not fit", async () => {
    const region = { size: maxOfficeBytes + (1 << 20), pieces: inPieces(new Uint8Array(0)) };
    const writing = collect(encodeOffice({ license, labelInfo: null, plainSize: maxOfficeBytes, region }));
    expect(await outcome(writing)).toBe("file-unsuitable");
  });
});

describe("other programs", () => {
  let folder = "";
  const path = (size: number) => join(folder, `${size}.docx`);
  const sizes = [80, 70_000, 9_000_000];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "seal-office-"));
    for (const size of sizes) writeFileSync(path(size), await encode(regionOf(size)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: "utf8", stdio: "pipe" });

  it.each(sizes)("7-Zip lists %i bytes without a warning", (size) => {
    const list = run("7z", "l", "-tCompound", "-slt", path(size));
    expect(list).not.toMatch(/warning|error/i);
    const primary = "[6]DataSpaces/TransformInfo/DRMEncryptedTransform/[6]Primary";
    for (const name of ["[6]DataSpaces/Version", "[6]DataSpaces/TransformInfo/LabelInfo", primary, "EncryptedPackage"])
      expect(list).toContain(`Path = ${name}\n`);
    expect(list).toMatch(new RegExp(`Path = EncryptedPackage\n(?:.*\n)*?Size = ${size + 8}\n`));
  });

  it.each(sizes)("olefile reads %i bytes back without an issue", (size) => {
    const script = `
import hashlib, olefile, sys
ole = olefile.OleFileIO(sys.argv[1])
print(ole.parsing_issues, hashlib.sha256(ole.openstream("EncryptedPackage").read()[8:]).hexdigest())`;
    const hash = createHash("sha256").update(regionOf(size)).digest("hex");
    expect(run("/usr/bin/python3", "-c", script, path(size)).trim()).toBe(`[] ${hash}`);
  });

  it("Apache POI parses every structure", () => {
    const source = fileURLToPath(new URL("DataSpaces.java", import.meta.url));
    const lines = run("java", "-cp", "/usr/share/java/poi.jar", source, path(70_000)).trim().split("\n");
    expect(lines).toEqual([
      "Microsoft.Container.DataSpaces",
      "EncryptedPackage",
      "DRMEncryptedDataSpace",
      "DRMEncryptedTransform",
      "{C73DFACD-061F-43B0-8B64-0C620D2A8B50}",
      "Microsoft.Metadata.DRMTransform",
      String(license.length - 3),
    ]);
  });
});
