import type { Bytes } from "../../bytes.js";
import { entryBytes, entryKind, malformed, maxNameLength, noEntry, upperCase } from "./compound-file.js";

interface Entry {
  readonly name: string;
  readonly kind: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

/** A stream as the directory names it. */
export interface DirectoryStream {
  /** From the root: the names of the storages, then its own. */
  readonly path: readonly string[];
  readonly start: number;
  readonly size: number;
}

export interface Directory {
  readonly streams: readonly DirectoryStream[];
  readonly storages: readonly (readonly string[])[];
  readonly miniStream: { start: number; size: number };
}

/** More than any document has: each takes memory here. */
const maxEntries = 100_000;
const kinds: readonly number[] = Object.values(entryKind);
/** [MS-CFB] 2.6.1: what no name may hold. */
const forbidden = /[/\\:!\0]/;

/** @param withHighSize - version 4 has 64 bits for a size; version 3 leaves rubbish in the upper ones. */
function parseEntry(bytes: Bytes, withHighSize: boolean): Entry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, entryBytes);
  const kind = view.getUint8(66);
  const links = { left: view.getUint32(68, true), right: view.getUint32(72, true), child: view.getUint32(76, true) };
  const start = view.getUint32(116, true);
  const size = view.getUint32(120, true) + (withHighSize ? view.getUint32(124, true) * 2 ** 32 : 0);
  if (!kinds.includes(kind)) throw malformed("the directory has an entry of an unknown kind");
  if (kind === entryKind.unused) return { name: "", kind, ...links, start, size };
  const nameBytes = view.getUint16(64, true);
  if (nameBytes % 2 !== 0 || nameBytes < 4 || nameBytes > 2 * maxNameLength + 2)
    throw malformed("the directory has an entry whose name has no proper length");
  const units = Array.from({ length: nameBytes / 2 - 1 }, (_, i) => view.getUint16(2 * i, true));
  const name = String.fromCharCode(...units);
  if (forbidden.test(name)) throw malformed("the directory has a name that no entry may have");
  return { name, kind, ...links, start, size };
}

/** The entries below one storage, its whole tree; each entry of the directory is in one place only. */
function siblingsOf(entries: readonly Entry[], top: number, isSeen: Uint8Array): Entry[] {
  const siblings: Entry[] = [];
  const open = [top];
  while (open.length > 0) {
    const index = open.pop()!;
    if (index === noEntry) continue;
    const entry = entries[index];
    if (entry === undefined) throw malformed("the directory names an entry that it does not have");
    if (isSeen[index] === 1) throw malformed("the directory goes in circles");
    isSeen[index] = 1;
    if (entry.kind !== entryKind.storage && entry.kind !== entryKind.stream)
      throw malformed("the directory names an entry that is none");
    siblings.push(entry);
    open.push(entry.left, entry.right);
  }
  if (new Set(siblings.map(({ name }) => upperCase(name))).size < siblings.length)
    throw malformed("the directory has the same name twice");
  return siblings;
}

/** @throws RightsError `office-malformed`. */
export function parseDirectory(bytes: Bytes, withHighSize: boolean): Directory {
  const count = Math.floor(bytes.length / entryBytes);
  if (count > maxEntries) throw malformed("the directory has more entries than any document");
  const entries = Array.from({ length: count }, (_, i) =>
    parseEntry(bytes.subarray(i * entryBytes, (i + 1) * entryBytes), withHighSize),
  );
  const root = entries[0];
  if (root?.kind !== entryKind.root) throw malformed("the directory has no root");
  const isSeen = new Uint8Array(count).fill(1, 0, 1);
  const streams: DirectoryStream[] = [];
  const storages: (readonly string[])[] = [];
  const open: { path: readonly string[]; child: number }[] = [{ path: [], child: root.child }];
  for (let here = open.pop(); here !== undefined; here = open.pop())
    for (const { name, kind, child, start, size } of siblingsOf(entries, here.child, isSeen)) {
      const path = [...here.path, name];
      if (kind === entryKind.stream) streams.push({ path, start, size });
      else storages.push(path);
      if (kind === entryKind.storage) open.push({ path, child });
    }
  return { streams, storages, miniStream: { start: root.start, size: root.size } };
}
