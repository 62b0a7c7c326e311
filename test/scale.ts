/** Whether this is `npm run test:long`. */
export const long = process.env.SEALWRIGHT_LONG === "1";

/** How often: `count`, or 20 times that in the long run. */
export const times = (count: number): number => (long ? 20 * count : count);

/** What all random choices of this run come from; `null` when nobody has said (fast-check then picks, and prints, its own). */
export const seed: number | null = process.env.SEALWRIGHT_SEED ? Number(process.env.SEALWRIGHT_SEED) : null;

let state = 0;

/** Begins the choices of a test file: they follow from `seed` alone, whichever files came before it. */
export const beginChoices = (): void => {
  state = seed ?? 1;
};

/** Numbers in [0, 1) that follow from `seed`, so that a run can be repeated (mulberry32). */
export const random = (): number => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
