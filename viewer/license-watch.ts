import { codeOf } from "../shared/errors.js";
import type { Opened } from "./opened.js";

/** A file stays open so long without the service being asked again, in ms: as long as a license that is never kept lasts. */
const askEveryMs = 15 * 60_000;

/** What comes of asking again. */
export interface LicenseNews {
  /** The rights are others now. */
  changed(opened: Opened): void;
  /** There are none any more, or nobody could be asked until the license ended. */
  ended(error: unknown): void;
}

const sameRights = (one: Opened, other: Opened): boolean =>
  one.use.rights.join() === other.use.rights.join() && one.use.terms.until === other.use.terms.until;

/**
 * Asks for the license of an open file again, now and then and when it ends: whoever may not see it any more does not go
 * on seeing it. While the service is away the file stays open until its license ends.
 * @param ask - as when the file was opened. @returns what ends the watch.
 */
export function watchLicense(opened: Opened, ask: () => Promise<Opened>, news: LicenseNews): () => void {
  const beganMs = performance.now(); // a clock that nobody sets back
  const leftMs = () => opened.use.untilMs - opened.givenMs - (performance.now() - beganMs);
  let timer = 0;
  let isOver = false;
  const again = () => {
    timer = setTimeout(look, Math.max(1000, Math.min(askEveryMs, leftMs())));
  };
  const look = async () => {
    try {
      const now = await ask();
      if (isOver) return;
      if (sameRights(opened, now) && leftMs() > 0) again();
      else news.changed(now);
    } catch (error) {
      const mayGoOn = codeOf(error) === "service-unreachable" && leftMs() > 0;
      if (isOver) return;
      if (mayGoOn) again();
      else news.ended(error);
    }
  };
  again();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
