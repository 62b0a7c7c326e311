import { type Bytes, concat, join, u16le, u32le, utf16le } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { compareNames, endOfChain, entryBytes, entryKind, maxNameLength, noEntry } from "./compound-file.js";

/** A stream to write: its bytes, or how many there will be and where they come from. */
export interface StreamEntry {
  readonly name: string;
  readonly content: Bytes | SizedStream;
}
export interface SizedStream {
  readonly size: number;
  readonly pieces: AsyncIterable<Bytes>;
}
export interface StorageEntry {
  readonly name: string;
  readonly children: readonly CompoundEntry[];
}
export type CompoundEntry = StreamEntry | StorageEntry;

/** Where a stream begins: a sector, or for a small one a mini sector. */
export interface Placed {
  readonly start: number;
  readonly size: number;
}
export type Placement = ReadonlyMap<StreamEntry, Placed>;

const isRed = 0;
const isBlack = 1;

interface Row {
  readonly name: string;
  readonly kind: number;
  readonly entry: CompoundEntry | null;
  color: number;
  left: number;
  right: number;
  child: number;
}

const row = (name: string, kind: number, entry: CompoundEntry | null): Row => ({
  name,
  kind,
  entry,
  color: isBlack,
  left: noEntry,
  right: noEntry,
  child: noEntry,
});

const isStream = (entry: CompoundEntry): entry is StreamEntry => "content" in entry;

/** All streams below, in the order in which the directory names them. */
export const streamsIn = (children: readonly CompoundEntry[]): StreamEntry[] =>
  children.flatMap((child) => (isStream(child) ? [child] : streamsIn(child.children)));

/** Entries in the directory: one for each storage and stream, and the root. */
export const rowCount = (children: readonly CompoundEntry[]): number =>
  children.reduce((sum, child) => sum + (isStream(child) ? 1 : rowCount(child.children)), 1);

function addRow(rows: Row[], entry: CompoundEntry): number {
  const index = rows.length;
  if (entry.name.length === 0 || entry.name.length > maxNameLength)
    throw new RightsError("internal", "a name in a compound file has 1 to 31 characters");
  rows.push(row(entry.name, isStream(entry) ? entryKind.stream : entryKind.storage, entry));
  if (!isStream(entry)) rows[index]!.child = addSiblings(rows, entry.children);
  return index;
}

/** @returns the row that stands for all of them: the top of their tree. */
function addSiblings(rows: Row[], children: readonly CompoundEntry[]): number {
  const sorted = [...children].sort((a, b) => compareNames(a.name, b.name));
  const indexes = sorted.map((child) => addRow(rows, child));
  return linkTree(rows, indexes, Math.floor(Math.log2(indexes.length + 1)));
}

/**
 * Links sorted siblings into a balanced tree. With the middle on top every path ends on one of two levels; the rows of the lower, if
 * that is not full, are red, so that all paths have as many black ones ([MS-CFB] 2.6.4).
 * @param blackLevels - how many levels are still full.
 */
function linkTree(rows: Row[], sorted: readonly number[], blackLevels: number): number {
  if (sorted.length === 0) return noEntry;
  const middle = sorted.length >> 1;
  const top = rows[sorted[middle]!]!;
  top.color = blackLevels > 0 ? isBlack : isRed;
  top.left = linkTree(rows, sorted.slice(0, middle), blackLevels - 1);
  top.right = linkTree(rows, sorted.slice(middle + 1), blackLevels - 1);
  return sorted[middle]!;
}

function encodeRow({ name, kind, color, left, right, child }: Row, { start, size }: Placed): Bytes {
  const nameField = new Uint8Array(64);
  nameField.set(utf16le(name));
  const links = concat(u32le(left), u32le(right), u32le(child));
  const classAndTimes = new Uint8Array(16 + 4 + 8 + 8); // no class, no state; times are nobody's business
  const place = concat(u32le(start), u32le(size), u32le(0));
  return concat(nameField, u16le(2 * name.length + 2), Uint8Array.of(kind, color), links, classAndTimes, place);
}

const unusedRow = (): Bytes => {
  const bytes = new Uint8Array(entryBytes);
  return bytes.fill(0xff, 68, 80);
};

/**
 * The directory's bytes, whole sectors.
 * @param placement - where each stream lies. @param miniStream - where the mini stream lies: the root has it.
 */
export function encodeDirectory(
  children: readonly CompoundEntry[],
  placement: Placement,
  miniStream: Placed,
  sectorBytes: number,
): Bytes {
  const rows = [row("Root Entry", entryKind.root, null)];
  rows[0]!.child = addSiblings(rows, children);
  const place = ({ entry, kind }: Row): Placed => {
    if (kind === entryKind.root) return miniStream;
    if (entry === null || !isStream(entry)) return { start: 0, size: 0 };
    return placement.get(entry) ?? { start: endOfChain, size: 0 };
  };
  const used = rows.map((one) => encodeRow(one, place(one)));
  const perSector = sectorBytes / entryBytes;
  const unused = Array.from({ length: (perSector - (used.length % perSector)) % perSector }, unusedRow);
  return join([...used, ...unused]);
}
