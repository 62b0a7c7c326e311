import { constants } from "node:fs";
import { systemCode } from "./file-errors.js";
import type { FileStat, Folder } from "./file-ops.js";

/** What `link` says where the file system, or this user, can make no second names. */
const withoutLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES", "EINVAL"]);

/** What is at `name`, or `null`. */
export async function statOrNull(folder: Folder, name: string): Promise<FileStat | null> {
  try {
    return await folder.stat(name);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Removes `name`; that it is gone already is as good. */
export async function removeIfThere(folder: Folder, name: string): Promise<void> {
  try {
    await folder.unlink(name);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/**
 * Whether `name` holds the empty file with which an interrupted move of `from` reserved it. Should it be somebody
 * else's, made in the very moment of the crash, then nothing is lost with it: it is empty.
 */
export async function isReservation(folder: Folder, name: string, from: FileStat): Promise<boolean> {
  const there = await statOrNull(folder, name);
  return there?.kind === "file" && there.size === 0n && there.ino !== from.ino;
}

async function moveByReservation(folder: Folder, from: string, to: string): Promise<boolean> {
  try {
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    // By the name that `from` has, recovery knows a reservation for what it is: so that name must be durable first.
    await folder.sync();
    const reserved = await folder.open(to, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    const { ino } = await reserved.stat();
    await reserved.close();
    const now = await folder.stat(to);
    // Somebody saved over the reservation: it is theirs now.
    if (now.ino !== ino || now.size !== 0n) return false;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    await folder.rename(from, to);
    return true;
  } catch (error) {
    const unreserve = async () => {
      await removeIfThere(folder, to);
      await folder.sync();
    };
    await unreserve().catch(() => undefined);
    throw error;
  }
}

/**
 * Gives the file at `from` the name `to` as well, or instead, and never overwrites: `false` where `to` is taken.
 * After `true`, `from` may still be a second name of the same file: remove it.
 */
export async function nameWithoutOverwriting(folder: Folder, from: string, to: string): Promise<boolean> {
  try {
    await folder.link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (!withoutLinks.has(systemCode(error))) throw error;
    return moveByReservation(folder, from, to);
  }
}
