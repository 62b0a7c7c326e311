import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  endlessMs,
  isWithin,
  minuteMs,
  minuteTime,
  parseMinuteTime,
  parseSecondTime,
  secondTime,
} from "../../shared/time.js";
import { outcome } from "../vectors.js";

const codeFrom = (work: () => unknown) => outcome((async () => work())());

it("writes what it reads", () => {
  const ms = fc.integer({ min: 0, max: endlessMs + minuteMs - 1 });
  fc.assert(
    fc.property(ms, (at) => {
      expect(parseMinuteTime(minuteTime(at), "internal")).toBe(at - (at % minuteMs));
      expect(parseSecondTime(secondTime(at), "internal")).toBe(at - (at % 1000));
    }),
  );
  expect(minuteTime(endlessMs)).toBe("9999-12-31T23:59");
});

describe("no other spelling", () => {
  it.each([
    "2026-11-23T09:00Z",
    "2026-11-23T09:00:00",
    "2026-11-23 09:00",
    "2026-11-23T9:00",
    "2026-02-30T09:00",
    "2026-11-23T24:00",
    "2026-11-23T23:60",
    "+002026-11-23T09:00",
    "-000001-11-23T09:00",
    "1969-12-31T23:59",
    "2026-11-23T09:00 ",
    "２026-11-23T09:00",
    "2026-11-23",
    "",
  ])("minutes: %j", async (text) =>
    expect(await codeFrom(() => parseMinuteTime(text, "license-malformed"))).toBe("license-malformed"),
  );

  it.each([
    "2026-11-23T09:00Z",
    "2026-11-23T09:00:00",
    "2026-11-23T09:00:00.000Z",
    "2026-11-23T09:00:00+00:00",
    "2026-11-23t09:00:00z",
    "2026-11-23T09:00:60Z",
    "2026-11-31T09:00:00Z",
    "10000-01-01T00:00:00Z",
    "+010000-01-01T00:00:00Z",
    "Mon, 23 Nov 2026 09:00:00 GMT",
    "",
  ])("seconds: %j", async (text) =>
    expect(await codeFrom(() => parseSecondTime(text, "policy-malformed"))).toBe("policy-malformed"),
  );
});

it("[from, until) with five minutes of skew at the beginning only", () => {
  const range = { fromMs: 1_000_000, untilMs: 2_000_000 };
  expect(isWithin(range, 1_000_000 - 5 * minuteMs)).toBe(true);
  expect(isWithin(range, 1_000_000 - 5 * minuteMs - 1)).toBe(false);
  expect(isWithin(range, 1_999_999)).toBe(true);
  expect(isWithin(range, 2_000_000)).toBe(false);
});
