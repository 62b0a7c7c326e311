import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";

const batch = 64;

/** The entries of one folder; none if it is gone or may not be read: the next scan looks again. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder);
  } catch {
    // A folder that vanishes or is forbidden says nothing about the others.
  }
}

/**
 * Shows every regular file in and below `folder` to `seen`, a few at a time. Links are neither shown nor followed.
 * @param isLeft - what is passed over, folders with all that is in them.
 */
export async function scan(
  folder: string,
  isLeft: (path: string) => boolean,
  seen: (path: string) => Promise<void>,
): Promise<void> {
  let looking: Promise<void>[] = [];
  for await (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (isLeft(path)) continue;
    if (entry.isDirectory()) await scan(path, isLeft, seen);
    else if (entry.isFile()) looking.push(seen(path));
    if (looking.length < batch) continue;
    await Promise.all(looking);
    looking = [];
  }
  await Promise.all(looking);
}
