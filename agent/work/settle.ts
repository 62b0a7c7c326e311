/** What was last seen of a file, and when it last looked different. Times in ms. */
export interface Sighting {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly inode: number;
  readonly changedAtMs: number;
}

export const quietMs = 200;

/** What is known after another look: the clock starts again only if something is different. */
export function lookAgain(before: Sighting | undefined, now: Omit<Sighting, "changedAtMs">, nowMs: number): Sighting {
  const isSame =
    before?.sizeBytes === now.sizeBytes && before.modifiedMs === now.modifiedMs && before.inode === now.inode;
  return isSame ? before : { ...now, changedAtMs: nowMs };
}

/** Paths whose size and time have been still for `quiet` ms. No clock, no disk: the time is passed in. */
export const settledPaths = (sightings: ReadonlyMap<string, Sighting>, nowMs: number, quiet = quietMs): string[] =>
  [...sightings].filter(([, { changedAtMs }]) => nowMs - changedAtMs >= quiet).map(([path]) => path);
