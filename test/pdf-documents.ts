import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bytes } from "../shared/bytes.js";

/** PDFs of one page, written by hand or by qpdf, so that a test knows each byte of them. */

/** The first three objects of every such PDF. @param more - of the catalogue. */
const pageObjects = (more: string): string[] => [
  `<< /Type /Catalog /Pages 2 0 R ${more} >>`,
  "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 200 100] >>",
  "<< /Type /Page /Parent 2 0 R >>",
];

export const streamObject = (content: string, more = ""): string =>
  `<< /Length ${Buffer.byteLength(content, "latin1")} ${more} >>\nstream\n${content}\nendstream`;

/** @param objects - from number 4 on. @param ending - what stands behind the last word. */
export interface PdfParts {
  readonly catalogue?: string;
  readonly objects?: readonly string[];
  readonly trailer?: string;
  readonly ending?: string;
}

export function pdfOf({ catalogue = "", objects = [], trailer = "", ending = "\n" }: PdfParts): Bytes {
  let text = "%PDF-1.5\n%\xe2\xe3\xcf\xd3\n";
  const all = [...pageObjects(catalogue), ...objects];
  const rows = all.map((body, i) => {
    const row = `${String(text.length).padStart(10, "0")} 00000 n \n`;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return row;
  });
  const at = text.length;
  const table = `xref\n0 ${all.length + 1}\n0000000000 65535 f \n${rows.join("")}`;
  const end = `trailer\n<< /Size ${all.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${at}\n%%EOF${ending}`;
  return new Uint8Array(Buffer.from(text + table + end, "latin1"));
}

/** What a program of the system makes of a file, or says of it: `IN` and `OUT` among its words are the two files. */
export function throughProgram(program: string, args: readonly string[], input: Bytes): { out: Bytes; said: string } {
  const folder = mkdtempSync(join(tmpdir(), "seal-pdf-"));
  const files: Record<string, string> = { IN: join(folder, "in.pdf"), OUT: join(folder, "out.pdf") };
  try {
    writeFileSync(files.IN!, input);
    writeFileSync(files.OUT!, "");
    const said = execFileSync(
      program,
      args.map((arg) => files[arg] ?? arg),
      { encoding: "utf8", stdio: "pipe" },
    );
    return { out: new Uint8Array(readFileSync(files.OUT!)), said };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
