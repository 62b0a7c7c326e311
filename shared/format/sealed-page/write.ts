import { type ByteSource, type Bytes, concat, streamOf, toBase64, utf8 } from "../../bytes.js";
import { pageHead } from "./head.js";
import {
  blockMark,
  isSuffix,
  isWebOrigin,
  lineBytes,
  lineChars,
  malformed,
  pageEnd,
  type SealedPage,
  sealedPageLimits,
} from "./layout.js";

/** A page to be written. */
export interface SealedPageOf extends SealedPage {
  /** For people; the name its license has in clear. */
  readonly organisation: string;
}

const linesAtOnce = 4096;

function encodeLines(bytes: Bytes): Bytes {
  const text = toBase64(bytes);
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += lineChars) lines.push(`${text.slice(at, at + lineChars)}\n`);
  return utf8(lines.join(""));
}

/**
 * A sealed page (docs/formats/sealed-page.md): a protected file, and what hands it to the viewer of its service.
 * @param file - the protected file, at most `sealedPageLimits.file` bytes.
 * @param page - `service`: an origin, `https://rms.contoso.example`.
 * @throws RightsError `sealed-page-malformed` for what no reader would take.
 */
export async function* encodeSealedPage(file: ByteSource, page: SealedPageOf): AsyncGenerator<Bytes> {
  if (file.size === 0 || file.size > sealedPageLimits.file) throw malformed("a sealed page holds at most 12 MiB");
  if (!isSuffix(page.suffix)) throw malformed("a protected file's name does not end so");
  if (!isWebOrigin(page.service)) throw malformed("a sealed page names its service by its origin");
  const facts = `data-service="${page.service}" data-suffix="${page.suffix}" data-bytes="${file.size}"`;
  yield concat(utf8(await pageHead(page)), utf8(`${blockMark} id="sealed" ${facts}>\n`));
  for await (const piece of streamOf(file, lineBytes * linesAtOnce)) yield encodeLines(piece);
  yield utf8(`${pageEnd}\n`);
}
