import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../shared/ids.js";
import type { Home } from "../home.js";
import { isAbandoned, isOwner, startJob, thisProcess } from "../work/owner.js";

/** Where clear content lies while a program shows it: 0700, one folder an opening, with a note of whose it is. */
const sessionsOf = (home: Home): string => join(home.path, "sessions");
const noteName = ".owner";

export async function makePrivateFolder(home: Home): Promise<string> {
  const id = newId();
  const folder = join(sessionsOf(home), id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  startJob(id);
  await writeFile(join(folder, noteName), JSON.stringify(thisProcess), { mode: 0o600 });
  return folder;
}

export const erase = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Erases what processes that are gone have left behind, after a crash too. */
export async function eraseAbandoned(home: Home): Promise<void> {
  for (const id of await readdir(sessionsOf(home)).catch(() => [])) {
    const folder = join(sessionsOf(home), id);
    if (await isLeftBehind(folder, id)) await erase(folder);
  }
}

async function isLeftBehind(folder: string, id: string): Promise<boolean> {
  try {
    const owner: unknown = JSON.parse(await readFile(join(folder, noteName), "utf8"));
    return !isOwner(owner) || isAbandoned(owner, id, 0);
  } catch {
    return true; // killed before the note was there, so nothing clear is in it either
  }
}
