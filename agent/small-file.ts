import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Bytes } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { fileError, systemCode } from "./work/file-errors.js";

/** Left by a process that died while it wrote; nobody reads them. */
export const isTemporary = (name: string): boolean => name.startsWith(".") && name.endsWith(".tmp");

/** All of a file, `null` where there is none. @throws RightsError `state-damaged` when it is longer than `limit`. */
export async function readSmallFile(path: string, limit: number): Promise<Bytes | null> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { size } = await file.stat(); // it may grow meanwhile
    const into = new Uint8Array(Math.min(size, limit) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < into.length; length += read)
      read = (await file.read(into, length, into.length - length, length)).bytesRead;
    if (length < into.length) return into.slice(0, length);
    throw new RightsError("state-damaged", `${path} is longer than it can be; remove it`);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw fileError(error, path, "read");
  } finally {
    await file?.close();
  }
}

/** Mode 0600. When this returns, the new content survives a loss of power; before, the old one is whole. */
export async function replaceSmallFile(path: string, content: Bytes): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, content);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw fileError(error, path, "write");
  } finally {
    await rm(temporary, { force: true }); // renamed already unless something failed
  }
}

async function writeDurably(path: string, content: Bytes): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows cannot flush a folder; its renames are as durable as they get. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes every file in a folder; the folder stays. */
export async function emptyFolder(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { force: true });
}
