import { RightsError } from "../shared/errors.js";
import { dayMs, endlessMs, secondTime } from "../shared/time.js";

const unitsMs: Record<string, number> = { h: dayMs / 24, d: dayMs, w: 7 * dayMs };
const isoTime = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d))?$/;

const wrong = (message: string): RightsError => new RightsError("usage", message);

/**
 * When access ends, as people write it: `30d` (also `h` and `w`) from now, a day (its beginning, UTC), a time with its
 * zone, or `never`. @returns as a policy writes it; `null` for never.
 * @throws RightsError `usage`, also for a moment that has passed.
 */
export function parseExpires(text: string, nowMs: number): string | null {
  if (text.toLowerCase() === "never") return null;
  const atMs = fromNow(text, nowMs) ?? momentOf(text);
  if (atMs === null) throw wrong(`"${text}" is no end; write 30d, 2027-03-01, 2027-03-01T12:00Z or never`);
  if (atMs > endlessMs) throw wrong(`${text} is after the year 9999; write never`);
  const until = secondTime(atMs);
  if (Date.parse(until) <= nowMs) throw wrong(`${text} is not in the future; nobody could open the file`);
  return until;
}

function fromNow(text: string, nowMs: number): number | null {
  const [, count, unit] = /^(\d{1,6})([hdw])$/i.exec(text) ?? [];
  return count === undefined ? null : nowMs + Number(count) * unitsMs[unit!.toLowerCase()]!;
}

/** `Date` takes 30 February for 2 March: a day counts only if it is the one that was written. */
function momentOf(text: string): number | null {
  const [, year, month, day] = isoTime.exec(text) ?? [];
  if (year === undefined) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs;
}

/** How many days a license lasts without the service: 0 asks each time, -1 has no end. @throws RightsError `usage`. */
export function parseOffline(text: string): number {
  const days = /^(?:-1|\d{1,5})$/.test(text) ? Number(text) : Number.NaN;
  if (days >= -1 && days <= 36_500) return days;
  throw wrong(`"${text}" is no number of days; write 0 to ask each time, up to 36500, or -1 for no end`);
}
