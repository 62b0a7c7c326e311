import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeProfile } from "../../../agent/pdf/profile.js";
import { findSuite } from "../../../agent/pdf/suite.js";
import { type Bytes, collect, sourceOf, utf8 } from "../../../shared/bytes.js";
import { carriedLabels, labelled, unlabelled } from "../../../shared/format/carrier.js";
import type { LabelToWrite } from "../../../shared/format/label-properties.js";
import { readZip } from "../../../shared/format/zip/read.js";
import { rewriteZip } from "../../../shared/format/zip/write.js";
import { marksOf } from "../../../shared/marking.js";
import { differing, makePackage, partOf, wordParts } from "../../office-documents.js";
import { label, tenant } from "../../sample-label.js";
import { outcome, strictSource, vectorFile } from "../../vectors.js";

const other: LabelToWrite = { ...label, label: "11111111-2222-4333-8444-555555555555", name: 'R&D/"inner" <circle>' };
const foreign: LabelToWrite = {
  ...other,
  label: "aaaaaaaa-2222-4333-8444-555555555555",
  tenant: "bbbbbbbb-2222-4333-8444-555555555555",
  name: "Geheim",
};
const written = ["[Content_Types].xml", "_rels/.rels", "docMetadata/LabelInfo.xml", "docProps/custom.xml"];

const give = async (file: Bytes, to: LabelToWrite) =>
  collect((await labelled("package", strictSource(file), to)).pieces());
const take = async (file: Bytes, of = tenant) =>
  collect((await unlabelled("package", strictSource(file), of)).pieces());
const labelsOf = (file: Bytes) => carriedLabels("package", strictSource(file));

let folder = "";
let plain: Bytes;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "seal-labels-"));
  makePackage(join(folder, "plain.docx"), wordParts("text"));
  plain = new Uint8Array(readFileSync(join(folder, "plain.docx")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same document with other parts. */
const having = async (parts: Record<string, string | null>, file = plain): Promise<Bytes> => {
  const changes = new Map(Object.entries(parts).map(([name, text]) => [name, text === null ? null : utf8(text)]));
  return collect((await rewriteZip(await readZip(sourceOf(file)), changes)).pieces());
};

/** A document that has properties already. */
const withProperties = (properties: string): Promise<Bytes> =>
  having({
    "docProps/custom.xml": properties,
    "_rels/.rels": wordParts("")["_rels/.rels"]!.replace(
      "</Relationships>",
      '<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties" Target="docProps/custom.xml"/></Relationships>',
    ),
  });

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const propertiesNamespace = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties";
const valuesNamespace = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes";
const property = (name: string, pid: number, value = "x") =>
  `<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="${pid}" name="${name}"><vt:lpwstr>${value}</vt:lpwstr></property>`;
const properties = (...all: string[]) =>
  `${head}<Properties xmlns="${propertiesNamespace}" xmlns:vt="${valuesNamespace}">${all.join("")}</Properties>`;

describe("a label in a document", () => {
  it("is written as in the worked example", async () => {
    const file = await give(plain, label);
    for (const [name, vector] of [
      ["docProps/custom.xml", "labels/custom.xml"],
      ["docMetadata/LabelInfo.xml", "labels/LabelInfo.xml"],
    ] as const)
      expect(await partOf(file, name)).toBe(new TextDecoder().decode(vectorFile(vector)));
  });

  it("is read again, and changes nothing but where it is written", async () => {
    const file = await give(plain, label);
    expect(await labelsOf(file)).toEqual([{ label: label.label, tenant, name: "Confidential" }]);
    expect(await differing(plain, file)).toEqual(written);
  });

  it("gives way to another of the same organisation, whose name may hold anything", async () => {
    const file = await give(await give(plain, label), other);
    expect(await labelsOf(file)).toEqual([{ label: other.label, tenant, name: other.name }]);
    expect(await partOf(file, "docProps/custom.xml")).not.toContain(label.label);
  });

  it("leaves nothing behind when it goes", async () => {
    const file = await take(await give(await give(plain, label), other));
    expect(await differing(plain, file)).toEqual([]);
  });

  it("stands beside those of other organisations, which stay as they are", async () => {
    const theirs = await give(plain, foreign);
    const both = await give(theirs, label);
    expect((await labelsOf(both)).map(({ name }) => name)).toEqual(["Geheim", "Confidential"]);
    expect(await differing(await take(both), theirs)).toEqual([]);
    expect(await differing(await take(await take(both), foreign.tenant), plain)).toEqual([]);
  });

  it("keeps what other programs noted beside it, while it stays the same", async () => {
    const owner = property(`MSIP_Label_${label.label}_Owner`, 2, "ada@contoso.example");
    const twice = await give(await give(await withProperties(properties(owner)), label), {
      ...label,
      setAt: "2027-01-01T00:00:00Z",
    });
    const text = await partOf(twice, "docProps/custom.xml");
    expect(text).toContain("_Owner");
    expect(text.match(/_SetDate/g)).toHaveLength(1);
    expect(await partOf(await give(twice, other), "docProps/custom.xml")).not.toContain("_Owner");
  });

  it("stands outside with those of the others, and says that it encrypts", async () => {
    const { outside } = await labelled("package", sourceOf(await give(plain, foreign)), { ...label, contentBits: 5 });
    const text = new TextDecoder().decode(outside!);
    expect(text).toContain(`id="{${foreign.label}}"`);
    expect(text).toMatch(new RegExp(`id="\\{${label.label}\\}"[^>]* contentBits="13"`));
  });
});

describe("properties that were there", () => {
  const ends = [
    ["as Word writes them", properties(property("Client", 2), property("Project", 3))],
    ["none", properties()],
    ["none, in one tag", `${head}<Properties xmlns="${propertiesNamespace}" xmlns:vt="${valuesNamespace}" />`],
    ["in lines", properties("\n  ", property("Client", 7), "\r\n\t")],
    [
      "with a prefix and single quotes",
      `${head}<p:Properties xmlns:p='${propertiesNamespace}' xmlns:v='${valuesNamespace}'><p:property fmtid='{D5CDD505-2E9C-101B-9397-08002B2CF9AE}' pid='2' name='Client'><v:lpwstr>x</v:lpwstr></p:property></p:Properties>`,
    ],
    [
      "behind a mark, with a comment",
      `\ufeff${head}<!-- a -->${properties(property("Client", 2)).slice(head.length)}<!-- b -->`,
    ],
    ["with long names in other scripts", properties(property("名前".repeat(100), 2, "значение \u{1f4c4}"))],
    ["with the highest number", properties(property("Client", 0x7fffffff))],
    [
      "strict",
      properties(property("Client", 2))
        .replace(propertiesNamespace, "http://purl.oclc.org/ooxml/officeDocument/customProperties")
        .replace(valuesNamespace, "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes"),
    ],
  ] as const;

  it.each(ends)("stay as they were: %s", async (_name, text) => {
    const before = await withProperties(text);
    const file = await give(before, label);
    expect(await labelsOf(file)).toMatchObject([{ name: "Confidential" }]);
    const now = await partOf(file, "docProps/custom.xml");
    const ids = [...now.matchAll(/pid=["'](\d+)["']/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await differing(await take(file), before)).toEqual([]);
  });

  it("may be 100,000, and no more", async () => {
    const many = Array.from({ length: 99_994 }, (_, i) => property(`p${i}`, i + 2));
    expect(await outcome(give(await withProperties(properties(...many)), label))).toBe("success");
    const more = await withProperties(properties(...many, property("one", 100_001)));
    expect(await outcome(give(more, label))).toBe("office-malformed");
  });
});

describe("labels of other programs", () => {
  const named = (attribute: string, value: string, pid: number) =>
    property(`MSIP_Label_${label.label}_${attribute}`, pid, value);

  it("count by their properties alone, in any case and with braces", async () => {
    const all = properties(
      named("enabled", "True", 2),
      named("SITEID", `{${tenant.toUpperCase()}}`, 3),
      named("Name", "Old", 4),
    );
    expect(await labelsOf(await withProperties(all))).toEqual([{ label: label.label, tenant, name: "Old" }]);
    expect(await partOf(await take(await withProperties(all)), "docProps/custom.xml")).toBe(properties());
  });

  it("do not count when they are off, or were taken off", async () => {
    expect(await labelsOf(await withProperties(properties(named("Enabled", "false", 2))))).toEqual([]);
    const file = await give(plain, label);
    const removed = (await partOf(file, "docMetadata/LabelInfo.xml"))
      .replace('enabled="1"', 'enabled="0"')
      .replace('removed="0"', 'removed="1"');
    expect(await labelsOf(await having({ "docMetadata/LabelInfo.xml": removed }, file))).toEqual([]);
  });

  it("do not count where nothing says whose they are", async () => {
    const file = await withProperties(properties(named("Enabled", "true", 2)));
    expect(await labelsOf(file)).toEqual([{ label: label.label, tenant: null, name: null }]);
    expect(await differing(await take(file), file)).toEqual([]);
  });

  it("keep their extensions", async () => {
    const text = (await partOf(await give(plain, foreign), "docMetadata/LabelInfo.xml")).replace(
      "</clbl:labelList >",
      '<clbl:extLst><clbl:ext uri="{1}"/></clbl:extLst></clbl:labelList>',
    );
    const before = await having({ "docMetadata/LabelInfo.xml": text }, await give(plain, foreign));
    const file = await give(before, label);
    expect(await partOf(file, "docMetadata/LabelInfo.xml")).toMatch(
      /<clbl:label [^>]*\/><clbl:label [^>]*\/><clbl:extLst>/,
    );
    expect(await differing(await take(file), before)).toEqual([]);
  });
});

describe("a document that is made to mislead", () => {
  const bad = [
    ["an entity of its own", '<!DOCTYPE Properties [<!ENTITY a "aaaa">]>', property("a", 2, "&a;")],
    ["a thousand laughs", '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>', property("a", 2, "&b;")],
    ["a DOCTYPE of elsewhere", '<!DOCTYPE Properties SYSTEM "http://127.0.0.1/x">', ""],
    ["an entity that is none", "", property("a", 2, "&nbsp;")],
    ["a character beyond all", "", property("a", 2, "&#x110000;")],
    ["elements that cross", "", "<property></Properties></property>"],
    ["an attribute twice", "", property("a", 2).replace("pid=", 'name="b" pid=')],
    ["a prefix that means nothing", "", property("a", 2).replaceAll("vt:", "zz:")],
    ["depth", "", `${"<a>".repeat(2000)}${"</a>".repeat(2000)}`],
    ["no end", "", "<!-- "],
  ] as const;

  it.each(bad)("is refused: %s", async (_name, front, inner) => {
    const text = properties(inner).replace("<Properties", `${front}<Properties`);
    expect(await outcome(give(await withProperties(text), label))).toBe("office-malformed");
  });

  it("is not read in another encoding", async () => {
    const utf16 = properties(property("a", 2)).replace("UTF-8", "UTF-16");
    expect(await outcome(give(await withProperties(utf16), label))).toBe("office-unsupported");
  });

  it("is no document where the parts of one are missing", async () => {
    expect(await outcome(give(await having({ "_rels/.rels": null }), label))).toBe("office-malformed");
  });

  it("keeps a part that has the name of ours and is another's", async () => {
    const before = await having({ "docMetadata/LabelInfo.xml": "not a list", "docProps/custom.xml": "nothing" });
    const file = await give(before, label);
    expect(await labelsOf(file)).toMatchObject([{ name: "Confidential" }]);
    expect(await differing(await take(file), before)).toEqual([]);
  });
});

/** LibreOffice writes all kinds, and shows them again; each start of it takes seconds. */
describe("documents of LibreOffice", () => {
  const kinds = {
    docx: { source: "a.html", filter: "docx:MS Word 2007 XML" },
    xlsx: { source: "a.csv", filter: "xlsx:Calc MS Excel 2007 XML" },
    pptx: { source: "a.fodp", filter: "pptx:Impress MS PowerPoint 2007 XML" },
  };
  const marks = marksOf({ header: { text: { en: "seen above" } }, footer: { text: { en: "seen below" } } }, "en");
  const bytesOf = (...path: string[]) => new Uint8Array(readFileSync(join(folder, ...path)));

  function soffice(to: string, outdir: string, ...files: string[]): void {
    const profile = `-env:UserInstallation=file://${folder}/profile`;
    const paths = files.map((name) => join(folder, name));
    const args = [profile, "--headless", "--convert-to", to, "--outdir", join(folder, outdir), ...paths];
    execFileSync("soffice", args, { stdio: "pipe", timeout: 200_000 });
  }

  beforeAll(async () => {
    await makeProfile(join(folder, "profile"), findSuite().libreOffice);
    writeFileSync(join(folder, "a.html"), "<html><body><p>words of the plan</p></body></html>");
    writeFileSync(join(folder, "a.csv"), "words,of\nthe,plan\n");
    const office = "urn:oasis:names:tc:opendocument:xmlns";
    writeFileSync(
      join(folder, "a.fodp"),
      `<?xml version="1.0"?><office:document xmlns:office="${office}:office:1.0" xmlns:draw="${office}:drawing:1.0" xmlns:text="${office}:text:1.0" xmlns:svg="${office}:svg-compatible:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation><draw:page draw:name="p"><draw:frame svg:width="10cm" svg:height="2cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>words of the plan</text:p></draw:text-box></draw:frame></draw:page></office:presentation></office:body></office:document>`,
    );
    writeFileSync(join(folder, "again.docx"), await give(plain, label));
    soffice(kinds.docx.filter, "made", "a.html", "again.docx");
    soffice(kinds.xlsx.filter, "made", "a.csv");
    soffice(kinds.pptx.filter, "made", "a.fodp");
    for (const kind of Object.keys(kinds))
      writeFileSync(join(folder, `${kind}.${kind}`), await give(bytesOf("made", `a.${kind}`), { ...label, marks }));
    soffice("pdf", "shown", ...Object.keys(kinds).map((kind) => `${kind}.${kind}`));
  }, 400_000);

  it.each(Object.keys(kinds))(".%s: only the label's parts change, and it opens as before, marked", async (kind) => {
    const before = bytesOf("made", `a.${kind}`);
    const file = await give(before, label);
    expect((await differing(before, file)).filter((name) => !written.includes(name))).toEqual([]);
    expect(await differing(await take(await give(file, other)), before)).toEqual([]);
    expect(await differing(await take(bytesOf(`${kind}.${kind}`)), before)).toEqual([]);
    const text = execFileSync("pdftotext", [join(folder, "shown", `${kind}.pdf`), "-"], { encoding: "utf8" });
    for (const words of ["plan", "seen above", "seen below"]) expect(text).toContain(words);
  });

  it("keeps the label when LibreOffice saves the document", async () => {
    expect(await labelsOf(bytesOf("made", "again.docx"))).toMatchObject([
      { label: label.label, tenant, name: "Confidential" },
    ]);
  });
});
