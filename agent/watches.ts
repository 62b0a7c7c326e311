import { randomUUID } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { RightsError } from "../shared/errors.js";
import type { Home } from "./home.js";
import { withLock } from "./lock.js";

/** One watched folder as the home keeps it. */
export interface Watch {
  /** Absolute. */
  readonly folder: string;
  /** Label id. */
  readonly label: string;
  /** Whether files that were there before it was added are protected too. */
  readonly existing: boolean;
  /** When it was added, ms. */
  readonly addedMs: number;
}

const maxWatches = 1000;

/** @throws RightsError `state-damaged`. */
export async function readWatches(home: Home): Promise<Watch[]> {
  try {
    return (JSON.parse(await readFile(home.watches, "utf8")) as { watches: Watch[] }).watches;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RightsError(
      "state-damaged",
      `the list of watched folders in ${home.watches} is damaged; add them again`,
      { cause },
    );
  }
}

async function writeWatches(home: Home, watches: readonly Watch[]): Promise<void> {
  const temporary = `${home.watches}.${randomUUID()}`;
  const file = await open(temporary, "wx", 0o600);
  await file.writeFile(JSON.stringify({ v: 1, watches }));
  await file.sync();
  await file.close();
  await rename(temporary, home.watches);
}

export function addWatch(home: Home, watch: Omit<Watch, "addedMs">): Promise<void> {
  return withLock(home, async () => {
    const others = (await readWatches(home)).filter(({ folder }) => folder !== watch.folder);
    if (others.length >= maxWatches)
      throw new RightsError("usage", `no more than ${maxWatches} folders can be watched`);
    await writeWatches(home, [...others, { ...watch, addedMs: Date.now() }]);
  });
}

/** @returns whether it was watched. */
export function removeWatch(home: Home, folder: string): Promise<boolean> {
  return withLock(home, async () => {
    const all = await readWatches(home);
    const rest = all.filter((watch) => watch.folder !== folder);
    if (rest.length < all.length) await writeWatches(home, rest);
    return rest.length < all.length;
  });
}
