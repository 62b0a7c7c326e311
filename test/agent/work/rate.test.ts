import { expect, it } from "vitest";
import { Rate } from "../../../agent/work/rate.js";

it("counts what happened in the last ten seconds, also when the clock jumps", () => {
  const rate = new Rate();
  const startMs = 1_700_000_000_000;
  for (let i = 0; i < 50; i++) rate.add(startMs + i * 100);
  expect(rate.perSecond(startMs + 5000)).toBe(5);
  expect(rate.perSecond(startMs + 12_000)).toBe(2);
  expect(rate.perSecond(startMs + 60_000)).toBe(0);
  rate.add(startMs + 60_000);
  expect(rate.perSecond(startMs)).toBe(0);
  rate.add(startMs);
  expect(rate.perSecond(startMs + 1000)).toBe(0.1);
});
