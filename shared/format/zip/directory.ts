import { ByteReader, type Bytes } from "../../bytes.js";
import { centralBytes, centralMark, flag, in64, method, zipMalformed, zipUnsupported } from "./zip.js";

/** One file in a ZIP file, as the directory names it. */
export interface DirectoryEntry {
  /** With `/` between folders; ends in one for a folder. */
  readonly name: string;
  readonly nameBytes: Bytes;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** The record in the directory, whole. */
  readonly record: Bytes;
  /** Where in the record `offset` stands, and whether in 8 bytes instead of 4. */
  readonly offsetAt: { readonly at: number; readonly isWide: boolean };
}

/** More than any document has: each takes memory here. */
const maxEntries = 50_000;
export const maxDirectoryBytes = 32 << 20;
const maxNameBytes = 1024;
/** Deflate makes of one byte at most so many. */
const maxRatio = 1032;
/** A whole that is this large, and this much larger than the file, is made to fill memories. */
const bomb = { bytes: 4 * 2 ** 30, ratio: 200 };
/** Patched, encrypted in other ways, or with a masked directory. */
const otherFlags = (1 << 5) | (1 << 6) | (1 << 13);
const zip64Field = 1;
const unicodePathField = 0x7075;

function decodeName(bytes: Bytes, flags: number): string {
  if (bytes.length === 0 || bytes.length > maxNameBytes) throw zipMalformed("a part has no proper name");
  try {
    if (flags & flag.utf8) return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw zipMalformed("a part has no proper name", cause);
  }
  return String.fromCharCode(...bytes);
}

/** Names that lead out of a folder, or mean two things on two systems, are no part's. */
function checkName(name: string): void {
  const segments = (name.endsWith("/") ? name.slice(0, -1) : name).split("/");
  const isPlain = segments.every((segment) => segment !== "" && segment !== "." && segment !== "..");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!isPlain || /[\\\u0000-\u001f\u007f]|^[A-Za-z]:/.test(name))
    throw zipMalformed("a part has a name that leads out of it");
}

/** The fields behind a name, by their ids; none comes twice. */
export function extraFields(bytes: Bytes): Map<number, Bytes> {
  const reader = new ByteReader(bytes, "office-malformed");
  const fields = new Map<number, Bytes>();
  while (bytes.length - reader.offset >= 4) {
    const id = reader.u16();
    const field = reader.take(reader.u16());
    if (fields.has(id) && (id === zip64Field || id === unicodePathField))
      throw zipMalformed("a part has two lengths or names");
    fields.set(id, field);
  }
  return fields;
}

/**
 * The numbers of a header that did not fit, from its ZIP64 field, in the order in which they stand there.
 * @returns all of them, and where in the field the last began; `null` where it is in the header.
 */
export function widen(
  values: readonly number[],
  fields: Map<number, Bytes>,
): { values: number[]; lastAt: number | null } {
  const field = fields.get(zip64Field);
  const reader = new ByteReader(field ?? new Uint8Array(0), "office-malformed");
  let lastAt: number | null = null;
  const wide = values.map((value) => {
    lastAt = null;
    if (value !== in64.u32 || field === undefined) return value;
    lastAt = reader.offset;
    const large = reader.u64();
    if (large > BigInt(Number.MAX_SAFE_INTEGER)) throw zipMalformed("a part is longer than the file");
    return Number(large);
  });
  return { values: wide, lastAt };
}

function checkUnicodePath(field: Bytes | undefined, name: string): void {
  if (field === undefined) return;
  const other = new TextDecoder().decode(field.subarray(5));
  if (other !== name) throw zipMalformed("a part has two names");
}

/** Where an 8-byte offset stands in the record, from the start of its fields. */
function findField(extra: Bytes, wanted: number): number {
  const reader = new ByteReader(extra, "office-malformed");
  for (;;) {
    const id = reader.u16();
    const length = reader.u16();
    if (id === wanted) return reader.offset;
    reader.take(length);
  }
}

function parseEntry(reader: ByteReader, directory: Bytes): DirectoryEntry {
  const start = reader.offset;
  if (reader.u32() !== centralMark) throw zipMalformed("its directory is not as long as it says");
  reader.take(4);
  const [flags, how] = [reader.u16(), reader.u16()];
  reader.take(4);
  const [crc, packed, unpacked] = [reader.u32(), reader.u32(), reader.u32()];
  const [nameLength, extraLength, commentLength, disk] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
  reader.take(6);
  const local = reader.u32();
  const nameBytes = reader.take(nameLength);
  const extra = reader.take(extraLength);
  reader.take(commentLength);
  if (disk !== 0 && disk !== in64.u16) throw zipUnsupported("in several volumes");
  const name = decodeName(nameBytes, flags);
  checkName(name);
  checkMethod(flags, how);
  const fields = extraFields(extra);
  checkUnicodePath(fields.get(unicodePathField), name);
  const { values, lastAt } = widen([unpacked, packed, local], fields);
  const [bytes, compressedBytes, offset] = values as [number, number, number];
  checkSizes({ bytes, compressedBytes, how });
  const wideAt = lastAt === null ? null : centralBytes + nameLength + findField(extra, zip64Field) + lastAt;
  const offsetAt = { at: wideAt ?? 42, isWide: wideAt !== null };
  const record = directory.subarray(start, reader.offset);
  return { name, nameBytes, flags, method: how, crc, compressedBytes, bytes, offset, record, offsetAt };
}

function checkMethod(flags: number, how: number): void {
  if (flags & flag.encrypted || flags & otherFlags)
    throw zipUnsupported("encrypted with a password; open it with the program it comes from");
  if (how !== method.stored && how !== method.deflated) throw zipUnsupported("compressed in another way");
}

function checkSizes({ bytes, compressedBytes, how }: { bytes: number; compressedBytes: number; how: number }): void {
  if (how === method.stored && bytes !== compressedBytes) throw zipMalformed("a part has two lengths");
  if (bytes > maxRatio * compressedBytes) throw zipMalformed("a part is larger than it can be");
}

/** @param fileBytes - of the whole file. @throws RightsError `office-malformed`, `office-unsupported`. */
export function parseZipDirectory(directory: Bytes, count: number, fileBytes: number): DirectoryEntry[] {
  if (count > maxEntries) throw zipMalformed("it has more parts than any document");
  const reader = new ByteReader(directory, "office-malformed");
  const entries = Array.from({ length: count }, () => parseEntry(reader, directory));
  if (reader.offset !== directory.length) throw zipMalformed("its directory is not as long as it says");
  if (new Set(entries.map(({ name }) => name.toLowerCase())).size < count)
    throw zipMalformed("two parts have the same name");
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > bomb.bytes && total > bomb.ratio * fileBytes) throw zipMalformed("it is made to fill the memory");
  return entries;
}
