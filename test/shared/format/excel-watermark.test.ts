import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeProfile } from "../../../agent/pdf/profile.js";
import { findSuite } from "../../../agent/pdf/suite.js";
import { type Bytes, collect, sourceOf, utf8 } from "../../../shared/bytes.js";
import { labelled, unlabelled } from "../../../shared/format/carrier.js";
import { type Line, lineMetafile } from "../../../shared/format/package/marking/metafile.js";
import { readZip } from "../../../shared/format/zip/read.js";
import { rewriteZip } from "../../../shared/format/zip/write.js";
import { marksOf } from "../../../shared/marking.js";
import { differing, excelParts, packageOf, partOf, partsOf } from "../../office-documents.js";
import { label, tenant } from "../../sample-label.js";

const draft = marksOf({ watermark: { text: { en: "Draft" } } }, "en");
const sheet = "xl/worksheets/sheet1.xml";
const types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const marked = async (file: Bytes, marks = draft) => {
  const { notShown, pieces } = await labelled("package", sourceOf(file), { ...label, marks });
  return { file: await collect(pieces()), notShown };
};
const clear = async (file: Bytes) => collect((await unlabelled("package", sourceOf(file), tenant)).pieces());
const workbook = (...sheets: string[]) => packageOf(excelParts("cell", ...sheets));
const having = async (file: Bytes, parts: Record<string, string | null>): Promise<Bytes> => {
  const changes = Object.entries(parts).map(([name, text]) => [name, text === null ? null : utf8(text)] as const);
  return collect((await rewriteZip(await readZip(sourceOf(file)), new Map(changes))).pieces());
};
const headerFooter = (inner: string, attributes = "") => `<headerFooter${attributes}>${inner}</headerFooter>`;
const placesIn = (drawing: string) => [...drawing.matchAll(/<v:shape id="(\w+)"/g)].map(([, id]) => id);
const own = { drawing: "xl/drawings/vmlDrawing.vml", image: "xl/media/watermark.emf" };

/** It is marked, and then as it was before. */
async function comesAndGoes(before: Bytes): Promise<Bytes> {
  const { file, notShown } = await marked(before);
  expect(notShown).toEqual([]);
  expect(await differing(await clear(file), before)).toEqual([]);
  const again = await differing((await marked(file)).file, file);
  expect(again.filter((name) => name !== "[Content_Types].xml")).toEqual([]); // where the order is another
  return file;
}

describe("a watermark in Excel", () => {
  it("is a picture in the headers of all sheets, drawn once for pages of one size", async () => {
    const a4 =
      '<pageMargins left="1" right="1" header="0.5" footer="0.5"/><pageSetup paperSize="9" orientation="landscape"/>';
    const file = await comesAndGoes(await workbook("", "", a4));
    const parts = await partsOf(file);
    expect([...parts.keys()].filter((name) => name.endsWith(".emf"))).toEqual([own.image, "xl/media/watermark1.emf"]);
    expect(parts.get(sheet)).toMatch(
      /<headerFooter ><oddHeader >&amp;C&amp;G<\/oddHeader><\/headerFooter><legacyDrawingHF [^>]*r:id="seal1"\/>/,
    );
    expect(parts.get(own.drawing)).toContain('width:511pt;height:749pt;z-index:1"');
    expect(parts.get("xl/drawings/vmlDrawing2.vml")).toContain('width:698pt;height:523pt;z-index:1"');
    expect(parts.get("[Content_Types].xml")).toContain('PartName="/xl/media/watermark.emf" ContentType="image/x-emf"');
  });

  it("is on each kind of page that a sheet tells apart, on a side where nothing stands", async () => {
    const texts =
      "<oddHeader>mid</oddHeader><evenHeader>mid&amp;Lleft</evenHeader><firstHeader>&amp;Lx&amp;Cy&amp;Rz</firstHeader>";
    const file = await comesAndGoes(await workbook(headerFooter(texts, ' differentOddEven="1" differentFirst="1"')));
    expect(placesIn(await partOf(file, own.drawing))).toEqual(["LH", "RHEVEN", "CHFIRST"]);
    expect(await partOf(file, sheet)).toContain(
      "<oddHeader>mid&amp;L&amp;G</oddHeader><evenHeader>mid&amp;Lleft&amp;R&amp;G</evenHeader><firstHeader>&amp;Lx&amp;Cy&amp;Rz&amp;C&amp;G</firstHeader>",
    );
  });

  it("stands beside a header of the label, and goes with it", async () => {
    const both = marksOf({ header: { text: { en: "Above" } }, watermark: { text: { en: "Draft" } } }, "en");
    const before = await workbook(headerFooter("<oddHeader/>"));
    const { file } = await marked(before, both);
    expect(await partOf(file, sheet)).toContain(">&amp;C&amp;10&amp;K000000 Above&amp;L&amp;G<");
    expect(await differing(await clear(file), before)).toEqual([]);
  });

  it("has no room in a header that is full, and no way in a workbook that knows no VML: that is said", async () => {
    const full = headerFooter(`<oddHeader>&amp;C${"x".repeat(250)}</oddHeader>`);
    expect((await marked(await workbook(full))).notShown).toEqual(["watermark"]);
    const strict = Object.entries(excelParts("cell", "")).map(([name, text]) => [
      name,
      text
        .replaceAll(
          "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
          "http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        .replaceAll(types, "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ]);
    expect((await marked(await packageOf(Object.fromEntries(strict)))).notShown).toEqual(["watermark"]);
  });

  it("goes from sheets that share a part, and takes nothing away that it is not", async () => {
    const { file } = await marked(await workbook("", ""));
    const links = (n: number) => `xl/worksheets/_rels/sheet${n}.xml.rels`;
    const pictures = "xl/drawings/_rels/vmlDrawing.vml.rels";
    const shared = await having(file, {
      [links(2)]: await partOf(file, links(1)),
      [pictures]: (await partOf(file, pictures)).replace(`/${own.image}`, "/xl/workbook.xml"),
    });
    const parts = await partsOf(await clear(shared));
    for (const n of [1, 2]) expect(parts.get(`xl/worksheets/sheet${n}.xml`)).not.toMatch(/legacyDrawingHF|&amp;G/);
    expect([parts.has(own.drawing), parts.has(links(1)), parts.has(links(2))]).toEqual([false, false, false]);
    expect(parts.get("xl/workbook.xml")).toContain("<sheets>");
  });

  it.each([
    ["is no XML", "<xml"],
    ["declares other things", '<xml xmlns:v="urn:x" xmlns:o="urn:y"><v:shape id="LH"/></xml>'],
    ["is not there", null],
    ["is longer than any", `<xml${" ".repeat(1 << 16)}/>`],
  ])("leaves a sheet alone whose part with pictures %s", async (_what, drawing) => {
    const link = '<legacyDrawingHF xmlns:r="urn:x" r:id="r7"/>';
    const parts = excelParts("cell", link, "");
    const links = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r7" Type="${types}/vmlDrawing" Target="../drawings/a.vml"/></Relationships>`;
    const before = await packageOf({
      ...parts,
      "xl/worksheets/_rels/sheet1.xml.rels": links,
      ...(drawing === null ? {} : { "xl/drawings/a.vml": drawing }),
    });
    const file = await comesAndGoes(before);
    expect(await partOf(file, sheet)).toBe(parts[sheet]);
    expect(await partOf(file, "xl/worksheets/sheet2.xml")).toContain("&amp;C&amp;G");
  });
});

describe("beside other programs", () => {
  const folder = mkdtempSync(join(tmpdir(), "seal-excel-watermark-"));
  const at = (name: string) => join(folder, name);
  const bytesOf = (name: string) => new Uint8Array(readFileSync(at(name)));
  beforeAll(() => makeProfile(at("profile"), findSuite().libreOffice));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Python's XlsxWriter, whose files are those of Excel. @param headers - of one sheet each, and the pictures by their sides. */
  function write(name: string, ...headers: (readonly [text: string, pictures: Record<string, string>])[]): Bytes {
    const script = `
import json, sys, xlsxwriter
book = xlsxwriter.Workbook(sys.argv[1])
for text, pictures in json.load(sys.stdin):
    book.add_worksheet().set_header(text, {"image_" + side: path for side, path in pictures.items()})
book.close()`;
    execFileSync("/usr/bin/python3", ["-c", script, at(name)], { input: JSON.stringify(headers) });
    return bytesOf(name);
  }

  const line: Line = { text: "Draft – Entwurf", color: "#c0c0c0", fontSize: 40, isRising: true };

  it("it is written as XlsxWriter writes pictures, to the last character", async () => {
    writeFileSync(at("Sealwright watermark.emf"), lineMetafile(line, { width: 511, height: 749 }));
    const theirs = await partsOf(write("theirs.xlsx", ["&C&G", { center: at("Sealwright watermark.emf") }]));
    const ours = await partsOf((await marked(write("plain.xlsx", ["", {}]))).file);
    const drawing = theirs.get("xl/drawings/vmlDrawing1.vml")!.replace("rId1", "seal1");
    const size = /width:([\d.]+)pt;height:([\d.]+)pt/.exec(drawing)!;
    expect([Math.abs(Number(size[1]) - 511) < 1, Math.abs(Number(size[2]) - 749) < 1]).toEqual([true, true]);
    expect(ours.get(own.drawing)).toBe(drawing.replace(size[0], "width:511pt;height:749pt"));
  });

  it("it goes beside the pictures of others, which stay, and away again", async () => {
    writeFileSync(at("logo.emf"), lineMetafile({ ...line, text: "Logo" }, { width: 40, height: 20 }));
    const logo = at("logo.emf");
    const before = write(
      "logos.xlsx",
      ["&C&G&Rname", { center: logo }],
      ["&L&G&C&G&R&G", { left: logo, center: logo, right: logo }],
    );
    const file = await comesAndGoes(before);
    expect(placesIn(await partOf(file, "xl/drawings/vmlDrawing1.vml"))).toEqual(["CH", "LH"]);
    expect(await partOf(file, "xl/drawings/vmlDrawing1.vml")).toContain('id="LH" o:spid="_x0000_s1026"');
    expect(await partOf(file, "xl/drawings/vmlDrawing2.vml")).not.toContain("Sealwright");
  });

  it("it goes as well once Excel has written everything in its own way", async () => {
    const { file } = await marked(write("again.xlsx", ["", {}]));
    const links = "xl/worksheets/_rels/sheet1.xml.rels";
    const pictures = "xl/drawings/_rels/vmlDrawing.vml.rels";
    const renamed = (text: string) => text.replaceAll("seal1", "rId9");
    const saved = await having(file, {
      [sheet]: renamed(await partOf(file, sheet)).replace(
        /<headerFooter.*<\/headerFooter>/,
        headerFooter('<oddHeader>&amp;L&amp;"Arial"me&amp;Cthey&amp;G</oddHeader>'),
      ),
      [links]: renamed(await partOf(file, links)),
      [own.drawing]: renamed(await partOf(file, own.drawing)),
      [pictures]: renamed(await partOf(file, pictures)),
    });
    const parts = await partsOf(await clear(saved));
    expect(parts.get(sheet)).toContain('<oddHeader>&amp;L&amp;"Arial"me&amp;Cthey</oddHeader>');
    expect(parts.get(sheet)).not.toContain("legacyDrawingHF");
    expect([...parts.keys()].filter((name) => name.includes("drawings"))).toEqual([]);
    expect(parts.has(own.image)).toBe(true); // another program may have put it to another use
  });

  it("its picture is one that LibreOffice draws, in the middle of the page and no wider", () => {
    const size = { width: 400, height: 600 };
    const texts = {
      rising: line,
      level: { ...line, isRising: false },
      long: { ...line, text: "Very long ".repeat(20) },
    };
    for (const [name, one] of Object.entries(texts)) writeFileSync(at(`${name}.emf`), lineMetafile(one, size));
    const files = Object.keys(texts).map((name) => at(`${name}.emf`));
    const profile = `-env:UserInstallation=file://${folder}/profile`;
    execFileSync("soffice", [profile, "--headless", "--convert-to", "pdf", "--outdir", folder, ...files], {
      stdio: "pipe",
    });
    const words = (name: string) => execFileSync("pdftotext", ["-bbox", at(`${name}.pdf`), "-"], { encoding: "utf8" });
    const inch = /<page width="([\d.]+)" height="([\d.]+)"/;
    for (const name of Object.keys(texts)) {
      const [, width, height] = inch.exec(words(name))!.map(Number) as [number, number, number];
      const boxes = [...words(name).matchAll(/xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"/g)];
      const [xs, ys] = [
        boxes.flatMap((box) => [Number(box[1]), Number(box[3])]),
        boxes.flatMap((box) => [Number(box[2]), Number(box[4])]),
      ];
      expect(Math.abs((Math.min(...xs) + Math.max(...xs)) / 2 - width / 2)).toBeLessThan(20);
      expect(Math.abs((Math.min(...ys) + Math.max(...ys)) / 2 - height / 2)).toBeLessThan(20);
      expect(Math.max(...xs) - Math.min(...xs)).toBeLessThan(size.width);
    }
    const text = execFileSync("pdftotext", [at("level.pdf"), "-"], { encoding: "utf8" });
    expect(text.trim()).toBe(line.text);
  });
});
