import { RightsError, type RightsErrorCode } from "./errors.js";

export const minuteMs = 60_000;
export const dayMs = 86_400_000;
/** How far a clock may be behind before "not yet" is said; "ended" knows no such kindness (docs/encodings.md). */
export const skewMs = 5 * minuteMs;
/** `9999-12-31T23:59` in milliseconds: a use license without an end. */
export const endlessMs = Date.UTC(9999, 11, 31, 23, 59);

/** `YYYY-MM-DDTHH:MM`, UTC, as XML carries it; what lies below the minute is dropped. */
export const minuteTime = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

/** `YYYY-MM-DDTHH:MM:SSZ`, as JSON carries it; what lies below the second is dropped. */
export const secondTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The only spelling of a time is the one the writer uses, so a date like 30 February does not pass. */
function parse(text: string, iso: string, write: (ms: number) => string, code: RightsErrorCode): number {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms) || ms < 0 || ms > endlessMs + minuteMs || write(ms) !== text)
    throw new RightsError(code, "a time is not spelled as it must be");
  return ms;
}

export const parseMinuteTime = (text: string, code: RightsErrorCode): number =>
  parse(text, `${text}:00.000Z`, minuteTime, code);

export const parseSecondTime = (text: string, code: RightsErrorCode): number => parse(text, text, secondTime, code);

/** Whether `nowMs` lies in [from, until), with skew allowed at the beginning only. */
export const isWithin = (range: { fromMs: number; untilMs: number }, nowMs: number): boolean =>
  nowMs >= range.fromMs - skewMs && nowMs < range.untilMs;
