import { execFileSync } from "node:child_process";
import { type Bytes, collect, concat, sourceOf, u64le, utf8 } from "../shared/bytes.js";
import { encodeCompoundFile } from "../shared/format/compound/write.js";
import { encodeDefinition, encodeMap, encodeTransform, versionInfo } from "../shared/format/data-spaces.js";
import { readOffice } from "../shared/format/office.js";
import { readPart } from "../shared/format/zip/content.js";
import { readZip } from "../shared/format/zip/read.js";
import { rewriteZip } from "../shared/format/zip/write.js";

/** Small Office documents of our own making, good enough for LibreOffice. */

/** Writes a package: the parts by their names. */
export function makePackage(path: string, parts: Record<string, string>): void {
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as package:
    for name, content in json.load(sys.stdin).items():
        package.writestr(name, content)`;
  execFileSync("/usr/bin/python3", ["-c", script, path], { input: JSON.stringify(parts) });
}

/** A package of nothing but these parts, without a file. */
export async function packageOf(parts: Record<string, string>): Promise<Bytes> {
  const empty = await readZip(sourceOf(new Uint8Array([0x50, 0x4b, 5, 6, ...new Array(18).fill(0)])));
  const changes = new Map(Object.entries(parts).map(([name, text]) => [name, utf8(text)]));
  return collect((await rewriteZip(empty, changes)).pieces());
}

/** What is in a package: each part with one character for each byte. */
export async function partsOf(file: Bytes): Promise<Map<string, string>> {
  const zip = await readZip(sourceOf(file));
  const parts = new Map<string, string>();
  for (const entry of zip.entries)
    parts.set(entry.name, Buffer.from(await readPart(zip, entry, 1 << 28)).toString("latin1"));
  return parts;
}

/** A protected document as Office keeps those of .doc and its kin: the same content and license under other names. */
export async function asBinaryKind(file: Bytes): Promise<Bytes> {
  const office = await readOffice(sourceOf(file));
  if (office === null || typeof office === "string") throw new Error("it is not protected");
  const { license, region, plainSize } = office;
  const [stream, space, transform] = ["\tDRMContent", "\tDRMDataSpace", "\tDRMTransform"];
  const primary = { name: "\u0006Primary", content: encodeTransform(license) };
  const children = [
    { name: "Version", content: versionInfo },
    { name: "DataSpaceMap", content: encodeMap(stream!, space!) },
    { name: "DataSpaceInfo", children: [{ name: space!, content: encodeDefinition(transform!) }] },
    { name: "TransformInfo", children: [{ name: transform!, children: [primary] }] },
  ];
  const content = concat(u64le(plainSize), await region.read(0, region.size));
  const placeholder = { name: "WordDocument", content: utf8("This document is protected.") };
  return collect(encodeCompoundFile([{ name: "\u0006DataSpaces", children }, placeholder, { name: stream!, content }]));
}

/** The parts in which two documents differ. */
export async function differing(a: Bytes, b: Bytes): Promise<string[]> {
  const [one, two] = [await partsOf(a), await partsOf(b)];
  return [...new Set([...one.keys(), ...two.keys()])].filter((name) => one.get(name) !== two.get(name)).sort();
}

export const partOf = async (file: Bytes, name: string): Promise<string> =>
  Buffer.from((await partsOf(file)).get(name) ?? "", "latin1").toString();

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const packageTypes = "http://schemas.openxmlformats.org/package/2006";
const relationshipTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const contentTypes = (part: string, type: string, ...more: (readonly [part: string, type: string])[]) =>
  `${declaration}<Types xmlns="${packageTypes}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}"/>${more.map(([name, of]) => `<Override PartName="/${name}" ContentType="application/vnd.openxmlformats-officedocument.${of}"/>`).join("")}</Types>`;

const relationships = (...targets: string[]) =>
  `${declaration}<Relationships xmlns="${packageTypes}/relationships">${targets.join("")}</Relationships>`;

/** @param mode - `External` for what is not in the package. */
export const relationship = (id: string, type: string, target: string, mode = "Internal") =>
  `<Relationship Id="${id}" Type="${relationshipTypes}/${type}" Target="${target}" TargetMode="${mode}"/>`;

/**
 * The parts of a Word document with one paragraph.
 * @param more - markup behind it. @param links - relationships of the document.
 */
export function wordParts(text: string, more = "", ...links: string[]): Record<string, string> {
  const part = "word/document.xml";
  const namespaces =
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
  return {
    "[Content_Types].xml": contentTypes(part, "wordprocessingml.document.main+xml"),
    "_rels/.rels": relationships(relationship("r1", "officeDocument", part)),
    "word/_rels/document.xml.rels": relationships(...links),
    [part]: `${declaration}<w:document ${namespaces}><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p>${more}</w:body></w:document>`,
  };
}

const sheetNamespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/** The parts of an Excel workbook. @param sheets - what stands in each behind its cells. */
export function excelParts(text: string, ...sheets: string[]): Record<string, string> {
  const part = "xl/workbook.xml";
  const names = sheets.map((_, i) => `xl/worksheets/sheet${i + 1}.xml`);
  const types = names.map((name) => [name, "spreadsheetml.worksheet+xml"] as const);
  const cells = `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>${text}</t></is></c></row></sheetData>`;
  const listed = sheets.map((_, i) => `<sheet name="S${i + 1}" sheetId="${i + 1}" r:id="s${i + 1}"/>`).join("");
  const links = sheets.map((_, i) => relationship(`s${i + 1}`, "worksheet", `worksheets/sheet${i + 1}.xml`));
  return {
    "[Content_Types].xml": contentTypes(part, "spreadsheetml.sheet.main+xml", ...types),
    "_rels/.rels": relationships(relationship("r1", "officeDocument", part)),
    "xl/_rels/workbook.xml.rels": relationships(...links),
    [part]: `${declaration}<workbook xmlns="${sheetNamespace}" xmlns:r="${relationshipTypes}"><sheets>${listed}</sheets></workbook>`,
    ...Object.fromEntries(
      names.map((name, i) => [
        name,
        `${declaration}<worksheet xmlns="${sheetNamespace}">${cells}${sheets[i]}</worksheet>`,
      ]),
    ),
  };
}

/** The parts of a PowerPoint presentation as far as labels look at them. @param slides - the shapes of each. */
export function powerPointParts(...slides: string[]): Record<string, string> {
  const part = "ppt/presentation.xml";
  const namespaces = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${relationshipTypes}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`;
  const names = slides.map((_, i) => `ppt/slides/slide${i + 1}.xml`);
  const types = names.map((name) => [name, "presentationml.slide+xml"] as const);
  const listed = slides.map((_, i) => `<p:sldId id="${256 + i}" r:id="s${i + 1}"/>`).join("");
  const group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>';
  return {
    "[Content_Types].xml": contentTypes(part, "presentationml.presentation.main+xml", ...types),
    "_rels/.rels": relationships(relationship("r1", "officeDocument", part)),
    "ppt/_rels/presentation.xml.rels": relationships(
      ...slides.map((_, i) => relationship(`s${i + 1}`, "slide", `slides/slide${i + 1}.xml`)),
    ),
    [part]: `${declaration}<p:presentation ${namespaces}><p:sldIdLst>${listed}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`,
    ...Object.fromEntries(
      names.map((name, i) => [
        name,
        `${declaration}<p:sld ${namespaces}><p:cSld><p:spTree>${group}${slides[i]}</p:spTree></p:cSld></p:sld>`,
      ]),
    ),
  };
}
