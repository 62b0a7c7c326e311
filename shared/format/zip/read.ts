import { ByteReader, type ByteSource, type Bytes, equalBytes } from "../../bytes.js";
import { type DirectoryEntry, extraFields, maxDirectoryBytes, parseZipDirectory, widen } from "./directory.js";
import { readZipEnd } from "./end.js";
import { descriptorMark, flag, localBytes, localMark, zipMalformed } from "./zip.js";

/** A part, and where it lies. */
export interface ZipEntry extends DirectoryEntry {
  /** Where its compressed bytes begin. */
  readonly dataOffset: number;
  /** Where it ends, with what stands behind its bytes. */
  readonly end: number;
}

/** A ZIP file that was checked as a whole: every byte of it belongs to one part, or to the directory. */
export interface ZipFile {
  readonly source: ByteSource;
  /** In the order of the directory. */
  readonly entries: readonly ZipEntry[];
  readonly comment: Bytes;
  /** The part of that name, upper and lower case alike, as in Office documents; `null` where there is none. */
  entry(name: string): ZipEntry | null;
}

const comparedFlags = flag.encrypted | flag.descriptor | flag.utf8;

/** Checks the header in front of a part against the directory, so that no reader sees another file than this one. */
async function locate(source: ByteSource, entry: DirectoryEntry, limit: number): Promise<ZipEntry> {
  const { offset, nameBytes, compressedBytes } = entry;
  if (offset + localBytes + nameBytes.length > limit) throw zipMalformed("a part lies outside");
  const reader = new ByteReader(await source.read(offset, localBytes + nameBytes.length), "office-malformed");
  if (reader.u32() !== localMark) throw zipMalformed("a part does not begin where it should");
  reader.take(2);
  const [flags, how] = [reader.u16(), reader.u16()];
  reader.take(4);
  const [crc, packed, unpacked, nameLength, extraLength] = [
    ...[reader.u32(), reader.u32(), reader.u32()],
    ...[reader.u16(), reader.u16()],
  ] as [number, number, number, number, number];
  const isSame = (flags & comparedFlags) === (entry.flags & comparedFlags) && how === entry.method;
  if (!isSame || nameLength !== nameBytes.length || !equalBytes(reader.take(nameLength), nameBytes)) throw differs();
  const dataOffset = offset + localBytes + nameLength + extraLength;
  const dataEnd = dataOffset + compressedBytes;
  if (dataEnd > limit) throw zipMalformed("a part lies outside");
  const fields = extraFields(await source.read(offset + localBytes + nameLength, extraLength));
  const { values } = widen([unpacked, packed], fields);
  const told = [crc, ...values];
  const known = [entry.crc, entry.bytes, compressedBytes];
  const isLater = (flags & flag.descriptor) !== 0;
  if (!told.every((value, i) => value === known[i] || (isLater && value === 0))) throw differs();
  return { ...entry, dataOffset, end: isLater ? await descriptorEnd(source, dataEnd, entry, limit) : dataEnd };
}

const differs = () => zipMalformed("a part says two different things of itself");

/** Behind a part whose length was not known in front: with or without mark, in 4 or 8 bytes. */
async function descriptorEnd(source: ByteSource, at: number, entry: DirectoryEntry, limit: number): Promise<number> {
  const { crc, compressedBytes, bytes } = entry;
  const found = await source.read(at, Math.min(24, limit - at));
  for (const isMarked of [true, false])
    for (const width of [4, 8]) {
      const length = (isMarked ? 4 : 0) + 4 + 2 * width;
      if (length > found.length) continue;
      const reader = new ByteReader(found, "office-malformed");
      const number = () => (width === 4 ? reader.u32() : Number(reader.u64()));
      if (isMarked && reader.u32() !== descriptorMark) continue;
      if (reader.u32() === crc && number() === compressedBytes && number() === bytes) return at + length;
    }
  throw differs();
}

/** Parts one behind the other, from the start to the directory: none over another, and nothing between them. */
function checkPlaces(entries: readonly ZipEntry[], directoryOffset: number): void {
  let end = 0;
  for (const entry of byPlace(entries)) {
    if (entry.offset < end) throw zipMalformed("two parts lie in the same place");
    if (entry.offset > end) throw zipMalformed("it holds bytes that belong to no part");
    end = entry.end;
  }
  if (end !== directoryOffset) throw zipMalformed("it holds bytes that belong to no part");
}

export const byPlace = (entries: readonly ZipEntry[]): ZipEntry[] => [...entries].sort((a, b) => a.offset - b.offset);

/**
 * Reads the directory of a ZIP file, and of each part what stands in front of and behind it; of the parts themselves nothing.
 * @throws RightsError `office-malformed` for what two readers could read in two ways, and for what is made to fill memories or
 *   leads out of a folder; `office-unsupported` for encrypted parts, several volumes and other compressions.
 */
export async function readZip(source: ByteSource): Promise<ZipFile> {
  const { entries: count, directory, comment } = await readZipEnd(source);
  if (directory.size > maxDirectoryBytes) throw zipMalformed("its directory is longer than that of any document");
  const records = parseZipDirectory(await source.read(directory.offset, directory.size), count, source.size);
  const entries: ZipEntry[] = [];
  for (const record of records) entries.push(await locate(source, record, directory.offset));
  checkPlaces(entries, directory.offset);
  const named = new Map(entries.map((entry) => [entry.name.toLowerCase(), entry]));
  return { source, entries, comment, entry: (name) => named.get(name.toLowerCase()) ?? null };
}
