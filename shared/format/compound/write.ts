import { type Bytes, collect, concat, join, newMemory, u16le, u32le } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import {
  byteOrder,
  difatSector,
  endOfChain,
  fatSector,
  fatSectorsInHeader,
  magic,
  miniCutoffBytes,
  miniSectorBytes,
  noSector,
} from "./compound-file.js";
import {
  type CompoundEntry,
  encodeDirectory,
  type Placed,
  rowCount,
  type StreamEntry,
  streamsIn,
} from "./write-directory.js";

export type { CompoundEntry } from "./write-directory.js";

/** Version 3: what all readers know. */
const sectorBytes = 512;
const perSector = sectorBytes / 4;
/** A sector of the list of table sectors ends in the number of the next. */
const perListSector = perSector - 1;
/** [MS-CFB] 2.6.3: of a stream in version 3. */
export const maxStreamBytes = 0x8000_0000;
const tablePieceSectors = 128;

const sectorsFor = (bytes: number): number => Math.ceil(bytes / sectorBytes);
const sizeOf = ({ content }: StreamEntry): number => (content instanceof Uint8Array ? content.length : content.size);
const isSmall = (entry: StreamEntry): boolean => sizeOf(entry) < miniCutoffBytes;
const padded = (bytes: Bytes, unit: number): Bytes =>
  concat(bytes, new Uint8Array((unit - (bytes.length % unit)) % unit));

interface Layout {
  /** In sectors, one after another from the start of the file. */
  readonly fat: number;
  readonly list: number;
  readonly directory: number;
  readonly miniFat: number;
  readonly miniStream: number;
  /** Of each stream that is not small. */
  readonly large: readonly number[];
}

/** The table covers itself as well, so its size is found by trying. */
function layOut(children: readonly CompoundEntry[], miniBytes: number): Layout {
  const large = streamsIn(children).filter((stream) => !isSmall(stream));
  const rest = {
    directory: Math.ceil(rowCount(children) / 4),
    miniFat: sectorsFor((miniBytes / miniSectorBytes) * 4),
    miniStream: sectorsFor(miniBytes),
    large: large.map((stream) => sectorsFor(sizeOf(stream))),
  };
  const others = [rest.directory, rest.miniFat, rest.miniStream, ...rest.large].reduce((sum, count) => sum + count);
  let [fat, list] = [0, 0];
  for (let needed = 1; needed > fat; needed = Math.ceil((others + fat + list) / perSector)) {
    fat = needed;
    list = Math.max(0, Math.ceil((fat - fatSectorsInHeader) / perListSector));
  }
  return { fat, list, ...rest };
}

/** Sector numbers of the chains that lie one after another: the mini stream's and the directory's among them. */
function startsOf({ fat, list, directory, miniFat, miniStream, large }: Layout) {
  const at = (count: number, start: number) => (count === 0 ? endOfChain : start);
  const directoryAt = fat + list;
  const miniFatAt = directoryAt + directory;
  const miniStreamAt = miniFatAt + miniFat;
  let next = miniStreamAt + miniStream;
  const largeAt = large.map((count) => {
    next += count;
    return next - count;
  });
  return {
    list: at(list, fat),
    directory: directoryAt,
    miniFat: at(miniFat, miniFatAt),
    miniStream: at(miniStream, miniStreamAt),
    large: largeAt,
  };
}

function encodeHeader(layout: Layout): Bytes {
  const { fat, list, miniFat } = layout;
  const starts = startsOf(layout);
  const versions = [0x3e, 3, byteOrder, Math.log2(sectorBytes), Math.log2(miniSectorBytes)].map(u16le);
  const counts = [0, fat, starts.directory, 0, miniCutoffBytes, starts.miniFat, miniFat, starts.list, list];
  const table = Array.from({ length: fatSectorsInHeader }, (_, i) => (i < fat ? i : noSector));
  return concat(magic, new Uint8Array(16), join(versions), new Uint8Array(6), join([...counts, ...table].map(u32le)));
}

/** The numbers of the table's sectors beyond those in the header. */
function* listNumbers({ fat, list }: Layout): Generator<number> {
  for (let i = 0; i < list; i++) {
    const first = fatSectorsInHeader + i * perListSector;
    for (let j = first; j < first + perListSector; j++) yield j < fat ? j : noSector;
    yield i + 1 < list ? fat + i + 1 : endOfChain;
  }
}

function* chain(start: number, count: number): Generator<number> {
  for (let i = 1; i < count; i++) yield start + i;
  if (count > 0) yield endOfChain;
}

/** What the table says of every sector, in order. */
function* fatNumbers({ fat, list, directory, miniFat, miniStream, large }: Layout): Generator<number> {
  for (let i = 0; i < fat; i++) yield fatSector;
  for (let i = 0; i < list; i++) yield difatSector;
  let start = fat + list;
  for (const count of [directory, miniFat, miniStream, ...large]) {
    yield* chain(start, count);
    start += count;
  }
}

/** Numbers as whole sectors, in pieces: the table of a large file has many. */
function* encodeNumbers(numbers: Iterable<number>): Generator<Bytes> {
  let piece = new Uint32Array(tablePieceSectors * perSector).fill(noSector);
  let filled = 0;
  const take = () => {
    const view = new DataView(new ArrayBuffer(sectorsFor(4 * filled) * sectorBytes));
    for (let i = 0; i < view.byteLength / 4; i++) view.setUint32(4 * i, piece[i]!, true);
    [piece, filled] = [new Uint32Array(piece.length).fill(noSector), 0];
    return new Uint8Array(view.buffer);
  };
  for (const number of numbers) {
    piece[filled++] = number;
    if (filled === piece.length) yield take();
  }
  if (filled > 0) yield take();
}

/** Small streams in mini sectors, and what the mini table says of them. */
function packSmall(small: readonly StreamEntry[]) {
  const starts: number[] = [];
  const parts: Bytes[] = [];
  const numbers: number[] = [];
  for (const { content } of small) {
    const part = padded(content as Bytes, miniSectorBytes);
    const count = part.length / miniSectorBytes;
    starts.push(numbers.length);
    parts.push(part);
    numbers.push(...chain(numbers.length, count));
  }
  return { starts, bytes: join(parts), numbers };
}

/** Small streams are held whole, the others come as they are asked for. */
async function settle(entry: CompoundEntry): Promise<CompoundEntry> {
  if (!("content" in entry)) return { ...entry, children: await Promise.all(entry.children.map(settle)) };
  if (sizeOf(entry) >= maxStreamBytes)
    throw new RightsError("file-unsuitable", "files of 2 GiB and more do not fit into this format");
  if (!isSmall(entry)) return entry;
  return { ...entry, content: await collect(exactly(entry)) };
}

/** The stream's bytes; one that is not as long as was said leaves nobody with a file that looks whole. */
async function* exactly({ name, content }: StreamEntry): AsyncGenerator<Bytes> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  let left = content.size;
  for await (const piece of content.pieces) {
    left -= piece.length;
    if (left < 0) break;
    yield piece;
  }
  if (left !== 0) throw new RightsError("file-changed", `${name} did not get as long as it was to be`);
}

/**
 * A compound file, front to back in one pass: header, tables and directory first, then the streams in their order. Bytes only depend on
 * names and contents.
 * @param children - of the root; names of siblings differ, also without case.
 * @throws RightsError `file-unsuitable` for a stream of 2 GiB or more; `file-changed` where a stream yields another length than it
 * said.
 */
export async function* encodeCompoundFile(children: readonly CompoundEntry[]): AsyncGenerator<Bytes> {
  const settled = await Promise.all(children.map(settle));
  const streams = streamsIn(settled);
  const small = streams.filter((stream) => isSmall(stream) && sizeOf(stream) > 0);
  const large = streams.filter((stream) => !isSmall(stream));
  const mini = packSmall(small);
  const layout = layOut(settled, mini.bytes.length);
  const starts = startsOf(layout);
  const place = (stream: StreamEntry, start: number) => [stream, { start, size: sizeOf(stream) }] as const;
  const placement = new Map<StreamEntry, Placed>([
    ...small.map((stream, i) => place(stream, mini.starts[i]!)),
    ...large.map((stream, i) => place(stream, starts.large[i]!)),
  ]);
  yield encodeHeader(layout);
  yield* encodeNumbers(fatNumbers(layout));
  yield* encodeNumbers(listNumbers(layout));
  yield encodeDirectory(settled, placement, { start: starts.miniStream, size: mini.bytes.length }, sectorBytes);
  yield* encodeNumbers(mini.numbers);
  yield padded(mini.bytes, sectorBytes);
  for (const stream of large) {
    yield* exactly(stream);
    yield newMemory((sectorBytes - (sizeOf(stream) % sectorBytes)) % sectorBytes);
  }
}
