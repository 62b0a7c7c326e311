import type { Bytes } from "../../shared/bytes.js";

/** What `lstat` and `fstat` say, in the units of the system: bytes and nanoseconds. */
export interface FileStat {
  kind: "file" | "folder" | "link" | "other";
  dev: bigint;
  ino: bigint;
  size: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  atimeNs: bigint;
  mode: number;
  uid: number;
  gid: number;
  /** How many names the file has. */
  links: number;
}

export interface OpenFile {
  /** The system's number for it, by which threads of this process reach it too; absent where it is no file of the system. */
  readonly number?: number;
  stat(): Promise<FileStat>;
  /** Reads at `position`; may read less than fits into `into`, and reads 0 bytes only at the end. */
  read(into: Bytes, position: number): Promise<number>;
  /** Writes at `position`, with `null` behind what was written so before; may write less than all of `bytes`. */
  write(bytes: Bytes, position: number | null): Promise<number>;
  setOwner(uid: number, gid: number): Promise<void>;
  setMode(mode: number): Promise<void>;
  setTimes(atimeNs: bigint, mtimeNs: bigint): Promise<void>;
  /** True when this returns: the content survives a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * An open folder. Every name is looked up in this very folder, also when its path comes to mean another one, so that
 * nobody can swap the folder for a link between two of our steps (docs/threat-model.md, T24). Errors are the system's.
 */
export interface Folder {
  readonly path: string;
  /** `flags` as in `fs.constants`; a link at `name` is never followed. */
  open(name: string, flags: number, mode?: number): Promise<OpenFile>;
  /** What is at `name` itself: a link is not followed. */
  stat(name: string): Promise<FileStat>;
  /** What the folder itself is, by which two paths to one folder are known for the same. */
  statSelf(): Promise<FileStat>;
  /** A second name for a file; fails with EEXIST where `to` is taken. */
  link(from: string, to: string): Promise<void>;
  /** Replaces whatever is at `to`. */
  rename(from: string, to: string): Promise<void>;
  unlink(name: string): Promise<void>;
  list(): Promise<string[]>;
  /** True when this returns: names made, changed and removed here so far survive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** All that the replacing of files asks of a file system; tests stop, fail or kill it at any step. */
export interface FileOps {
  /** @param within - a folder below which the opened one must really lie, links resolved; else `file-unsuitable`. */
  openFolder(path: string, within?: string): Promise<Folder>;
}
