/** Texts for people in a PDF (ISO 32000-1, 7.9.2.2): one byte a character, or UTF-16 behind a mark. */

/** Where the first of these differs from latin1 (D.2). */
const special = new Map(
  [..."˘ˇˆ˙˝˛˚˜"]
    .map((char, i): [number, string] => [0x18 + i, char])
    .concat([..."•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž"].map((char, i): [number, string] => [0x80 + i, char]))
    .concat([[0xa0, "€"]]),
);

const fromMarked = (bytes: string, encoding: string): string =>
  new TextDecoder(encoding).decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));

/** @param bytes - one character each. */
export function decodeText(bytes: string): string {
  if (bytes.startsWith("\u00fe\u00ff")) return fromMarked(bytes.slice(2), "utf-16be");
  if (bytes.startsWith("\u00ff\u00fe")) return fromMarked(bytes.slice(2), "utf-16le");
  if (bytes.startsWith("\u00ef\u00bb\u00bf")) return fromMarked(bytes.slice(3), "utf-8");
  return [...bytes].map((char) => special.get(char.charCodeAt(0)) ?? char).join("");
}

/** As it is written in a file, with what is around it. */
export function encodeText(text: string): string {
  if (/^[ -~]*$/.test(text)) return `(${text.replace(/[()\\]/g, "\\$&")})`;
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0"));
  return `<feff${units.join("")}>`;
}
