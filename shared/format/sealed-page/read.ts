import { type ByteSource, type Bytes, fromBase64, rechunk, startsWith } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { type Prefix, prefixOf, StreamPrefix } from "../prefix.js";
import {
  blockMark,
  isSuffix,
  isWebOrigin,
  lineBytes,
  lineChars,
  malformed,
  pageEnd,
  pageMark,
  pageVersion,
  type SealedPage,
  sealedPageLimits,
} from "./layout.js";

/** Where the protected file lies in a page, in bytes of the page. */
interface Block extends SealedPage {
  readonly offset: number;
  /** Of the file, once decoded. */
  readonly size: number;
  /** What ends a line: 1 or 2 bytes, as mail programs may rewrite them. */
  readonly lineEnd: string;
}

const latin1 = (bytes: Bytes): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
};

const block =
  /^<script type="application\/vnd\.sealwright\.sealed-page" id="sealed" data-service="([^"]{1,310})" data-suffix="([^"]{1,32})" data-bytes="([1-9]\d{0,15})">(\r?\n)/;

/** Whether a file that begins so says it is a sealed page; its name does not count. */
export const isSealedPage = (head: Bytes): boolean => head.length >= pageMark.length && startsWith(head, pageMark);

/** @returns `null` for what is no sealed page at all. */
async function findBlock(prefix: Prefix): Promise<Block | null> {
  if (!isSealedPage(await prefix.upTo(0, pageMark.length))) return null;
  const head = latin1(await prefix.upTo(0, sealedPageLimits.head));
  const version = /^\d{1,4}(?=">)/.exec(head.slice(pageMark.length))?.[0];
  if (version === undefined) throw malformed("the page does not say its version");
  if (version !== pageVersion)
    throw new RightsError("sealed-page-unsupported", `version ${version} of sealed pages is not known here`);
  const start = head.indexOf(blockMark);
  if (start < 0) throw malformed("there is no protected file in the page");
  if (head.includes(blockMark, start + 1)) throw malformed("there are two protected files in the page");
  return parseBlock(head.slice(start), start);
}

function parseBlock(text: string, start: number): Block {
  const [all, service, suffix, bytes, lineEnd] = block.exec(text) ?? [];
  if (all === undefined) throw malformed("the page does not say as it must what it holds");
  const size = Number(bytes);
  if (size > sealedPageLimits.file) throw malformed("the page says that it holds more than 12 MiB");
  if (!isWebOrigin(service!)) throw malformed("the page names no service");
  if (!isSuffix(suffix!)) throw malformed("the page holds a file of a kind that cannot be");
  return { offset: start + all.length, size, service: service!, suffix: suffix!, lineEnd: lineEnd! };
}

const strideOf = ({ lineEnd }: Block): number => lineChars + lineEnd.length;
const charsOf = (size: number): number => Math.ceil(size / 3) * 4;
/** Bytes of the page that the file takes, its last line's end included. */
const codedSize = (found: Block): number =>
  charsOf(found.size) + Math.ceil(found.size / lineBytes) * found.lineEnd.length;

/** Whole lines, of which only the last of the file may be shorter; every line end where it must be. */
function decodeLines(coded: Bytes, { lineEnd }: Block): Bytes {
  const chars = new Uint8Array(coded.length);
  let filled = 0;
  for (let at = 0; at < coded.length; ) {
    const end = Math.min(at + lineChars, coded.length - lineEnd.length);
    chars.set(coded.subarray(at, end), filled);
    filled += end - at;
    for (const [i, char] of [...lineEnd].entries())
      if (coded[end + i] !== char.charCodeAt(0)) throw malformed("a line of the page is not as long as it must be");
    at = end + lineEnd.length;
  }
  return fromBase64(latin1(chars.subarray(0, filled)), "sealed-page-malformed");
}

const endPattern = new RegExp(`^${pageEnd}[\\r\\n]*$`);

function checkEnd(end: Bytes): void {
  if (!endPattern.test(latin1(end))) throw malformed("the page does not end as it must");
}

/** The protected file in a page, read at any place: of the page no more is read than the lines that hold it. */
function sourceIn(source: ByteSource, found: Block): ByteSource {
  const stride = strideOf(found);
  const coded = codedSize(found);
  return {
    size: found.size,
    async read(offset, length) {
      const first = Math.floor(offset / lineBytes);
      const from = first * stride;
      const to = Math.min(Math.ceil((offset + length) / lineBytes) * stride, coded);
      const bytes = decodeLines(await source.read(found.offset + from, to - from), found);
      const skipped = offset - first * lineBytes;
      return bytes.subarray(skipped, skipped + length);
    },
  };
}

/**
 * The protected file in a sealed page, decoded where it is looked at.
 * @returns `null` for what is no sealed page, which is not an error.
 * @throws RightsError `sealed-page-malformed`, `sealed-page-unsupported`.
 */
export async function readSealedPage(source: ByteSource): Promise<(SealedPage & { file: ByteSource }) | null> {
  const found = await findBlock(prefixOf(source));
  if (found === null) return null;
  const end = found.offset + codedSize(found);
  const rest = source.size - end;
  if (rest < pageEnd.length || rest > sealedPageLimits.end)
    throw malformed("the page is not as long as it says of itself");
  checkEnd(await source.read(end, rest));
  return { service: found.service, suffix: found.suffix, file: sourceIn(source, found) };
}

/**
 * The same of a stream; no more of it is held than its head and some lines. How the page ends is seen last.
 * @returns `rest`, to be read once: the protected file, or where `page` is `null` everything from the beginning.
 */
export async function readSealedStream(
  stream: AsyncIterable<Bytes>,
): Promise<{ page: SealedPage | null; rest: AsyncIterable<Bytes> }> {
  const prefix = new StreamPrefix(stream);
  try {
    const found = await findBlock(prefix);
    if (found === null) return { page: null, rest: prefix.from(0) };
    const { service, suffix } = found;
    return { page: { service, suffix }, rest: decodeStream(prefix.from(found.offset), found) };
  } catch (error) {
    await prefix.close();
    throw error;
  }
}

const linesAtOnce = 4096;

async function* decodeStream(coded: AsyncIterable<Bytes>, found: Block): AsyncGenerator<Bytes> {
  let left = codedSize(found);
  let end: Bytes = new Uint8Array(0);
  for await (const piece of rechunk(coded, strideOf(found) * linesAtOnce)) {
    const lines = piece.subarray(0, left);
    left -= lines.length;
    if (lines.length > 0) yield decodeLines(lines, found);
    end = new Uint8Array([...end, ...piece.subarray(lines.length, lines.length + sealedPageLimits.end + 1)]);
    if (end.length > sealedPageLimits.end) break;
  }
  if (left > 0) throw malformed("the page ends too early");
  if (end.length > sealedPageLimits.end) throw malformed("the page is not as long as it says of itself");
  checkEnd(end);
}
