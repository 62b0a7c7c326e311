import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, collect, concat, sourceOf, utf8 } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import { carriedLabels, labelled, unlabelled } from "../../../shared/format/carrier.js";
import type { LabelToWrite } from "../../../shared/format/label-properties.js";
import { pdfOf, streamObject, throughProgram } from "../../pdf-documents.js";
import { label, tenant } from "../../sample-label.js";
import { outcome, strictSource } from "../../vectors.js";

const other: LabelToWrite = { ...label, label: "11111111-2222-4333-8444-555555555555", name: 'Größe (名) \\ "<&>' };
const foreign: LabelToWrite = {
  ...label,
  label: "aaaaaaaa-2222-4333-8444-555555555555",
  tenant: "bbbbbbbb-2222-4333-8444-555555555555",
  name: "Geheim",
};

const give = async (file: Bytes, to = label) => collect((await labelled("pdf", strictSource(file), to)).pieces());
const take = async (file: Bytes, of = tenant) => collect((await unlabelled("pdf", strictSource(file), of)).pieces());
const namesIn = async (file: Bytes) => (await carriedLabels("pdf", strictSource(file))).map(({ name }) => name);
const isSame = (a: Bytes, b: Bytes) => Buffer.compare(a, b) === 0;
const beginsWith = (file: Bytes, front: Bytes) => isSame(file.slice(0, front.length), front);

const rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const packet = (descriptions: string) =>
  `<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}">${descriptions}</rdf:RDF></x:xmpmeta>\n${" ".repeat(100)}<?xpacket end="w"?>`;
const title = `<rdf:Description rdf:about="uuid:1" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">A plan</rdf:li></rdf:Alt></dc:title></rdf:Description>`;
const xmp = (descriptions: string) => streamObject(packet(descriptions), "/Type /Metadata /Subtype /XML");

const bare = pdfOf({});
const full = pdfOf({
  catalogue: "/Metadata 4 0 R",
  objects: [xmp(title), "<</Title(A \\(plan\\))/Author <feff0047007200f600df0065>/Producer/none>>"],
  trailer: "/Info 5 0 R /ID [<0011> (two)]",
});
const qpdf = (...args: string[]) => throughProgram("qpdf", ["IN", "OUT", ...args], full).out;

/** What old programs see is free, and new ones find in a stream: Info and its text in a stream of objects. */
function hybrid(): Bytes {
  const packed = "5 0 << /Title (hidden) >>";
  const head = Buffer.from(pdfOf({ objects: [streamObject(packed, "/Type /ObjStm /N 1 /First 4")] })).toString(
    "latin1",
  );
  const body = head.slice(0, head.indexOf("xref\n"));
  const at = (object: number) => body.indexOf(`${object} 0 obj`);
  const rows = [1, 2, 3, 4].map((object) => `${String(at(object)).padStart(10, "0")} 00000 n \n`).join("");
  const stream = `6 0 obj\n${streamObject("\x02\x00\x04\x00", "/Type /XRef /W [1 2 1] /Index [5 1] /Size 7")}\nendobj\n`;
  const table = `xref\n0 7\n0000000005 65535 f \n${rows}0000000006 00000 f \n0000000000 00000 f \n`;
  const trailer = `trailer\n<< /Size 7 /Root 1 0 R /Info 5 0 R /XRefStm ${body.length} >>\n`;
  const end = `${trailer}startxref\n${body.length + stream.length}\n%%EOF`;
  return new Uint8Array(Buffer.from(body + stream + table + end, "latin1"));
}

const kinds: Record<string, Bytes> = {
  "without any information": bare,
  "with information and XMP": full,
  "with its tables in streams, and its objects packed": qpdf("--object-streams=generate"),
  linearised: qpdf("--linearize"),
  "linearised, in streams": qpdf("--linearize", "--object-streams=generate"),
  "hybrid, whose information old programs do not see": hybrid(),
  "that ends in its last word": pdfOf({ ending: "" }),
  "with spaces behind its end": pdfOf({ ending: "\r\n\r\n   \0\0" }),
};

describe("a label in a PDF", () => {
  it.each(Object.keys(kinds))(
    "%s: stands behind all there was, in both places, for other programs too",
    async (kind) => {
      const before = kinds[kind]!;
      const file = await give(before, other);
      expect(beginsWith(file, before)).toBe(true);
      expect(await namesIn(file)).toEqual([other.name]);
      expect(throughProgram("qpdf", ["--check", "IN"], file).said).toContain("No syntax or stream encoding errors");
      const custom = throughProgram("pdfinfo", ["-custom", "IN"], file).said;
      expect(custom).toContain(`MSIP_Label_${other.label}_Name:${other.name}`);
      expect(custom).toContain(`MSIP_Label_${other.label}_SiteId:${tenant}`);
      const meta = throughProgram("pdfinfo", ["-meta", "IN"], file).said;
      const escaped = other.name
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replaceAll('"', "&quot;");
      expect(meta).toContain(`<pdfx:MSIP_Label_${other.label}_Name>${escaped}</pdfx:`);
      expect(isSame(await take(file), before)).toBe(true);
    },
  );

  it("keeps what the file says of itself besides", async () => {
    const said = throughProgram("pdfinfo", ["IN"], await give(full)).said;
    expect(said).toMatch(/Title: +A \(plan\)/);
    expect(said).toMatch(/Author: +Größe/);
    expect(throughProgram("pdfinfo", ["-meta", "IN"], await give(full)).said).toContain("<dc:title>");
    expect(throughProgram("pdfinfo", ["IN"], await give(hybrid())).said).toMatch(/Title: +hidden/);
  });

  it("takes over into new XMP what the dictionary said, which some programs then look for there", async () => {
    const info = "<< /Title (A <plan>) /Author (Ada) /ModDate (D:20260102030405+01'00') /CreationDate (once) >>";
    const meta = throughProgram(
      "pdfinfo",
      ["-meta", "IN"],
      await give(pdfOf({ objects: [info], trailer: "/Info 4 0 R" })),
    ).said;
    expect(meta).toContain(">A &lt;plan&gt;<");
    expect(meta).toContain("<xmp:ModifyDate>2026-01-02T03:04:05+01:00<");
    expect(meta).not.toContain("CreateDate");
  });

  it("gives way to another, and the file grows no further", async () => {
    const once = await give(full);
    const twice = await give(once, other);
    expect(await namesIn(twice)).toEqual([other.name]);
    expect(isSame(twice, await give(full, other))).toBe(true);
    expect(isSame(await take(twice), full)).toBe(true);
  });

  it("stands beside those of others, which stay when it goes", async () => {
    const theirs = await give(full, foreign);
    const both = await give(theirs);
    expect(beginsWith(both, theirs)).toBe(true);
    expect((await namesIn(both)).sort()).toEqual(["Confidential", "Geheim"]);
    expect(isSame(await take(both), theirs)).toBe(true);
    const oursGone = await take(await give(await give(full), foreign));
    expect(await namesIn(oursGone)).toEqual(["Geheim"]);
    expect(throughProgram("pdfinfo", ["-meta", "IN"], oursGone).said).not.toContain(label.label);
  });

  it("goes from both places where another program wrote the file anew since", async () => {
    const anew = throughProgram("qpdf", ["IN", "OUT"], await give(full)).out;
    const gone = await take(anew);
    expect(await namesIn(gone)).toEqual([]);
    expect(beginsWith(gone, anew)).toBe(true);
    const meta = throughProgram("pdfinfo", ["-meta", "IN"], gone).said;
    expect(meta).not.toContain("MSIP_Label");
    expect(meta.match(/<rdf:Description/g)).toHaveLength(1);
    expect(throughProgram("pdfinfo", ["-custom", "IN"], gone).said).not.toContain("MSIP_Label");
    expect(isSame(await take(gone), gone)).toBe(true);
  });

  it("is taken off by cutting only what labelling wrote, to the last byte", async () => {
    const file = await give(full);
    const touched = Buffer.from(file);
    touched.write("Plan", touched.lastIndexOf("/Title") + 9); // in the update: its writer cannot have been us
    const gone = await take(new Uint8Array(touched));
    expect(beginsWith(gone, new Uint8Array(touched))).toBe(true);
    expect(await namesIn(gone)).toEqual([]);
  });

  it("is read where it stands in XMP alone, as elements or attributes", async () => {
    const key = (attribute: string) => `MSIP_Label_${label.label}_${attribute}`;
    const values = { Enabled: "True", SiteId: tenant.toUpperCase(), Name: "Old &amp; kept" };
    const elements = Object.entries(values).map(([name, value]) => `<a:${key(name)}>${value}</a:${key(name)}>`);
    const attributes = Object.entries(values).map(([name, value]) => `a:${key(name)}='${value}'`);
    const start = `<rdf:Description rdf:about="" xmlns:a="http://ns.adobe.com/pdfx/1.3/"`;
    for (const description of [
      `${start}>${elements.join("")}</rdf:Description>`,
      `${start} ${attributes.join("\n")}/>`,
    ]) {
      const file = pdfOf({ catalogue: "/Metadata 4 0 R", objects: [xmp(title + description)] });
      expect(await namesIn(file)).toEqual(["Old & kept"]);
      const gone = await take(file);
      expect(await namesIn(gone)).toEqual([]);
      const meta = throughProgram("pdfinfo", ["-meta", "IN"], gone).said;
      expect([meta.includes("MSIP"), meta.includes("A plan")]).toEqual([false, true]);
    }
  });

  it("takes little reading, however long the file is", async () => {
    const long = pdfOf({ objects: [streamObject("x".repeat(32 << 20))] });
    const source = strictSource(long);
    const { size } = await labelled("pdf", source, label);
    expect(size - long.length).toBeLessThan(4096);
    expect(source.readBytes).toBeLessThan(1 << 16);
  });

  it("has a name of at most 255 characters", async () => {
    const [name] = await namesIn(await give(bare, { ...label, name: "n".repeat(300) }));
    expect(name).toHaveLength(255);
  });
});

describe("a PDF that is left as it is", () => {
  const replaced = (from: string | RegExp, to: string, file = full) =>
    new Uint8Array(Buffer.from(Buffer.from(file).toString("latin1").replace(from, to), "latin1"));
  const signed = (more: string) =>
    pdfOf({ catalogue: `/AcroForm 4 0 R ${more}`, objects: ["<< /SigFlags 3 /Fields [] >>"] });

  const refused: [string, Bytes, string][] = [
    ["encrypted with a password", qpdf("--encrypt", "user", "owner", "256", "--"), "pdf-unsupported"],
    ["encrypted against printing only", qpdf("--encrypt", "", "owner", "256", "--print=none", "--"), "pdf-unsupported"],
    ["signed", signed(""), "pdf-unsupported"],
    ["certified", pdfOf({ catalogue: "/Perms << /DocMDP 9 0 R >>" }), "pdf-unsupported"],
    ["behind something else", concat(utf8("MIME\n"), bare), "pdf-unsupported"],
    [
      "with XMP in UTF-16",
      pdfOf({ catalogue: "/Metadata 4 0 R", objects: [streamObject("\xfe\xff\0<\0a")] }),
      "pdf-unsupported",
    ],
    [
      "with XMP that declares entities",
      pdfOf({
        catalogue: "/Metadata 4 0 R",
        objects: [streamObject(`<!DOCTYPE x [<!ENTITY a "b">]>${packet(title)}`)],
      }),
      "pdf-unsupported",
    ],
    [
      "with XMP packed as nobody packs it",
      pdfOf({ catalogue: "/Metadata 4 0 R", objects: [streamObject("x", "/Filter /LZWDecode")] }),
      "pdf-unsupported",
    ],
    ["cut off", full.slice(0, -30), "pdf-malformed"],
    ["that is no PDF", utf8("%PDF-1.7\nnothing"), "pdf-malformed"],
    ["whose table lies elsewhere", replaced(/startxref\n\d+/, "startxref\n20"), "pdf-malformed"],
    ["whose table lies beyond its end", replaced(/startxref\n\d+/, "startxref\n99999999"), "pdf-malformed"],
    ["whose rows are short", replaced(/ 00000 n \n/g, " 00000 n\n"), "pdf-malformed"],
    [
      "whose table goes in a circle",
      replaced("/Info", `/Prev ${Buffer.from(full).lastIndexOf("xref\n0")} /Info`),
      "pdf-malformed",
    ],
    ["whose objects lie elsewhere", replaced("4 0 obj", "8 0 obj"), "pdf-malformed"],
    ["whose catalogue is none", replaced("/Root 1 0 R", "/Root 3 0 0"), "pdf-malformed"],
    ["whose information stands in the trailer", replaced("/Info 5 0 R", "/Info << >>"), "pdf-malformed"],
    ["whose stream is longer than it says", replaced(/\/Length \d+/, "/Length 5"), "pdf-malformed"],
    ["a dictionary of which has a key twice", replaced("/Producer/none", "/Title/none"), "pdf-malformed"],
    ["nested a thousand deep", replaced("/Producer/none", `/X ${"[".repeat(1000)}`), "pdf-malformed"],
    ["that says it has four billion objects", replaced("0 6\n", "0 4294967295\n"), "pdf-malformed"],
  ];

  it.each(refused)("%s", async (_name, file, code) => {
    expect(await outcome(give(file))).toBe(code);
  });

  it("with a stream that fills memories: it is given up soon", async () => {
    const bomb = streamObject(deflateSync(Buffer.alloc(64 << 20)).toString("latin1"), "/Filter /FlateDecode");
    expect(await outcome(give(pdfOf({ catalogue: "/Metadata 4 0 R", objects: [bomb] })))).toBe("pdf-malformed");
  });

  it("however it is damaged, fails as such a file does, and in no other way", async () => {
    const packed = kinds["with its tables in streams, and its objects packed"]!;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(full, packed, hybrid()),
        fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (file, changes) => {
          const damaged = file.slice();
          for (const [at, byte] of changes) damaged[Math.floor(at * file.length)] = byte;
          try {
            expect(beginsWith(await collect((await labelled("pdf", sourceOf(damaged), label)).pieces()), damaged)).toBe(
              true,
            );
          } catch (error) {
            if (!(error instanceof RightsError)) throw error;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
