import { ByteReader, type ByteSource, type Bytes } from "../../bytes.js";
import { end64Mark, endBytes, endMark, in64, locator64Mark, zipMalformed, zipUnsupported } from "./zip.js";

/** What the end of a ZIP file says: where its directory lies. */
export interface ZipEnd {
  readonly entries: number;
  readonly directory: { readonly offset: number; readonly size: number };
  readonly comment: Bytes;
}

const maxCommentBytes = 0xffff;
const locatorBytes = 20;
const end64Bytes = 56;

interface Found {
  readonly at: number;
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
  readonly comment: Bytes;
}

/** Where a record stands whose comment ends with the file. Two of them would be two files in one. */
function findEnd(tail: Bytes, tailOffset: number): Found {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const found: number[] = [];
  for (let at = tail.length - endBytes; at >= 0; at--)
    if (view.getUint32(at, true) === endMark && at + endBytes + view.getUint16(at + 20, true) === tail.length)
      found.push(at);
  const [at, ...others] = found;
  if (at === undefined) throw zipMalformed("it has no end");
  if (others.length > 0) throw zipMalformed("it has two ends");
  const disks = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
  if (disks.some((disk) => disk !== 0 && disk !== in64.u16)) throw zipUnsupported("in several volumes");
  const [here, entries] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  if (here !== entries) throw zipMalformed("its directory has two lengths");
  const [size, offset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  return { at: tailOffset + at, entries, size, offset, comment: tail.slice(at + endBytes) };
}

function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw zipMalformed("it names a place beyond its end");
  return Number(value);
}

/** The record that has room for larger numbers; `null` where there is none in front of the end. */
async function readEnd64(source: ByteSource, endAt: number): Promise<Omit<Found, "comment"> | null> {
  if (endAt < locatorBytes) return null;
  const locator = new ByteReader(await source.read(endAt - locatorBytes, locatorBytes), "office-malformed");
  if (locator.u32() !== locator64Mark) return null;
  const disk = locator.u32();
  const at = exact(locator.u64());
  if (disk !== 0 || locator.u32() !== 1) throw zipUnsupported("in several volumes");
  if (at + end64Bytes > endAt - locatorBytes) throw zipMalformed("its end lies outside");
  const record = new ByteReader(await source.read(at, end64Bytes), "office-malformed");
  if (record.u32() !== end64Mark) throw zipMalformed("its end lies elsewhere");
  if (at + 12 + exact(record.u64()) !== endAt - locatorBytes) throw zipMalformed("its end has another length");
  record.take(4);
  if (record.u32() !== 0 || record.u32() !== 0) throw zipUnsupported("in several volumes");
  const here = record.u64();
  const entries = exact(record.u64());
  if (BigInt(entries) !== here) throw zipMalformed("its directory has two lengths");
  return { at, entries, size: exact(record.u64()), offset: exact(record.u64()) };
}

/** A number that stands in both records must be the same, or say that it stands in the larger one. */
function agreed(small: number, marker: number, large: number): number {
  if (small !== marker && small !== large) throw zipMalformed("its two ends say different things");
  return large;
}

/** @throws RightsError `office-malformed`, `office-unsupported`. */
export async function readZipEnd(source: ByteSource): Promise<ZipEnd> {
  const tailBytes = Math.min(source.size, endBytes + maxCommentBytes);
  if (tailBytes < endBytes) throw zipMalformed("it has no end");
  const end = findEnd(await source.read(source.size - tailBytes, tailBytes), source.size - tailBytes);
  const large = await readEnd64(source, end.at);
  const entries = large === null ? end.entries : agreed(end.entries, in64.u16, large.entries);
  const size = large === null ? end.size : agreed(end.size, in64.u32, large.size);
  const offset = large === null ? end.offset : agreed(end.offset, in64.u32, large.offset);
  if (offset + size !== (large ?? end).at) throw zipMalformed("its directory does not lie in front of its end");
  return { entries, directory: { offset, size }, comment: end.comment };
}
