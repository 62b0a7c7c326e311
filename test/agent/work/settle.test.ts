import { describe, expect, it } from "vitest";
import { lookAgain, type Sighting, settledPaths } from "../../../agent/work/settle.js";

const seen = { sizeBytes: 9, modifiedMs: 500, inode: 7 };

describe("which files are finished", () => {
  it("leaves a file alone while it still grows", () => {
    const sightings = new Map<string, Sighting>([["big.pdf", { ...seen, changedAtMs: 1000 }]]);
    expect(settledPaths(sightings, 1199)).toEqual([]);
    expect(settledPaths(sightings, 1200)).toEqual(["big.pdf"]);
  });

  it("starts the clock again when size, time or file is another, and only then", () => {
    const before = lookAgain(undefined, seen, 1000);
    expect(lookAgain(before, seen, 1100)).toBe(before);
    for (const change of [{ sizeBytes: 10 }, { modifiedMs: 501 }, { inode: 8 }])
      expect(lookAgain(before, { ...seen, ...change }, 1100).changedAtMs).toBe(1100);
  });
});
