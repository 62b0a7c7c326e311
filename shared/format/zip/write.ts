import { type Bytes, concat, join, sliceSource, streamOf, type Take, u16le, u32le, utf8 } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { pack } from "./content.js";
import { byPlace, type ZipEntry, type ZipFile } from "./read.js";
import { centralMark, crc32, endMark, flag, in64, localMark } from "./zip.js";

/** What becomes of parts, by their names: other bytes, or `null` for none. Names that are not there yet are new parts. */
export type PartChanges = ReadonlyMap<string, Bytes | null>;

/** A ZIP file to be written: its length is known before its first byte. */
export interface NewZip {
  readonly size: number;
  /** Front to back, a stretch of the file it comes from at most `copiedBytes` at once. @param take - memory for these. */
  pieces(take?: Take): AsyncGenerator<Bytes>;
}

/** Less than a segment of protected content: so memory can be used again as soon as it was copied into one. */
export const copiedBytes = 1 << 19;

/** A stretch of the old file, or bytes that are new. */
type Stretch = { readonly from: number; to: number } | Bytes;

/** 1 January 1980, as Office dates its parts. */
const noTime = u32le(0x0021_0000);
/** Deflate, or folders: 2.0. */
const version = u16le(20);

interface Packed {
  readonly local: Bytes;
  /** The record for the directory, with the place that is to be filled in at byte 42. */
  readonly record: Bytes;
}

/** A changed part keeps its name and date, and what systems know of it. */
async function packPart(content: Bytes, name: string, before: ZipEntry | null): Promise<Packed> {
  const { method, packed } = await pack(content);
  const nameBytes = before?.nameBytes ?? utf8(name);
  const isPlain = /^[ -~]*$/.test(name);
  const flags = u16le(before === null ? (isPlain ? 0 : flag.utf8) : before.flags & flag.utf8);
  const time = before === null ? noTime : before.record.subarray(12, 16);
  const numbers = join([crc32(content), packed.length, content.length].map(u32le));
  const fields = concat(version, flags, u16le(method), time, numbers, u16le(nameBytes.length), u16le(0));
  const local = concat(u32le(localMark), fields, nameBytes, packed);
  const madeBy = before === null ? version : before.record.subarray(4, 6);
  const attributes = before === null ? new Uint8Array(6) : before.record.subarray(36, 42);
  const ending = concat(new Uint8Array(4), attributes, new Uint8Array(4), nameBytes);
  return { local, record: concat(u32le(centralMark), madeBy, fields, ending) };
}

function recordAt(
  record: Bytes,
  offset: number,
  place: { at: number; isWide: boolean } = { at: 42, isWide: false },
): Bytes {
  const bytes = record.slice();
  const view = new DataView(bytes.buffer);
  if (place.isWide) view.setBigUint64(place.at, BigInt(offset), true);
  else view.setUint32(place.at, offset, true);
  return bytes;
}

/** Puts stretches one behind the other, and knows where the next one goes. */
class Layout {
  readonly stretches: Stretch[] = [];
  size = 0;

  copy({ offset, end }: ZipEntry): void {
    const last = this.stretches.at(-1);
    if (last !== undefined && !(last instanceof Uint8Array) && last.to === offset) last.to = end;
    else this.stretches.push({ from: offset, to: end });
    this.size += end - offset;
  }

  add(bytes: Bytes): void {
    this.stretches.push(bytes);
    this.size += bytes.length;
  }
}

function encodeEnd(count: number, size: number, offset: number, comment: Bytes): Bytes {
  const counts = concat(u16le(0), u16le(0), u16le(count), u16le(count));
  return concat(u32le(endMark), counts, u32le(size), u32le(offset), u16le(comment.length), comment);
}

/**
 * The same ZIP file with other parts: what is not changed keeps its place in the order, its header and its compressed bytes;
 * what is new comes last.
 * @throws RightsError `file-unsuitable` where that would be longer than 4 GiB.
 */
export async function rewriteZip(zip: ZipFile, changes: PartChanges): Promise<NewZip> {
  const wanted = new Map([...changes].map(([name, content]) => [name.toLowerCase(), content]));
  const layout = new Layout();
  const records = new Map<string, Bytes>();
  for (const entry of byPlace(zip.entries)) {
    const key = entry.name.toLowerCase();
    const content = wanted.get(key);
    if (content === null) continue;
    if (content === undefined) {
      records.set(key, recordAt(entry.record, layout.size, entry.offsetAt));
      layout.copy(entry);
      continue;
    }
    const { local, record } = await packPart(content, entry.name, entry);
    records.set(key, recordAt(record, layout.size));
    layout.add(local);
  }
  const added = [...changes].filter(([name, content]) => content !== null && zip.entry(name) === null);
  for (const [name, content] of added) {
    const { local, record } = await packPart(content!, name, null);
    records.set(name.toLowerCase(), recordAt(record, layout.size));
    layout.add(local);
  }
  const order = [...zip.entries.map(({ name }) => name), ...added.map(([name]) => name)];
  const directory = join(order.flatMap((name) => records.get(name.toLowerCase()) ?? []));
  const offset = layout.size;
  layout.add(directory);
  layout.add(encodeEnd(records.size, directory.length, offset, zip.comment));
  if (layout.size >= in64.u32) throw new RightsError("file-unsuitable", "the document would be longer than 4 GiB");
  return { size: layout.size, pieces: (take) => written(zip, layout.stretches, take) };
}

async function* written({ source }: ZipFile, stretches: readonly Stretch[], take?: Take): AsyncGenerator<Bytes> {
  for (const stretch of stretches)
    if (stretch instanceof Uint8Array) yield stretch;
    else yield* streamOf(sliceSource(source, stretch.from, stretch.to - stretch.from), copiedBytes, take);
}
