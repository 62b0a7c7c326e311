import * as fs from "node:fs";
import { type BigIntStats, statfsSync } from "node:fs";
import { promisify } from "node:util";
import type { Bytes } from "../../shared/bytes.js";

/** The calls of the system that node-files.ts makes, by path or by the number of an open file. */
export interface Calls {
  open(path: string, flags: number, mode?: number): Promise<number>;
  close(fd: number): Promise<void>;
  lstat(path: string): Promise<BigIntStats>;
  fstat(fd: number): Promise<BigIntStats>;
  read(fd: number, into: Bytes, position: number): Promise<number>;
  write(fd: number, bytes: Bytes, position: number | null): Promise<number>;
  fchown(fd: number, uid: number, gid: number): Promise<void>;
  fchmod(fd: number, mode: number): Promise<void>;
  futimes(fd: number, atimeSeconds: number, mtimeSeconds: number): Promise<void>;
  fsync(fd: number): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  realpath(path: string): Promise<string>;
}

const [open, close, fsync] = [promisify(fs.open), promisify(fs.close), promisify(fs.fsync)];
const [lstat, fstat, read, write] = [promisify(fs.lstat), promisify(fs.fstat), promisify(fs.read), promisify(fs.write)];

/** Everything in other threads: a file system that hangs, such as a lost share, holds up nothing else. */
export const waitingCalls: Calls = {
  open,
  close,
  lstat: (path) => lstat(path, { bigint: true }),
  fstat: (fd) => fstat(fd, { bigint: true }),
  read: async (fd, into, position) => (await read(fd, into, 0, into.length, position)).bytesRead,
  write: async (fd, bytes, position) => (await write(fd, bytes, 0, bytes.length, position)).bytesWritten,
  fchown: promisify(fs.fchown),
  fchmod: promisify(fs.fchmod),
  futimes: promisify(fs.futimes),
  fsync,
  link: promisify(fs.link),
  rename: promisify(fs.rename),
  unlink: promisify(fs.unlink),
  readdir: promisify(fs.readdir) as Calls["readdir"],
  realpath: promisify(fs.realpath.native) as Calls["realpath"],
};

/** Up to here a read or write is done before another thread would have begun. */
const smallBytes = 64 << 10;

/**
 * What takes microseconds on a local disk is done at once: handing it to another thread costs ten times as much, and a
 * small file is some fifty such calls. What may take long still goes to another thread.
 */
export const promptCalls: Calls = {
  open: async (path, flags, mode) => fs.openSync(path, flags, mode),
  close: async (fd) => fs.closeSync(fd),
  lstat: async (path) => fs.lstatSync(path, { bigint: true }),
  fstat: async (fd) => fs.fstatSync(fd, { bigint: true }),
  read: async (fd, into, position) =>
    into.length > smallBytes ? waitingCalls.read(fd, into, position) : fs.readSync(fd, into, 0, into.length, position),
  write: async (fd, bytes, position) =>
    bytes.length > smallBytes
      ? waitingCalls.write(fd, bytes, position)
      : fs.writeSync(fd, bytes, 0, bytes.length, position),
  fchown: async (fd, uid, gid) => fs.fchownSync(fd, uid, gid),
  fchmod: async (fd, mode) => fs.fchmodSync(fd, mode),
  futimes: async (fd, atime, mtime) => fs.futimesSync(fd, atime, mtime),
  fsync,
  link: async (from, to) => fs.linkSync(from, to),
  rename: async (from, to) => fs.renameSync(from, to),
  unlink: async (path) => fs.unlinkSync(path),
  readdir: waitingCalls.readdir,
  realpath: async (path) => fs.realpathSync.native(path),
};

/** Magic numbers of Linux (statfs(2)) for ext4, xfs, btrfs, tmpfs, f2fs, zfs and overlayfs. */
const localTypes = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x2fc12fc1, 0x794c7630]);

/** The calls for what lies in the folder at `path`, which exists. */
export function callsFor(path: string): Calls {
  if (process.platform !== "linux") return waitingCalls;
  try {
    return localTypes.has(statfsSync(path).type) ? promptCalls : waitingCalls;
  } catch {
    return waitingCalls;
  }
}
