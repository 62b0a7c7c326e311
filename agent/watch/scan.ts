import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";

const batch = 64;

export interface ScanVisitor {
  /** What is passed over, folders with all that is in them. */
  isLeft(path: string): boolean;
  /** Called for each folder before it is read. */
  enters(folder: string): Promise<void>;
  /** Called for each regular file, for some at once. */
  sees(path: string): Promise<void>;
}

/** The entries of one folder; none if it is gone or may not be read: the next scan looks again. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder, { bufferSize: 1024 });
  } catch {
    // A folder that vanishes or is forbidden says nothing about the others.
  }
}

/** Visits `folder` and everything in and below it. Links are neither shown nor followed. */
export async function scan(folder: string, visitor: ScanVisitor): Promise<void> {
  await visitor.enters(folder);
  let looking: Promise<void>[] = [];
  for await (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (visitor.isLeft(path)) continue;
    if (entry.isDirectory()) await scan(path, visitor);
    else if (entry.isFile()) looking.push(visitor.sees(path));
    if (looking.length < batch) continue;
    await Promise.all(looking);
    looking = [];
  }
  await Promise.all(looking);
}
