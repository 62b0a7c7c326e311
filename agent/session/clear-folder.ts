import { chmod, lstat, mkdir, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Home } from "../home.js";

/** What `statfs` says of a file system that lies in memory (Linux). */
const inMemory = 0x01021994;
/** Room for the document, what a program writes beside it while it saves, and some more. */
const roomFor = (sizeBytes: number): number => 4 * sizeBytes + (64 << 20);

/**
 * Where the clear content of a session goes: memory that belongs to this person's login where the system has some, so that it
 * is on no disk (threat T26), and else the home. It is not made yet.
 */
export async function clearFolderFor(home: Home, id: string, sizeBytes: number): Promise<string> {
  const own = await memoryFolder(sizeBytes).catch(() => null);
  return own === null ? join(home.edits, id, "clear") : join(own, id);
}

/** The same for another session, on the file system of one that is there. @param folder - of that one. */
export const clearFolderBeside = (home: Home, folder: string, id: string): string =>
  folder.startsWith(home.edits) ? join(home.edits, id, "clear") : join(dirname(folder), id);

async function memoryFolder(sizeBytes: number): Promise<string | null> {
  const runtime = process.env.XDG_RUNTIME_DIR;
  if (process.platform !== "linux" || !runtime) return null;
  const { type, bavail, bsize } = await statfs(runtime);
  if (type !== inMemory || bavail * bsize < roomFor(sizeBytes)) return null;
  const folder = join(runtime, "sealwright");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return (await isOurs(folder)) ? folder : null;
}

/** No link, and nobody else's: whoever else can write to the folder above may have made it. */
async function isOurs(folder: string): Promise<boolean> {
  const stat = await lstat(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) return false;
  if ((stat.mode & 0o077) !== 0) await chmod(folder, 0o700);
  return true;
}

export const makeClearFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { mode: 0o700 });
};

export const eraseClear = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
