import { RightsError } from "../../shared/errors.js";
import { secondTime } from "../../shared/time.js";

/** A moment as people write it. @returns as JSON carries it. @throws RightsError `usage`. */
export function timeFrom(text: string): string {
  const ms = Date.parse(text);
  if (ms >= 0) return secondTime(ms);
  throw new RightsError("usage", `${text} is no time; write it like 2027-03-01 or 2027-03-01T12:00Z`);
}
