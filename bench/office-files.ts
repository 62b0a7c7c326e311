import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Converter } from "../agent/pdf/converter.js";
import { makeProfile } from "../agent/pdf/profile.js";
import { findSuite } from "../agent/pdf/suite.js";
import { median, type Row, race, runs, seconds, time } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const batch = 20;
const gib = 2 ** 30;
const memoryBudgetMib = 250;
const ratioBudget = 1.1;

/** Twenty documents of some pages, and one that a gigabyte of pictures makes large; as a package and as a PDF. */
const making = `
import os, sys, zipfile
folder, count, large = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/octet-stream"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
def write(path, paragraphs, pictures=0):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", types)
        package.writestr("_rels/.rels", rels)
        text = "".join("<w:p><w:r><w:t>Paragraph %d of a plan, with words enough for a line or two on its page.</w:t></w:r></w:p>" % n for n in range(paragraphs))
        package.writestr("word/document.xml", '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>' + text + "</w:body></w:document>")
        for n in range(pictures):
            package.writestr("word/media/%d.bin" % n, os.urandom(1 << 20), zipfile.ZIP_STORED)
for n in range(count):
    write(os.path.join(folder, "%02d.docx" % n), 150)
write(os.path.join(folder, "large.docx.in"), 150, large >> 20)
with open(os.path.join(folder, "large.pdf.in"), "wb") as pdf:
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 200 100] >>", b"<< /Type /Page /Parent 2 0 R >>"]
    pdf.write(b"%PDF-1.5\\n")
    rows = []
    for n, body in enumerate(objects + [None]):
        rows.append(b"%010d 00000 n \\n" % pdf.tell())
        pdf.write(b"%d 0 obj\\n" % (n + 1))
        if body is not None:
            pdf.write(body)
        else:
            pdf.write(b"<< /Length %d >>\\nstream\\n" % large)
            for _ in range(large >> 20):
                pdf.write(os.urandom(1 << 20))
            pdf.write(b"\\nendstream")
        pdf.write(b"\\nendobj\\n")
    at = pdf.tell()
    pdf.write(b"xref\\n0 5\\n0000000000 65535 f \\n" + b"".join(rows))
    pdf.write(b"trailer\\n<< /Size 5 /Root 1 0 R >>\\nstartxref\\n%d\\n%%%%EOF\\n" % at)
`;

/** Twenty documents with their copies to look at, beside LibreOffice's own way; and what one of a gigabyte takes of memory. */
export async function* officeFiles(trial: BenchTrial): AsyncGenerator<Row> {
  const dir = mkdtempSync(join(tmpdir(), "seal-office-"));
  try {
    execFileSync("python3", ["-c", making, dir, String(batch), String(gib)]);
    const names = readdirSync(dir).filter((name) => name.endsWith(".docx"));
    await makeProfile(join(dir, "profile"), findSuite().libreOffice);
    yield* conversions(dir, names);
    yield* protecting(trial, dir, names);
    for (const extension of ["docx", "pdf"]) yield await large(trial, dir, extension);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** All in one call, in a profile that was used before and tries out no graphics: the fastest it has. */
const peerLine = (dir: string, names: readonly string[]): string => {
  const files = names.map((name) => join(dir, name)).join(" ");
  return `soffice -env:UserInstallation=file://${dir}/profile --headless --convert-to pdf --outdir ${dir}/peer ${files} > /dev/null`;
};

/** The conversion alone: confined, in the converter's own folder. */
async function* conversions(dir: string, names: readonly string[]): AsyncGenerator<Row> {
  const folder = join(dir, "converter");
  mkdirSync(folder);
  const converter = await Converter.open(findSuite(), folder);
  const pairs: [ours: number, peer: number][] = [];
  for (let run = 0; run <= runs; run++) {
    for (const name of names) copyFileSync(join(dir, name), join(converter.incoming, name));
    const startMs = performance.now();
    for await (const [, one] of converter.convert(names))
      if ("error" in one) throw new Error("a document was not converted");
    const ours = (performance.now() - startMs) / 1000;
    await converter.clear();
    const peer = await time(peerLine(dir, names));
    if (run > 0) pairs.push([ours, peer.seconds]);
  }
  yield row(`${batch} Office files: PDFs, confined`, "soffice, one call", {
    ours: median(pairs.map(([ours]) => ours)),
    peer: median(pairs.map(([, peer]) => peer)),
    ratio: median(pairs.map(([ours, peer]) => ours / peer)),
  });
}

/** From clear files to protected ones with a protected copy each. */
async function* protecting({ seal, label, home }: BenchTrial, dir: string, names: readonly string[]) {
  const env = { ...process.env, SEALWRIGHT_HOME: home };
  const files = names.map((name) => join(dir, name)).join(" ");
  const ours = `${seal} protect --label '${label}' --ppdf --out ${dir}/protected ${files}`;
  const fresh = () => rmSync(join(dir, "protected"), { recursive: true, force: true });
  const result = await race(ours, peerLine(dir, names), fresh, env);
  yield row(`${batch} Office files: protected, each with its copy`, "soffice, one call", result);
}

async function large({ seal, label, home }: BenchTrial, dir: string, extension: string): Promise<Row> {
  const [from, to] = [join(dir, `large.${extension}.in`), join(dir, `large.${extension}`)];
  const peaks: number[] = [];
  for (let run = 0; run < runs; run++) {
    copyFileSync(from, to);
    const env = { ...process.env, SEALWRIGHT_HOME: home };
    peaks.push((await time(`${seal} protect --label '${label}' --no-ppdf ${to}`, env)).peakMib);
    for (const name of [`large.${extension}`, "large.ppdf"]) rmSync(join(dir, name), { force: true });
  }
  const peak = Math.max(...peaks);
  return {
    what: `1 GiB, .${extension} with its label inside: peak memory`,
    ours: `${peak.toFixed(0)} MiB`,
    peer: "–",
    ratio: peak / memoryBudgetMib,
    budget: `under ${memoryBudgetMib} MiB`,
    holds: peak < memoryBudgetMib,
  };
}

const row = (what: string, peer: string, result: { ours: number; peer: number; ratio: number }): Row => ({
  what,
  ours: seconds(result.ours),
  peer: `${seconds(result.peer)} (${peer})`,
  ratio: result.ratio,
  budget: `at most ${ratioBudget}`,
  holds: result.ratio <= ratioBudget,
});
