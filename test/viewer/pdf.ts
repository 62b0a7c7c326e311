/** PDFs written by hand, so that a test knows each byte of them. */

export interface PdfOptions {
  /** What stands on each page. */
  readonly pages: readonly string[];
  /** Bytes of a stream nobody needs, between the pages and the table at the end. */
  readonly padding?: number;
  /** More of the catalogue: `/OpenAction …`. */
  readonly catalogue?: string;
  /** Points. */
  readonly size?: readonly [number, number];
}

/** A PDF 1.4 as old programs write it: a table of objects at the end, one font that it does not bring along. */
export function pdf({ pages, padding = 0, catalogue = "", size = [612, 792] }: PdfOptions): Buffer {
  const kids = pages.map((_page, at) => `${4 + 2 * at} 0 R`).join(" ");
  const objects: (string | Buffer)[] = [
    `<< /Type /Catalog /Pages 2 0 R ${catalogue} >>`,
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} /MediaBox [0 0 ${size.join(" ")}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  for (const [at, text] of pages.entries()) {
    const content = `BT /F1 36 Tf 72 ${size[1] - 100} Td (${text}) Tj ET 0.8 0.1 0.1 rg 200 200 200 200 re f`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * at} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    );
  }
  if (padding > 0) {
    const filler = Buffer.alloc(padding, "padding ");
    objects.push(
      Buffer.concat([Buffer.from(`<< /Length ${padding} >>\nstream\n`), filler, Buffer.from("\nendstream")]),
    );
  }
  return withTable(objects);
}

function withTable(objects: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  for (const [at, body] of objects.entries()) {
    offsets.push(length);
    const object = Buffer.concat([
      Buffer.from(`${at + 1} 0 obj\n`),
      Buffer.from(body as string),
      Buffer.from("\nendobj\n"),
    ]);
    parts.push(object);
    length += object.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(table + trailer)]);
}
