import { type BigIntStats, constants, existsSync } from "node:fs";
import { join, sep } from "node:path";
import { RightsError } from "../../shared/errors.js";
import type { FileOps, FileStat, Folder, OpenFile } from "./file-ops.js";
import { shown } from "./names.js";
import { type Calls, callsFor, waitingCalls } from "./node-calls.js";
import { Together } from "./together.js";

const { O_RDONLY } = constants;
// Absent on Windows, where opening a link or a pipe by accident is guarded by lstat alone.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const O_DIRECTORY = constants.O_DIRECTORY ?? 0;
/** Where the system offers names relative to an open folder; elsewhere its path is the best there is. */
const hasFolderHandles = process.platform === "linux" && existsSync("/proc/self/fd");

const kindOf = (stats: BigIntStats): FileStat["kind"] =>
  stats.isFile() ? "file" : stats.isDirectory() ? "folder" : stats.isSymbolicLink() ? "link" : "other";

export const fileStat = (stats: BigIntStats): FileStat => ({
  kind: kindOf(stats),
  dev: stats.dev,
  ino: stats.ino,
  size: stats.size,
  mtimeNs: stats.mtimeNs,
  ctimeNs: stats.ctimeNs,
  atimeNs: stats.atimeNs,
  mode: Number(stats.mode),
  uid: Number(stats.uid),
  gid: Number(stats.gid),
  links: Number(stats.nlink),
});

const seconds = (ns: bigint) => Number(ns / 1000n) / 1e6;

const openFile = (fd: number, calls: Calls): OpenFile => ({
  number: fd,
  stat: async () => fileStat(await calls.fstat(fd)),
  read: (into, position) => calls.read(fd, into, position),
  write: (bytes, position) => calls.write(fd, bytes, position),
  setOwner: (uid, gid) => calls.fchown(fd, uid, gid),
  setMode: (mode) => calls.fchmod(fd, mode),
  setTimes: (atimeNs, mtimeNs) => calls.futimes(fd, seconds(atimeNs), seconds(mtimeNs)),
  sync: () => calls.fsync(fd),
  close: () => calls.close(fd),
});

const flushes = new Map<string, Together>();

/** Many small files in one folder cost a few flushes of it instead of one each. */
async function sharedSync(folder: string, sync: () => Promise<void>): Promise<void> {
  const together = flushes.get(folder) ?? new Together();
  flushes.set(folder, together);
  await together.run(sync).finally(() => {
    if (together.isIdle) flushes.delete(folder);
  });
}

// Windows cannot flush a folder, and some network file systems refuse to; their renames are as durable as they get.
const cannotSync = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EISDIR", "ENOSYS"]);

async function syncFolder(path: string, calls: Calls): Promise<void> {
  if (process.platform === "win32") return;
  const fd = await calls.open(path, O_RDONLY);
  try {
    await calls.fsync(fd);
  } catch (error) {
    if (!cannotSync.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await calls.close(fd);
  }
}

function nodeFolder(path: string, base: string, self: FileStat, calls: Calls, close: () => Promise<void>): Folder {
  let isClosed = false;
  const at = (name: string) => {
    // The number of a closed handle soon is another folder's.
    if (isClosed) throw new Error("a folder was used after it was closed");
    return join(base, name);
  };
  return {
    path,
    open: async (name, flags, mode) => openFile(await calls.open(at(name), flags | O_NOFOLLOW, mode), calls),
    stat: async (name) => fileStat(await calls.lstat(at(name))),
    statSelf: async () => self,
    link: async (from, to) => calls.link(at(from), at(to)),
    rename: async (from, to) => calls.rename(at(from), at(to)),
    unlink: async (name) => calls.unlink(at(name)),
    list: async () => calls.readdir(at(".")),
    sync: async () => sharedSync(`${self.dev}:${self.ino}`, () => syncFolder(at("."), calls)),
    close: async () => {
      isClosed = true;
      await close();
    },
  };
}

async function assertWithin(base: string, path: string, within: string, calls: Calls): Promise<void> {
  const [really, root] = await Promise.all([calls.realpath(base), calls.realpath(within)]);
  if (really === root || really.startsWith(root.endsWith(sep) ? root : root + sep)) return;
  throw new RightsError("file-unsuitable", `${shown(path)} leads out of the watched folder, so it is left alone`);
}

/** The file system of this computer. */
export const nodeFiles: FileOps = {
  async openFolder(path, within) {
    const fd = await waitingCalls.open(path, O_RDONLY | O_DIRECTORY).catch((error) => {
      // Windows opens no folders; its path then stands for it.
      if (process.platform === "win32") return null;
      throw error;
    });
    const base = fd !== null && hasFolderHandles ? `/proc/self/fd/${fd}` : path;
    const calls = callsFor(base);
    const close = async () => (fd === null ? undefined : calls.close(fd));
    try {
      if (within !== undefined) await assertWithin(base, path, within, calls);
      const self = await (fd === null ? calls.lstat(path) : calls.fstat(fd));
      return nodeFolder(path, base, fileStat(self), calls, close);
    } catch (error) {
      await close();
      throw error;
    }
  },
};
