import { ByteReader, type ByteSource, type Bytes, concat, startsWith, u32le, utf8 } from "../bytes.js";
import { RightsError } from "../errors.js";
import { isPlainExtension } from "./extension.js";
import { type Prefix, prefixOf, StreamPrefix } from "./prefix.js";

/** What stands in front of the content of a PFILE (docs/formats/pfile.md). The license is carried as it came. */
export interface PfileHeader {
  version: { major: number; minor: number };
  /** Of the original file, with its dot; "" where there is none. It becomes part of a file name. */
  extension: string;
  license: Bytes;
  /** Where the content begins; it goes on to the end of the file. */
  contentOffset: number;
  /** As the writer said; `null` when it did not. Nothing proves it. */
  originalFileSize: bigint | null;
  metadataLength: number;
}

/** Bounds in bytes (docs/formats/pfile.md §4). */
export const pfileLimits = {
  redirection: 64 * 1024,
  license: 1024 * 1024,
  /** Everything in front of the content: what a reader of a stream holds at most. */
  beforeContent: 2 * 1024 * 1024,
};

const magic = utf8(".pfile");
const fixedBytes = 18;
const unknownSize = 0xffff_ffff_ffff_ffffn;
const malformed = (message: string) => new RightsError("pfile-malformed", message);

interface Fixed {
  version: { major: number; minor: number };
  redirectionLength: number;
}

/** The first 18 bytes; `null` for what is no PFILE: another magic, or a version number of 256 or more. */
function parseFixed(bytes: Bytes): Fixed | null {
  if (!startsWith(bytes, magic)) return null;
  const reader = new ByteReader(bytes, "pfile-malformed");
  reader.take(magic.length);
  const version = { major: reader.u32(), minor: reader.u32() };
  if (version.major >= 256 || version.minor >= 256) return null;
  return { version, redirectionLength: reader.u32() };
}

/** Whether the first 18 bytes (or more) of a file are those of a PFILE of any version; its name does not count. */
export const isPfile = (head: Bytes): boolean => head.length >= fixedBytes && parseFixed(head) !== null;

interface Part {
  offset: number;
  length: number;
}
interface Table {
  extension: Part;
  license: Part;
  metadata: Part;
  contentOffset: number;
  originalFileSize: bigint | null;
}

/** Version 2.0 knows neither the original size nor metadata. */
const hasSizeAndMetadata = ({ major, minor }: Fixed["version"]) => major > 2 || minor > 0;

function parseTable(bytes: Bytes, version: Fixed["version"]): Table {
  const reader = new ByteReader(bytes, "pfile-malformed");
  const part = (): Part => ({ offset: reader.u32(), length: reader.u32() });
  reader.u32(); // the size of this table: the version already says it, and writers got it wrong
  const [extension, license, contentOffset] = [part(), part(), reader.u32()];
  if (!hasSizeAndMetadata(version)) {
    const metadata = { offset: contentOffset, length: 0 };
    return { extension, license, metadata, contentOffset, originalFileSize: null };
  }
  const size = reader.u64();
  const originalFileSize = size === unknownSize ? null : size;
  return { extension, license, metadata: part(), contentOffset, originalFileSize };
}

/** Parts in file order, none over another; an empty one lies nowhere. Sums are exact: they stay far below 2^53. */
function checkLayout({ extension, license, metadata, contentOffset }: Table, tableEnd: number): void {
  if (extension.length > 255) throw malformed("the extension is longer than 255 bytes");
  if (license.length === 0) throw malformed("there is no license in the file");
  if (license.length > pfileLimits.license) throw malformed("the license is longer than 1 MiB");
  let end = tableEnd;
  for (const part of [extension, license, metadata]) {
    if (part.length === 0 && part.offset <= contentOffset) continue;
    if (part.offset < end) throw malformed("parts of the header lie over one another");
    end = part.offset + part.length;
  }
  if (contentOffset < end) throw malformed("the content begins inside the header");
  if (contentOffset > pfileLimits.beforeContent) throw malformed("more than 2 MiB stand in front of the content");
}

function parseExtension(bytes: Bytes): string {
  const extension = String.fromCharCode(...bytes);
  if (isPlainExtension(extension)) return extension;
  throw malformed("the extension in the header cannot be part of a file name");
}

async function exactly(prefix: Prefix, { offset, length }: Part): Promise<Bytes> {
  const bytes = await prefix.upTo(offset, length);
  if (bytes.length < length) throw malformed("the file ends too early");
  return bytes;
}

/** Fixed fields, table, extension, license: each is bounded before it is read. */
async function parseHeader(prefix: Prefix): Promise<PfileHeader | null> {
  const fixed = parseFixed(await prefix.upTo(0, fixedBytes));
  if (fixed === null) return null;
  const { version, redirectionLength } = fixed;
  if (version.major < 2 || version.major > 3)
    throw new RightsError("pfile-unsupported", `version ${version.major}.${version.minor} of .pfile is not known here`);
  if (redirectionLength > pfileLimits.redirection) throw malformed("the text in front is longer than 64 KiB");
  const tablePart = { offset: fixedBytes + redirectionLength, length: hasSizeAndMetadata(version) ? 40 : 24 };
  const table = parseTable(await exactly(prefix, tablePart), version);
  checkLayout(table, tablePart.offset + tablePart.length);
  const extension = parseExtension(await exactly(prefix, table.extension));
  const license = await exactly(prefix, table.license);
  if (!(await prefix.reaches(table.contentOffset))) throw malformed("the file ends too early");
  const { contentOffset, originalFileSize } = table;
  return { version, extension, license, contentOffset, originalFileSize, metadataLength: table.metadata.length };
}

/**
 * The header of a file that can be read at any place.
 * @returns `null` when this is not a PFILE at all, which is not an error.
 * @throws RightsError `pfile-malformed`, `pfile-unsupported` (a major version other than 2 and 3).
 */
export const readPfileHeader = (source: ByteSource): Promise<PfileHeader | null> => parseHeader(prefixOf(source));

/**
 * The same of a stream, such as standard input. At most `pfileLimits.beforeContent` bytes, and the piece in which the
 * header ends, are held. On an error the stream is closed.
 * @returns `rest`, to be read once: the content, or where `header` is `null` everything from the beginning.
 */
export async function readPfileStream(
  stream: AsyncIterable<Bytes>,
): Promise<{ header: PfileHeader | null; rest: AsyncIterable<Bytes> }> {
  const prefix = new StreamPrefix(stream);
  try {
    const header = await parseHeader(prefix);
    return { header, rest: prefix.from(header?.contentOffset ?? 0) };
  } catch (error) {
    await prefix.close();
    throw error;
  }
}

/**
 * The header of a new file, version 3.0; the content follows at once. The original size is left unsaid: the content
 * proves its own length.
 * @param redirection - for people who open the file in an editor; `redirectionText` writes ours.
 * @throws RightsError `pfile-malformed` for what no reader would take.
 */
export function encodePfileHeader(header: { extension: string; license: Bytes; redirection: Bytes }): Bytes {
  const { extension, license, redirection } = header;
  if (!isPlainExtension(extension)) throw malformed("this extension cannot be written to a header");
  if (license.length === 0 || license.length > pfileLimits.license)
    throw malformed("a license has between 1 byte and 1 MiB");
  if (redirection.length > pfileLimits.redirection) throw malformed("the text in front is longer than 64 KiB");
  const extensionOffset = fixedBytes + redirection.length + 40;
  const licenseOffset = extensionOffset + extension.length;
  const contentOffset = licenseOffset + license.length;
  const start = concat(magic, u32le(3), u32le(0), u32le(redirection.length), redirection);
  const parts = [extensionOffset, extension.length, licenseOffset, license.length, contentOffset];
  const noSize = [0xffff_ffff, 0xffff_ffff];
  const noMetadata = [contentOffset, 0];
  const table = concat(...[40, ...parts, ...noSize, ...noMetadata].map(u32le));
  return concat(start, table, utf8(extension), license);
}

/**
 * What an editor shows of a protected file: ASCII, CRLF.
 * @param viewerUrl - where the organisation's viewer is, http or https; anything else is left out.
 */
export function redirectionText(viewerUrl: string | null): Bytes {
  const address = viewerUrl !== null && URL.canParse(viewerUrl) ? new URL(viewerUrl) : null;
  const known = address !== null && /^https?:$/.test(address.protocol) && address.href.length <= 2048;
  const how = known ? ["Open it with Sealwright, or in a browser at", address.href] : ["Open it with Sealwright."];
  const lines = ["This file is protected: it opens only for the people its author named.", ...how];
  return utf8(lines.map((line) => `${line}\r\n`).join(""));
}
