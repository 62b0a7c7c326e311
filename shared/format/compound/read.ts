import { ByteReader, type ByteSource, type Bytes, startsWith } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { Chains, type Sectors, sourceOfRuns } from "./chain.js";
import {
  byteOrder,
  fatSectorsInHeader,
  headerBytes,
  magic,
  malformed,
  miniCutoffBytes,
  miniSectorBytes,
  upperCase,
} from "./compound-file.js";
import { type Directory, parseDirectory } from "./read-directory.js";

/** A compound file that was checked as a whole: each stream lies inside it, and none over another. */
export interface CompoundFile {
  /** The stream of that path from the root, `null` where there is none. Names count without case. */
  stream(...path: string[]): ByteSource | null;
  /** The paths of all streams. */
  readonly paths: readonly (readonly string[])[];
}

/** 2^32 sectors cannot be counted; a table for half of that is 16 MiB. */
const maxFileBytes = 0x1_0000_0000;
const maxDirectoryBytes = 16 << 20;
const maxMiniBytes = 64 << 20;
/** That of a large file is read in pieces: there is room for one of it, and not for three. */
const tablePieceBytes = 1 << 20;

interface Header {
  readonly version: number;
  readonly sectorBytes: number;
  readonly fatSectors: number;
  readonly directory: number;
  readonly miniFat: number;
  readonly list: number;
  readonly listSectors: number;
  /** Sectors of the table that the header itself names. */
  readonly table: readonly number[];
}

/** Whether a file begins as a compound file does; its name does not count. */
export const isCompoundFile = (head: Bytes): boolean => startsWith(head, magic);

function parseHeader(bytes: Bytes): Header {
  const reader = new ByteReader(bytes, "office-malformed");
  if (!startsWith(reader.take(8), magic)) throw malformed("it is no compound file");
  reader.take(16);
  const [, version, order, sectorShift, miniShift] = Array.from({ length: 5 }, () => reader.u16());
  if (order !== byteOrder || (version !== 3 && version !== 4))
    throw new RightsError("office-unsupported", "compound files of this version are not known here");
  const sectorBytes = version === 3 ? 512 : 4096;
  if (2 ** sectorShift! !== sectorBytes || 2 ** miniShift! !== miniSectorBytes)
    throw malformed("the sectors do not have the size they must have");
  reader.take(6 + 4); // reserved, and a count of directory sectors, which the chain says as well
  const [fatSectors, directory, , cutoff] = Array.from({ length: 4 }, () => reader.u32());
  if (cutoff !== miniCutoffBytes) throw malformed("small streams end at another size than they must");
  const [miniFat, , list, listSectors] = Array.from({ length: 4 }, () => reader.u32());
  const table = Array.from({ length: fatSectorsInHeader }, () => reader.u32());
  return {
    version,
    sectorBytes,
    fatSectors: fatSectors!,
    directory: directory!,
    miniFat: miniFat!,
    list: list!,
    listSectors: listSectors!,
    table,
  };
}

function numbersIn(bytes: Bytes): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers = new Uint32Array(bytes.length >> 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getUint32(4 * i, true);
  return numbers;
}

const readAll = (source: ByteSource) => source.read(0, source.size);

/** The numbers of the table's own sectors: the first stand in the header, the others in a list of sectors. */
async function tableSectors(sectors: Sectors, header: Header): Promise<{ table: number[]; list: number[] }> {
  const perSector = sectors.sectorBytes / 4;
  const listed = Math.max(0, Math.ceil((header.fatSectors - fatSectorsInHeader) / (perSector - 1)));
  if (header.listSectors !== listed) throw malformed("the list of the table's sectors is not as long as it should be");
  const table = [...header.table];
  const list: number[] = [];
  for (let next = header.list; list.length < listed; ) {
    list.push(next);
    const numbers = numbersIn(await readAll(sourceOfRuns(sectors, [next, 1], sectors.sectorBytes)));
    table.push(...numbers.subarray(0, -1));
    next = numbers.at(-1)!;
  }
  return { table: table.slice(0, header.fatSectors), list };
}

/** The table of the whole file, and which sectors are its own. */
async function readTable(source: ByteSource, header: Header): Promise<Chains> {
  const { sectorBytes, fatSectors } = header;
  const count = Math.ceil((source.size - sectorBytes) / sectorBytes);
  const perSector = sectorBytes / 4;
  const needed = Math.ceil(count / perSector);
  if (fatSectors < needed || fatSectors > needed + fatSectorsInHeader)
    throw malformed("the table does not have the size of the file");
  const next = new Uint32Array(needed * perSector);
  const sectors = { source, sectorBytes, firstOffset: sectorBytes, next: next.subarray(0, count) };
  const { table, list } = await tableSectors(sectors, header);
  const runs = table.slice(0, needed).flatMap((sector) => [sector, 1]);
  const whole = sourceOfRuns(sectors, runs, needed * sectorBytes);
  for (let at = 0; at < whole.size; at += tablePieceBytes)
    next.set(numbersIn(await whole.read(at, Math.min(tablePieceBytes, whole.size - at))), at / 4);
  const chains = new Chains(sectors);
  for (const sector of [...table, ...list]) chains.claim(sector);
  return chains;
}

async function readDirectory(chains: Chains, { directory, version }: Header): Promise<Directory> {
  const source = chains.whole(directory);
  if (source.size > maxDirectoryBytes) throw malformed("the directory is longer than that of any document");
  return parseDirectory(await readAll(source), version === 4);
}

/** What small streams lie in. */
async function readMini(chains: Chains, header: Header, { miniStream }: Directory): Promise<Chains> {
  if (miniStream.size > maxMiniBytes) throw malformed("small streams take more room than those of any document");
  const count = Math.ceil(miniStream.size / miniSectorBytes);
  const source = chains.stream(miniStream.start, miniStream.size);
  const table = count === 0 ? source : chains.whole(header.miniFat);
  if (table.size < 4 * count) throw malformed("the table of small streams ends too early");
  const next = numbersIn(await table.read(0, 4 * count));
  return new Chains({ source, sectorBytes: miniSectorBytes, firstOffset: 0, next });
}

const key = (path: readonly string[]) => path.map(upperCase).join("/");

/**
 * Reads the whole structure, and none of the content. Memory: 2.5 MiB for each 256 MiB of file, and the directory.
 * @throws RightsError `office-malformed` for what is no compound file, is cut off, goes in circles or lies over itself;
 * `office-unsupported` for versions other than 3 and 4, and files of 4 GiB and more.
 */
export async function readCompoundFile(source: ByteSource): Promise<CompoundFile> {
  if (source.size < headerBytes) throw malformed("it ends too early");
  if (source.size >= maxFileBytes) throw new RightsError("office-unsupported", "compound files end at 4 GiB");
  const header = parseHeader(await source.read(0, headerBytes));
  const chains = await readTable(source, header);
  const directory = await readDirectory(chains, header);
  const mini = await readMini(chains, header, directory);
  const streams = new Map<string, ByteSource>();
  for (const { path, start, size } of directory.streams)
    streams.set(key(path), (size < miniCutoffBytes ? mini : chains).stream(start, size));
  return { stream: (...path) => streams.get(key(path)) ?? null, paths: directory.streams.map(({ path }) => path) };
}
