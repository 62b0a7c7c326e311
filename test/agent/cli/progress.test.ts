import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { progressLine, type Stage, sizeOf } from "../../../agent/cli/progress.js";

const stage = (more: Partial<Stage> = {}): Stage => ({
  path: "/docs/plan.dwg",
  file: 1,
  files: 1,
  bytes: 500_000_000,
  total: 1_000_000_000,
  elapsedMs: 2000,
  ...more,
});

describe("the line that shows how far a command is", () => {
  it.each<[string, Partial<Stage>, string]>([
    ["half", {}, "plan.dwg  [############            ]  50 %  250 MB/s"],
    ["the beginning", { bytes: 0 }, "plan.dwg  [                        ]   0 %  0 B/s"],
    ["the end", { bytes: 1e9, elapsedMs: 1000 }, "plan.dwg  [########################] 100 %  1.0 GB/s"],
    ["more than was expected", { bytes: 3e9, elapsedMs: 1000 }, "plan.dwg  [########################] 100 %  3.0 GB/s"],
    ["one of several", { file: 3, files: 12 }, "3 of 12  plan.dwg  [############            ]  50 %  250 MB/s"],
    ["no size", { total: null, path: "-" }, "standard input  500 MB  250 MB/s"],
    ["nothing to count", { total: null, bytes: 0, file: 3, files: 12 }, "3 of 12  plan.dwg"],
    ["an empty file", { total: 0, bytes: 0 }, "plan.dwg  [########################] 100 %  0 B/s"],
    ["a name that would move the cursor", { total: null, path: "a\u001b[2Jb" }, "a\\x1b[2Jb  500 MB  250 MB/s"],
  ])("%s", (_, more, line) => {
    expect(progressLine(stage(more), 80)).toBe(line);
  });

  it("is never wider than the terminal", () => {
    const any = fc.record({
      path: fc.string({ maxLength: 300 }),
      file: fc.nat(10_000),
      files: fc.nat(10_000),
      bytes: fc.nat(2 ** 40),
      total: fc.option(fc.nat(2 ** 40)),
      elapsedMs: fc.nat(1_000_000),
    });
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 200 }), (at, columns) => progressLine(at, columns).length < columns),
    );
  });
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 KB"],
  [12_345, "12 KB"],
  [999_999_999, "1000 MB"],
  [2 ** 40, "1.1 TB"],
])("%d bytes are %s", (bytes, text) => expect(sizeOf(bytes)).toBe(text));
