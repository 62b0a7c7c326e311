import { randomFillSync } from "node:crypto";

/** A PDF as scans make them: on each page text, and a picture that cannot be compressed, of about so many bytes. */
export function picturePdf(pages: number, pictureBytes: number): Buffer {
  const kids = Array.from({ length: pages }, (_none, at) => `${4 + 3 * at} 0 R`).join(" ");
  const objects: Buffer[] = [
    object("<< /Type /Catalog /Pages 2 0 R >>"),
    object(`<< /Type /Pages /Kids [${kids}] /Count ${pages} /MediaBox [0 0 595 842] >>`),
    object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
  ];
  for (let at = 0; at < pages; at++) objects.push(...page(at, pictureBytes));
  return assembled(objects);
}

const object = (...parts: (string | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as Buffer)));

/** The page, what is drawn on it, and its picture. */
function page(at: number, pictureBytes: number): Buffer[] {
  const lines = Array.from(
    { length: 40 },
    (_none, line) => `0 -14 Td (page ${at + 1}, line ${line + 1} of this report) Tj`,
  );
  const text = `BT /F1 11 Tf 72 790 Td ${lines.join(" ")} ET`;
  const drawn = pictureBytes === 0 ? text : `${text} q 450 0 0 180 72 20 cm /P Do Q`;
  const [own, side] = [4 + 3 * at, Math.max(1, Math.round(Math.sqrt(pictureBytes / 3)))];
  const resources = `/Font << /F1 3 0 R >> /XObject << /P ${own + 2} 0 R >>`;
  const pixels = randomFillSync(Buffer.alloc(side * side * 3));
  const kind = `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceRGB /BitsPerComponent 8`;
  return [
    object(`<< /Type /Page /Parent 2 0 R /Resources << ${resources} >> /Contents ${own + 1} 0 R >>`),
    object(`<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`),
    object(`<< ${kind} /Length ${pixels.length} >>\nstream\n`, pixels, "\nendstream"),
  ];
}

function assembled(objects: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  for (const [at, body] of objects.entries()) {
    const whole = object(`${at + 1} 0 obj\n`, body, "\nendobj\n");
    offsets.push(length);
    parts.push(whole);
    length += whole.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([
    ...parts,
    Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}${trailer}`),
  ]);
}
