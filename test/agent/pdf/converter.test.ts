import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Conversion, Converter } from "../../../agent/pdf/converter.js";
import { findSuite } from "../../../agent/pdf/suite.js";
import { excelParts, makePackage, relationship, wordParts } from "../../office-documents.js";

let folder: string;
let converter: Converter;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seal-converter-"));
  converter = await Converter.open(findSuite(), folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = (name: string, parts: Record<string, string>) => makePackage(join(converter.incoming, name), parts);
const textOf = (conversion: Conversion): string =>
  "pdf" in conversion
    ? execFileSync("pdftotext", [conversion.pdf, "-"], { encoding: "utf8" }).trim()
    : conversion.error.code;

describe("a batch of documents", () => {
  it("becomes PDFs, a damaged one costs only itself, and nothing stays behind when it is cleared", async () => {
    put("1.docx", wordParts("the first"));
    put("2.docx", wordParts("the other"));
    await writeFile(join(converter.incoming, "3.docx"), "PK\u0003\u0004 and nothing else");
    const texts = (await converter.convert(["1.docx", "3.docx", "2.docx"])).map(textOf);
    expect(texts).toEqual(["the first", "converter-failed", "the other"]);
    await converter.clear();
    for (const name of ["in", "out"]) expect(await readdir(join(folder, name))).toEqual([]);
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
    const texts = (await converter.convert(["1.docx", "2.xlsx", "3.docx"])).map(textOf);
    await rm(secret);
    for (const [i, words] of ["seen", "counted", "shown"].entries()) expect(texts[i]).toContain(words);
    expect(requests).toEqual([]);
    expect(texts.join(" ")).not.toContain("password");
  });

  it("that never ends is ended, and all that it started", async () => {
    const script = join(converter.incoming, "endless");
    await writeFile(script, "#!/bin/sh\nsleep 1234 &\nwhile :; do sleep 1; done\n");
    await chmod(script, 0o755);
    const endless = { ...findSuite(), libreOffice: "/work/in/endless" };
    const limited = await Converter.open(endless, folder, { startMs: 500, eachMs: 0 });
    put("1.docx", wordParts("never"));
    expect(textOf((await limited.convert(["1.docx"]))[0]!)).toBe("converter-failed");
    const processes = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
    expect(processes).not.toContain("sleep 1234");
  });

  it("with sums that take for ever is ended in time, too", async () => {
    const parts = excelParts("counted", "");
    const sheet = "xl/worksheets/sheet1.xml";
    const sums = Array.from({ length: 20_000 }, (_, i) => {
      const row = i + 2;
      return `<row r="${row}"><c r="A${row}"><f>SUMPRODUCT(ROW($1:$1048576)*ROW($${row}:$1048576))</f></c></row>`;
    });
    const name = "1.xlsx";
    put(name, { ...parts, [sheet]: parts[sheet]!.replace("</sheetData>", `${sums.join("")}</sheetData>`) });
    const limited = await Converter.open(findSuite(), folder, { startMs: 10_000, eachMs: 0 });
    const since = Date.now();
    expect(textOf((await limited.convert([name]))[0]!)).toBe("converter-failed");
    expect(Date.now() - since).toBeGreaterThan(9000);
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(`/in/${name}`);
  });

  it("writes nowhere but into its folder", async () => {
    const script = join(converter.incoming, "writer");
    const outside = join(tmpdir(), `seal-outside-${process.pid}`);
    await writeFile(script, `#!/bin/sh\ntouch ${outside} /usr/${process.pid} /work/in/x /work/x /x /work/out/inside\n`);
    await chmod(script, 0o755);
    const writing = await Converter.open({ ...findSuite(), libreOffice: "/work/in/writer" }, folder);
    await writing.convert(["1.docx"]);
    const places = [
      outside,
      `/usr/${process.pid}`,
      join(folder, "in", "x"),
      join(folder, "x"),
      join(folder, "out", "inside"),
    ];
    expect(places.map(existsSync)).toEqual([false, false, false, false, true]);
  });

  it("puts no link in the way of what is read, written or erased afterwards", async () => {
    const victim = await mkdtemp(join(tmpdir(), "seal-victim-"));
    execFileSync("cp", ["/bin/true", join(victim, "kept")]);
    makePackage(join(converter.incoming, "1.docx"), wordParts("stolen"));
    const pdf = (await converter.convert(["1.docx"]))[0] as { pdf: string };
    execFileSync("cp", [pdf.pdf, join(victim, "1.pdf")]);
    await converter.clear();
    const script = join(converter.incoming, "linker");
    const steps = [
      `ln -s ${victim}/1.pdf /work/out/1.pdf`,
      `ln -s ${victim} /work/out/more`,
      "mv /work/out /work/other || rm -rf /work/out",
      `ln -s ${victim} /work/out`,
      `rm -rf /work/profile; ln -s ${victim} /work/profile`,
    ];
    await writeFile(script, `#!/bin/sh\n${steps.join("\n")}\n`);
    await chmod(script, 0o755);
    const linking = await Converter.open({ ...findSuite(), libreOffice: "/work/in/linker" }, folder);
    expect(textOf((await linking.convert(["1.docx", "2.docx"]))[0]!)).toBe("converter-failed");
    await linking.clear();
    expect((await readdir(victim)).sort()).toEqual(["1.pdf", "kept"]);
    await rm(victim, { recursive: true });
  });
});
