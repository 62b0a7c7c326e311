import { expect, it } from "vitest";
import { RateLimit } from "../../service/rate-limit.js";

it("lets a burst through, then what comes back with time", () => {
  let now = 0;
  const limit = new RateLimit({ burst: 3, perSecond: 0.5, now: () => now });
  expect([1, 2, 3, 4].map(() => limit.take("a"))).toEqual([true, true, true, false]);
  expect(limit.take("b")).toBe(true);
  expect(limit.retryAfter("a")).toBe(2);
  now = 1999;
  expect(limit.take("a")).toBe(false);
  now = 2000;
  expect(limit.retryAfter("a")).toBe(0);
  expect(limit.take("a")).toBe(true);
  now = 1_000_000;
  expect([1, 2, 3, 4].map(() => limit.take("a"))).toEqual([true, true, true, false]);
});

it("gives back, never more than there was", () => {
  const limit = new RateLimit({ burst: 1, perSecond: 0, now: () => 0 });
  limit.refund("a");
  expect([limit.take("a"), limit.take("a")]).toEqual([true, false]);
  limit.refund("a");
  expect([limit.take("a"), limit.take("a")]).toEqual([true, false]);
});

it("is not fooled by a clock that goes back", () => {
  let now = 10_000;
  const limit = new RateLimit({ burst: 1, perSecond: 1, now: () => now });
  limit.take("a");
  now = 0;
  expect(limit.take("a")).toBe(false);
});

it("remembers a bounded number of keys, dropping the longest unused", () => {
  const limit = new RateLimit({ burst: 1, perSecond: 0, maxKeys: 2, now: () => 0 });
  for (const key of ["a", "b", "a", "c"]) limit.take(key);
  expect(["a", "c"].map((key) => limit.take(key))).toEqual([false, false]);
  expect(limit.take("b")).toBe(true);
});
