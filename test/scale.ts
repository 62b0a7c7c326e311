/** Whether this is `npm run test:long`. */
export const long = process.env.SEALWRIGHT_LONG === "1";

/** How often: `count`, or 20 times that in the long run. */
export const times = (count: number): number => (long ? 20 * count : count);

/** What all random choices of this run come from; `null` when nobody has said (fast-check then picks, and prints, its own). */
export const seed: number | null = process.env.SEALWRIGHT_SEED ? Number(process.env.SEALWRIGHT_SEED) : null;
