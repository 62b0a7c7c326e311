import { describe, expect, it } from "vitest";
import { type Bytes, collect, sourceOf, utf8 } from "../../../shared/bytes.js";
import { labelled, unlabelled } from "../../../shared/format/carrier.js";
import type { Marks } from "../../../shared/format/marks.js";
import { readZip } from "../../../shared/format/zip/read.js";
import { rewriteZip } from "../../../shared/format/zip/write.js";
import type { Marking } from "../../../shared/label.js";
import { marksOf } from "../../../shared/marking.js";
import {
  differing,
  excelParts,
  packageOf,
  partOf,
  partsOf,
  powerPointParts,
  relationship,
  wordParts,
} from "../../office-documents.js";
import { label, tenant } from "../../sample-label.js";

const marking: Marking = {
  header: { text: { en: "Top & <secret>", de: "Oben" }, color: "#cc0000", alignment: "left" },
  footer: { text: { en: "Bottom" }, fontSize: 12, alignment: "right" },
  watermark: { text: { en: "Draft" } },
};
const marks = marksOf(marking, "en");
const labelParts = ["[Content_Types].xml", "_rels/.rels", "docMetadata/LabelInfo.xml", "docProps/custom.xml"];

const marked = async (file: Bytes, how: Marks | undefined = marks) => {
  const { notShown, outside, pieces } = await labelled("package", sourceOf(file), {
    ...label,
    ...(how && { marks: how }),
  });
  return { file: await collect(pieces()), notShown, outside: new TextDecoder().decode(outside!) };
};
const mark = async (file: Bytes, how: Marks | undefined = marks) => (await marked(file, how)).file;
const clear = async (file: Bytes) => collect((await unlabelled("package", sourceOf(file), tenant)).pieces());
const having = async (file: Bytes, parts: Record<string, string>): Promise<Bytes> => {
  const changes = new Map(Object.entries(parts).map(([name, text]) => [name, utf8(text)]));
  return collect((await rewriteZip(await readZip(sourceOf(file)), changes)).pieces());
};
const changedIn = async (a: Bytes, b: Bytes) => (await differing(a, b)).filter((name) => !labelParts.includes(name));
const count = (text: string, what: string) => text.split(what).length - 1;

/** It is marked, marked again with other words, and then as it was before. */
async function comesAndGoes(before: Bytes): Promise<Bytes> {
  const once = await mark(before);
  const other = marksOf({ footer: { text: { en: "Other" } } }, "en");
  const twice = await mark(once, other);
  const all = [...(await partsOf(twice)).values()].join("");
  expect([count(all, "Bottom"), count(all, "Draft"), count(all, "secret")]).toEqual([0, 0, 0]);
  expect(all).toContain("Other");
  expect(await differing(await clear(twice), before)).toEqual([]);
  expect(await differing(await clear(once), before)).toEqual([]);
  return once;
}

const words = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const headerPart = (place: "hdr" | "ftr", inner: string) => `<w:${place} xmlns:w="${words}">${inner}</w:${place}>`;
const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

/** A document with these headers and footers by the ids of the ways to them. */
function wordWith(more: string, parts: Record<string, string> = {}, settings = ""): Promise<Bytes> {
  const links = Object.keys(parts).map((id) => relationship(id, id.startsWith("h") ? "header" : "footer", `${id}.xml`));
  const files = Object.fromEntries(Object.entries(parts).map(([id, text]) => [`word/${id}.xml`, text]));
  const told: Record<string, string> =
    settings === "" ? {} : { "word/settings.xml": `<w:settings xmlns:w="${words}">${settings}</w:settings>` };
  const all = [...links, ...(settings === "" ? [] : [relationship("set", "settings", "settings.xml")])];
  return packageOf({ ...wordParts("text", more, ...all), ...files, ...told });
}
const referring = (place: string, type: string, id: string) => `<w:${place}Reference w:type="${type}" r:id="${id}"/>`;

describe("a Word document", () => {
  it.each([
    ["without sections", ""],
    ["with a section of one tag", "<w:sectPr/>"],
    ["with a section of one tag and a space", '<w:sectPr w:rsidR="1" />'],
    ["with an empty section", "<w:sectPr></w:sectPr>"],
    ["with a section", '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'],
    [
      "with a section and what it was before",
      "<w:sectPr><w:pgSz/><w:sectPrChange><w:sectPr><w:titlePg/></w:sectPr></w:sectPrChange></w:sectPr>",
    ],
    ["with two sections", "<w:p><w:pPr><w:sectPr><w:cols/></w:sectPr></w:pPr></w:p><w:sectPr/>"],
  ])("%s gets a header and a footer, and gives them back", async (_name, section) => {
    const before = await wordWith(section);
    const file = await comesAndGoes(before);
    const document = await partOf(file, "word/document.xml");
    expect([count(document, "<w:headerReference"), count(document, "<w:footerReference")]).toEqual([1, 1]);
    const header = await partOf(file, "word/header.xml");
    expect(header).toContain("Top &amp; &lt;secret&gt;");
    expect(header).toContain('<w:color w:val="CC0000"/><w:sz w:val="20"/>');
    expect(header).toContain('string="Draft"');
    expect(header.indexOf("Draft")).toBeLessThan(header.indexOf("secret"));
    expect(await partOf(file, "word/footer.xml")).toMatch(/<w:p\/><w:sdt.*<w:jc w:val="right"\/>.*>Bottom</);
  });

  it("keeps its own headers, and shows marks on first and even pages where it tells them apart", async () => {
    const own = headerPart("hdr", paragraph("own header"));
    const section = `<w:sectPr>${referring("header", "default", "h1")}<w:titlePg/></w:sectPr>`;
    const before = await wordWith(section, { h1: own, f1: headerPart("ftr", "") }, "<w:evenAndOddHeaders/>");
    const file = await comesAndGoes(before);
    const document = await partOf(file, "word/document.xml");
    for (const page of ["first", "even"]) expect(count(document, `w:type="${page}"`)).toBe(2);
    expect([count(document, "<w:headerReference"), count(document, "<w:footerReference")]).toEqual([3, 3]);
    expect(await partOf(file, "word/h1.xml")).toContain("own header");
    expect(await partOf(file, "word/h1.xml")).toContain("secret");
  });

  it("shows them in later sections, which have the headers of the one before or their own", async () => {
    const first = `<w:p><w:pPr><w:sectPr>${referring("header", "default", "h1")}</w:sectPr></w:pPr></w:p>`;
    const last = `<w:sectPr>${referring("header", "default", "h2")}<w:titlePg w:val="0"/></w:sectPr>`;
    const before = await wordWith(first + last, { h1: headerPart("hdr", ""), h2: `<w:hdr xmlns:w="${words}"/>` });
    const file = await comesAndGoes(before);
    for (const name of ["word/h1.xml", "word/h2.xml"]) expect(await partOf(file, name)).toContain("secret");
    expect(count(await partOf(file, "word/document.xml"), "<w:footerReference")).toBe(1);
  });

  it("written with other prefixes, or with none, is marked as well", async () => {
    for (const [prefix, declared] of [
      ["x:", "xmlns:x"],
      ["", "xmlns"],
    ]) {
      const section = `<${prefix}sectPr><${prefix}cols/></${prefix}sectPr>`;
      const body = `<${prefix}body><${prefix}p/>${section}</${prefix}body>`;
      const document = `<${prefix}document ${declared}="${words}">${body}</${prefix}document>`;
      const file = await comesAndGoes(await packageOf({ ...wordParts(""), "word/document.xml": document }));
      const text = await partOf(file, "word/document.xml");
      expect(text).toContain(`<w:headerReference xmlns:w="${words}" xmlns:r="${rels}"`);
    }
  });

  it("of the strict kind has header and footer, and no watermark: it knows no VML", async () => {
    const strict = (text: string) =>
      text
        .replaceAll(words, "http://purl.oclc.org/ooxml/wordprocessingml/main")
        .replaceAll(rels, "http://purl.oclc.org/ooxml/officeDocument/relationships");
    const parts = Object.entries(wordParts("text", "<w:sectPr/>")).map(([name, text]) => [name, strict(text)]);
    const before = await packageOf(Object.fromEntries(parts));
    await comesAndGoes(before);
    const { file, notShown } = await marked(before);
    expect(notShown).toEqual(["watermark"]);
    const links = await partOf(file, "word/_rels/document.xml.rels");
    expect(links).toContain("http://purl.oclc.org/ooxml/officeDocument/relationships/header");
  });

  it("loses the marks that the add-in put there, as Word saves them", async () => {
    const addin = `<w:sdt><w:sdtPr><w:rPr><w:b/></w:rPr><w:alias w:val="Sealwright"/><w:tag w:val="sealwright-marking"/><w:id w:val="-1"/><w15:appearance xmlns:w15="urn:x" w15:val="hidden"/></w:sdtPr><w:sdtEndPr/><w:sdtContent>${paragraph("of the add-in")}</w:sdtContent></w:sdt>`;
    const section = `<w:sectPr>${referring("header", "default", "h1")}</w:sectPr>`;
    const before = await having(
      await mark(await wordWith(section, { h1: headerPart("hdr", addin + paragraph("own")) })),
      {
        "word/h1.xml": headerPart("hdr", addin + paragraph("own")),
      },
    );
    const header = await partOf(await mark(before), "word/h1.xml");
    expect([count(header, "of the add-in"), count(header, "secret"), count(header, "own")]).toEqual([0, 1, 1]);
    expect(await partOf(await clear(before), "word/h1.xml")).toBe(headerPart("hdr", paragraph("own")));
  });

  it("keeps a header that was made for marks once somebody wrote into it", async () => {
    const file = await mark(await wordWith(""));
    const written = (await partOf(file, "word/header.xml")).replace("<w:p/></w:hdr>", `${paragraph("mine")}</w:hdr>`);
    const after = await clear(await having(file, { "word/header.xml": written }));
    expect(await partOf(after, "word/header.xml")).toContain("mine");
    expect(await partOf(after, "word/document.xml")).toContain("<w:headerReference");
    expect((await partsOf(after)).has("word/footer.xml")).toBe(false);
  });
});

const sheet = "xl/worksheets/sheet1.xml";
const headerFooter = (inner: string, attributes = "") => `<headerFooter${attributes}>${inner}</headerFooter>`;

describe("an Excel workbook", () => {
  it.each([
    ["without header and footer", ""],
    [
      "with paper set up, and drawings behind",
      '<pageMargins left="1"/><pageSetup paperSize="9"/><drawing r:id="d" xmlns:r="urn:x"/>',
    ],
    ["with none, in one tag", "<headerFooter/>"],
    ["with empty ones", headerFooter("<oddHeader/><oddFooter></oddFooter>")],
    ["with a header of its own", headerFooter("<oddHeader>&amp;LMine &amp;&amp; yours&amp;R&amp;P</oddHeader>")],
    [
      "with the places of the marks taken",
      headerFooter('<oddHeader>&amp;Lone&#10;two</oddHeader><oddFooter>mid&amp;R&amp;"Arial,Bold"right</oddFooter>'),
    ],
    [
      "with other first and even pages",
      headerFooter(
        "<oddHeader>odd</oddHeader><evenFooter>even</evenFooter>",
        ' differentOddEven="1" differentFirst="true"',
      ),
    ],
  ])("%s gets them, and gives them back", async (_name, more) => {
    const file = await comesAndGoes(await packageOf(excelParts("cell", more, "")));
    for (const name of [sheet, "xl/worksheets/sheet2.xml"]) {
      const text = await partOf(file, name);
      expect(text).toContain("&amp;10&amp;KCC0000 Top &amp;&amp; &lt;secret&gt;");
      expect(text).toContain("&amp;12&amp;K000000 Bottom");
    }
    expect(await partOf(file, "docProps/custom.xml")).toContain(">leftHeader rightFooter<");
  });

  it("has them on each kind of page it tells apart, in their order", async () => {
    const own = headerFooter("<evenFooter>even</evenFooter>", ' differentOddEven="1" differentFirst="1"');
    const text = await partOf(await mark(await packageOf(excelParts("cell", own))), sheet);
    const names = [...text.matchAll(/<((?:odd|even|first)(?:Header|Footer))/g)].map(([, name]) => name);
    expect(names).toEqual(["oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"]);
    expect(text).toContain("even&amp;R&amp;12");
  });

  it("has them where they belong, in front of breaks and drawings", async () => {
    const more = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells><pageSetup/><rowBreaks/>';
    expect(await partOf(await mark(await packageOf(excelParts("cell", more))), sheet)).toMatch(
      /<pageSetup\/><headerFooter >.*<\/headerFooter><rowBreaks\/>/,
    );
  });

  it("of the binary kind shows nothing, and that is said", async () => {
    const parts = excelParts("cell", "");
    const type = "application/vnd.ms-excel.sheet.binary.macroEnabled.main";
    const types = parts["[Content_Types].xml"]!.replace(/application\/vnd[^"]*sheet\.main\+xml/, type);
    const before = await packageOf({ ...parts, "[Content_Types].xml": types });
    const { file, notShown } = await marked(before);
    expect(notShown).toEqual(["header", "footer", "watermark"]);
    expect(await changedIn(before, file)).toEqual([]);
  });

  it("loses what the add-in put there, and nothing that somebody wrote in its place", async () => {
    const before = await mark(await packageOf(excelParts("cell", "", "")));
    const addin = await having(before, {
      [sheet]: (await partOf(before, sheet)).replace(
        /<headerFooter.*<\/headerFooter>/,
        headerFooter("<oddHeader>&amp;L&amp;9&amp;K00FF00 Of the add-in&amp;Cmine</oddHeader>"),
      ),
      "xl/worksheets/sheet2.xml": (await partOf(before, "xl/worksheets/sheet2.xml")).replace(
        /<headerFooter.*<\/headerFooter>/,
        headerFooter("<oddHeader>&amp;LWritten by hand</oddHeader>"),
      ),
    });
    const after = await clear(addin);
    expect(await partOf(after, sheet)).toContain("<oddHeader>&amp;Cmine</oddHeader>");
    expect(await partOf(after, "xl/worksheets/sheet2.xml")).toContain("<oddHeader>&amp;LWritten by hand</oddHeader>");
  });

  it("has as much of a mark as fits into the 255 characters that Excel takes", async () => {
    const own = headerFooter(
      `<oddHeader>&amp;C${"x".repeat(230)}</oddHeader><oddFooter>&amp;C${"y".repeat(252)}</oddFooter>`,
    );
    const before = await packageOf(excelParts("cell", own));
    const text = await partOf(await mark(before), sheet);
    expect(text).toContain("x&amp;L&amp;10&amp;KCC0000 Top &amp;R&amp;G</oddHeader>");
    expect(text).toContain("y</oddFooter>");
    expect(await differing(await clear(await mark(before)), before)).toEqual([]);
  });

  it("finds its header behind many cells without reading them", async () => {
    const row = '<row r="1"><c r="A1"><v>1</v></c></row>'.repeat(400_000);
    const parts = excelParts("cell", headerFooter("<oddHeader>own</oddHeader>"));
    const large = { ...parts, [sheet]: parts[sheet]!.replace("</sheetData>", `${row}</sheetData>`) };
    const startMs = performance.now();
    const file = await mark(await packageOf(large));
    expect(performance.now() - startMs).toBeLessThan(20_000);
    expect(await partOf(file, sheet)).toContain("own&amp;L&amp;10");
  });
});

const slide = "ppt/slides/slide1.xml";
const shape = (id: number, name: string) =>
  `<p:sp><p:nvSpPr><p:cNvPr id="${id}" name="${name}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/></p:sp>`;

describe("a PowerPoint presentation", () => {
  it.each([
    ["empty slides", ["", ""]],
    [
      "shapes, and extensions behind them",
      [`${shape(7, "Title")}<p:extLst><p:ext uri="{1}"/></p:extLst>`, shape(2, "x")],
    ],
  ])("with %s gets boxes on each, and gives them back", async (_name, slides) => {
    const file = await comesAndGoes(await packageOf(powerPointParts(...slides)));
    for (const name of [slide, "ppt/slides/slide2.xml"]) {
      const text = await partOf(file, name);
      const ids = [...text.matchAll(/<p:cNvPr id="(\d+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(count(text, 'name="Sealwright marking"')).toBe(3);
      expect(text).toMatch(/<p:grpSpPr\/><p:sp [^>]*>.*rot="18900000".*Draft.*secret.*Bottom/);
      expect(text).toMatch(/<\/p:sp>(?:<p:extLst>.*<\/p:extLst>)?<\/p:spTree>/);
    }
  });

  it("loses what the add-in put there", async () => {
    const before = await mark(await packageOf(powerPointParts("")));
    const addin = await having(before, {
      [slide]: (await partOf(before, slide)).replace(
        "</p:spTree>",
        `${shape(99, "Sealwright marking")}${shape(100, "mine")}</p:spTree>`,
      ),
    });
    const text = await partOf(await clear(addin), slide);
    expect([count(text, "Sealwright"), count(text, "mine")]).toEqual([0, 1]);
  });
});

describe("a document made to be too much", () => {
  it("is not read whole: all that is read of it together is bounded", async () => {
    const endless = headerPart("hdr", " ".repeat(45 << 20));
    const before = await wordWith("<w:sectPr/>", { h1: endless, h2: endless, h3: endless });
    expect(before.length).toBeLessThan(1 << 20);
    await expect(marked(before)).rejects.toMatchObject({ code: "office-unsupported" });
  });

  it("has a part marked once however many ways lead to it", async () => {
    const twice = (parts: Record<string, string>, name: string, id: string) => ({
      ...parts,
      [name]: parts[name]!.replace(/<Relationship [^>]*\/>/g, (one) => one + one.replace(/Id="[^"]*"/, `Id="${id}"`)),
    });
    const book = twice(excelParts("cell", ""), "xl/_rels/workbook.xml.rels", "again");
    expect(count(await partOf(await comesAndGoes(await packageOf(book)), sheet), "secret")).toBe(1);
    const section = `<w:sectPr>${referring("header", "default", "h1")}${referring("header", "first", "again")}</w:sectPr>`;
    const link = relationship("h1", "header", "h1.xml");
    const parts = { ...wordParts("", section, link), "word/h1.xml": headerPart("hdr", paragraph("own")) };
    const file = await comesAndGoes(await packageOf(twice(parts, "word/_rels/document.xml.rels", "again")));
    expect(count(await partOf(file, "word/h1.xml"), "secret")).toBe(1);
    const show = twice(powerPointParts(""), "ppt/_rels/presentation.xml.rels", "again");
    expect(count(await partOf(await comesAndGoes(await packageOf(show)), slide), "secret")).toBe(1);
  });
});

describe("what a document says of its marks", () => {
  it("is true of it, inside and outside", async () => {
    const { file, outside } = await marked(await wordWith(""));
    expect(await partOf(file, "docProps/custom.xml")).toMatch(/_ContentBits"><vt:lpwstr>7</);
    expect(outside).toContain('contentBits="15"');
    const excel = await marked(await packageOf(excelParts("cell", "")), {
      header: marks.header!,
      watermark: marks.watermark!,
    });
    expect(excel.outside).toContain('contentBits="13"');
  });

  it("is believed of a program that showed them itself: no page is looked at", async () => {
    const before = await wordWith("<w:sectPr/>");
    const { pieces } = await labelled("package", sourceOf(before), { ...label, contentBits: 3 });
    expect(await changedIn(before, await collect(pieces()))).toEqual([]);
  });

  it("lets a label without marking leave pages alone that no label is shown on", async () => {
    const broken = await packageOf({ ...powerPointParts("<p:sp>") });
    expect(await changedIn(broken, await mark(broken, {}))).toEqual([]);
  });
});

it("a label's marking is one line in the language of its readers, with the usual looks", () => {
  expect(marksOf({ header: { text: { en: " two\nlines ", de: "Deutsch" } } }, "en").header).toMatchObject({
    text: "two lines",
    color: "#000000",
    fontSize: 10,
    alignment: "center",
  });
  expect(marksOf(marking, "de-AT").header?.text).toBe("Oben");
  expect(marksOf(undefined, "en")).toEqual({});
});
