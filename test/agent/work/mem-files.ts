import { constants } from "node:fs";
import { basename } from "node:path";
import type { FileOps, FileStat, Folder, OpenFile } from "../../../agent/work/file-ops.js";

interface Inode {
  ino: bigint;
  data: Uint8Array;
  /** What the disk has of it; `null` until the first flush. */
  durable: Uint8Array | null;
  mtimeNs: bigint;
  ctimeNs: bigint;
  mode: number;
}
type Entries = Map<string, Inode>;
interface Change {
  names: readonly string[];
  apply(entries: Entries): void;
}
interface MemFolder {
  ino: bigint;
  entries: Entries;
  durable: Entries;
  /** What was done to names since the last flush: a loss of power keeps any of it, but of one name only what came first. */
  pending: Change[];
}

const fail = (code: string) => Object.assign(new Error(code), { code });

/**
 * A disk that forgets: after a loss of power only what was flushed is certain, and of the rest any part may be there,
 * in any order. Worse than real file systems, so that no flush of the code under test goes missing unseen.
 */
export class MemFiles implements FileOps {
  readonly folders = new Map<string, MemFolder>();
  #count = 1_000_000_000_000_000_000n;

  /** Whether a file can have two names here, as on most file systems, but not on FAT. */
  readonly hasLinks: boolean;

  constructor({ hasLinks = true } = {}) {
    this.hasLinks = hasLinks;
  }

  #next = (): bigint => ++this.#count;

  addFolder(path: string): void {
    this.folders.set(path, { ino: this.#next(), entries: new Map(), durable: new Map(), pending: [] });
  }

  addFile(path: string, data: Uint8Array): void {
    const at = this.#next();
    const inode = { ino: at, data, durable: data, mtimeNs: at, ctimeNs: at, mode: 0o100644 };
    const folder = this.#folder(path.slice(0, path.lastIndexOf("/")));
    folder.entries.set(basename(path), inode);
    folder.durable.set(basename(path), inode);
  }

  #folder(path: string): MemFolder {
    const folder = this.folders.get(path);
    if (folder === undefined) throw fail("ENOENT");
    return folder;
  }

  files(path: string): Map<string, string> {
    const entries = [...this.#folder(path).entries];
    return new Map(entries.map(([name, { data }]) => [name, new TextDecoder().decode(data)]));
  }

  /** The disk after a loss of power now; `chance()` in [0, 1) decides what of the unflushed is there. */
  afterPowerLoss(chance: () => number): MemFiles {
    const after = new MemFiles(this);
    after.#count = this.#count;
    const revived = new Map<Inode, Inode>();
    for (const [path, folder] of this.folders) {
      const entries = new Map(folder.durable);
      const lost = new Set<string>();
      for (const { names, apply } of folder.pending)
        if (chance() < 0.5 && !names.some((name) => lost.has(name))) apply(entries);
        else for (const name of names) lost.add(name);
      const left = new Map([...entries].map(([name, inode]) => [name, this.#revive(inode, chance, revived)]));
      after.folders.set(path, { ino: folder.ino, entries: left, durable: new Map(left), pending: [] });
    }
    return after;
  }

  #revive(inode: Inode, chance: () => number, revived: Map<Inode, Inode>): Inode {
    const known = revived.get(inode);
    if (known !== undefined) return known;
    const flushed = inode.durable ?? new Uint8Array();
    // Files here only grow: what was flushed is there, and of the rest perhaps a part.
    const grown = Math.round(chance() * (inode.data.length - flushed.length));
    const data = inode.data.slice(0, flushed.length + grown);
    const kept = inode.durable === inode.data ? inode.data : data;
    const made = { ...inode, data: kept, durable: kept };
    revived.set(inode, made);
    return made;
  }

  #stat(inode: Inode, folder: MemFolder): FileStat {
    const links = [...folder.entries.values()].filter((other) => other.ino === inode.ino).length;
    const { ino, mtimeNs, ctimeNs, mode } = inode;
    const size = BigInt(inode.data.length);
    return { kind: "file", dev: 1n, ino, size, mtimeNs, ctimeNs, atimeNs: mtimeNs, mode, uid: 0, gid: 0, links };
  }

  #open(inode: Inode, folder: MemFolder): OpenFile {
    return {
      stat: async () => this.#stat(inode, folder),
      read: async (into, position) => {
        const piece = inode.data.subarray(position, position + into.length);
        into.set(piece);
        return piece.length;
      },
      write: async (bytes, place) => {
        const position = place ?? inode.data.length; // files here are only ever appended to
        const grown = new Uint8Array(Math.max(inode.data.length, position + bytes.length));
        grown.set(inode.data);
        grown.set(bytes, position);
        Object.assign(inode, { data: grown, mtimeNs: this.#next(), ctimeNs: this.#next() });
        return bytes.length;
      },
      setOwner: async () => {},
      setMode: async (mode) => void Object.assign(inode, { mode, ctimeNs: this.#next() }),
      setTimes: async (_atimeNs, mtimeNs) => void Object.assign(inode, { mtimeNs, ctimeNs: this.#next() }),
      sync: async () => {
        inode.durable = inode.data;
      },
      close: async () => {},
    };
  }

  async openFolder(path: string): Promise<Folder> {
    const folder = this.#folder(path);
    const get = (name: string): Inode => {
      const inode = folder.entries.get(name);
      if (inode === undefined) throw fail("ENOENT");
      return inode;
    };
    const change = (names: readonly string[], apply: Change["apply"]): void => {
      apply(folder.entries);
      folder.pending.push({ names, apply });
    };
    return {
      path,
      open: async (name, flags) => {
        if (flags & constants.O_EXCL && folder.entries.has(name)) throw fail("EEXIST");
        if (flags & constants.O_CREAT && !folder.entries.has(name)) {
          const at = this.#next();
          const made = { ino: at, data: new Uint8Array(), durable: null, mtimeNs: at, ctimeNs: at, mode: 0o100600 };
          change([name], (entries) => void entries.set(name, made));
        }
        return this.#open(get(name), folder);
      },
      stat: async (name) => this.#stat(get(name), folder),
      statSelf: async () => ({ ...this.#stat({ ...blank, ino: folder.ino }, folder), kind: "folder" }),
      link: async (from, to) => {
        const inode = get(from);
        if (!this.hasLinks) throw fail("EPERM");
        if (folder.entries.has(to)) throw fail("EEXIST");
        inode.ctimeNs = this.#next();
        change([to], (entries) => void entries.set(to, inode));
      },
      rename: async (from, to) => {
        const inode = get(from);
        inode.ctimeNs = this.#next();
        change([from, to], (entries) => {
          entries.delete(from);
          entries.set(to, inode);
        });
      },
      unlink: async (name) => {
        get(name); // or ENOENT
        change([name], (entries) => void entries.delete(name));
      },
      list: async () => [...folder.entries.keys()],
      sync: async () => {
        folder.durable = new Map(folder.entries);
        folder.pending = [];
      },
      close: async () => {},
    };
  }
}

const blank: Inode = { ino: 0n, data: new Uint8Array(), durable: null, mtimeNs: 0n, ctimeNs: 0n, mode: 0 };
