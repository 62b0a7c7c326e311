import { ByteReader, type Bytes, concat, u16le, u32le, utf8, utf16le } from "../bytes.js";
import { RightsError } from "../errors.js";
import { malformed } from "./compound/compound-file.js";

/** The structures that say how a compound file is protected ([MS-OFFCRYPTO] 2.1 and 2.2, docs/formats/office.md). */

/** More than any of these structures says. */
const maxItems = 16;
const maxNameBytes = 1024;
/** Of a license, as everywhere. */
const maxLicenseBytes = 1024 * 1024;

const padding = (length: number): Bytes => new Uint8Array((4 - (length % 4)) % 4);

/** UNICODE-LP-P4: the length in bytes, the text, and zeros up to a multiple of four. */
function unicode(text: string): Bytes {
  const bytes = utf16le(text);
  return concat(u32le(bytes.length), bytes, padding(bytes.length));
}

function readUnicode(reader: ByteReader): string {
  const length = reader.u32();
  if (length % 2 !== 0 || length > maxNameBytes) throw malformed("a name in the data spaces has no proper length");
  const text = new TextDecoder("utf-16le").decode(reader.take(length));
  reader.take(padding(length).length);
  return text;
}

const version = concat(u16le(1), u16le(0));
const versions = concat(version, version, version);

/** Version: 76 bytes. */
export const versionInfo: Bytes = concat(unicode("Microsoft.Container.DataSpaces"), versions);

/** @throws RightsError `office-malformed`, `office-unsupported`. */
export function checkVersionInfo(bytes: Bytes): void {
  const reader = new ByteReader(bytes, "office-malformed");
  if (readUnicode(reader) !== "Microsoft.Container.DataSpaces") throw malformed("the data spaces have another name");
  if (reader.u16() !== 1) throw new RightsError("office-unsupported", "data spaces of this version are not known here");
}

const streamReference = 0;

/** DataSpaceMap: which data space a stream of the root is in. */
export function encodeMap(stream: string, dataSpace: string): Bytes {
  const entry = concat(u32le(1), u32le(streamReference), unicode(stream), unicode(dataSpace));
  return concat(u32le(8), u32le(1), u32le(4 + entry.length), entry);
}

/** @returns the data space of that stream, `null` where the map has none for it. */
export function dataSpaceOf(bytes: Bytes, stream: string): string | null {
  const reader = new ByteReader(bytes, "office-malformed");
  if (reader.u32() !== 8) throw malformed("the map of the data spaces begins in another way than it must");
  for (const entry of readItems(reader, readEntry))
    if (entry.references.length === 1 && entry.references[0] === stream) return entry.dataSpace;
  return null;
}

function readItems<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const count = reader.u32();
  if (count > maxItems) throw malformed("the data spaces have more parts than any document");
  return Array.from({ length: count }, () => read(reader));
}

function readEntry(reader: ByteReader) {
  reader.u32(); // its length: what follows says it as well
  const references = readItems(reader, () => ({ type: reader.u32(), name: readUnicode(reader) }));
  const streams = references.map(({ type, name }) => (type === streamReference ? name : null));
  return { references: streams, dataSpace: readUnicode(reader) };
}

/** DataSpaceDefinition: what is done to the streams of a data space, here one transform. */
export const encodeDefinition = (transform: string): Bytes => concat(u32le(8), u32le(1), unicode(transform));

/** @returns the transforms in the order in which they are taken back. */
export function transformsOf(bytes: Bytes): string[] {
  const reader = new ByteReader(bytes, "office-malformed");
  if (reader.u32() !== 8) throw malformed("a data space begins in another way than it must");
  return readItems(reader, readUnicode);
}

const transformId = "{C73DFACD-061F-43B0-8B64-0C620D2A8B50}";
const transformName = "Microsoft.Metadata.DRMTransform";

/**
 * IRMDSTransformInfo: this is rights management, and here is the license.
 * @param license - the chain in UTF-8, without a byte order mark.
 */
export function encodeTransform(license: Bytes): Bytes {
  const header = concat(u32le(1), unicode(transformId));
  const head = concat(u32le(4 + header.length), header, unicode(transformName), versions);
  return concat(head, u32le(4), u32le(license.length), license, padding(license.length));
}

/** @returns the license, `null` where the transform is another than rights management. */
export function licenseOf(bytes: Bytes): Bytes | null {
  const reader = new ByteReader(bytes, "office-malformed");
  reader.u32(); // how much stands before the name, which what stands there says as well
  if (reader.u32() !== 1) return null;
  if (readUnicode(reader).toUpperCase() !== transformId) return null;
  readUnicode(reader);
  reader.take(versions.length);
  const extension = reader.u32();
  if (extension < 4 || extension > maxNameBytes) throw malformed("the transform has no proper length");
  reader.take(extension - 4);
  const length = reader.u32();
  if (length === 0 || length > maxLicenseBytes) throw malformed("a license has between 1 byte and 1 MiB");
  return reader.take(length);
}

const mark = utf8("\ufeff");

/** PFILE carries the chain with a byte order mark, Office without: the license is the same. */
export const withoutMark = (license: Bytes): Bytes =>
  mark.every((byte, i) => license[i] === byte) ? license.subarray(mark.length) : license;
