import * as z from "zod";
import { utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import { endlessMs, minuteMs, parseSecondTime } from "../shared/time.js";
import type { Home } from "./home.js";
import { withLock } from "./lock.js";
import type { SecretFiles } from "./secret-files.js";

/** Time, as licenses kept on this device are held against: turning the computer's clock back gains nothing. */
export interface SeenClock {
  /**
   * The highest time ever seen, by the service's answers and this computer's clock, in ms; own clock raises it.
   * @throws RightsError `offline-unavailable` when the record is missing or damaged: until the service answers again
   * nothing kept here is honoured.
   */
  offlineNow(): Promise<number>;
  /** The latest the service ever said, in ms; 0 when nothing is known of that. */
  serviceTime(): Promise<number>;
  /**
   * The service said it is `time` (as JSON carries it). It never takes back what the service said before; it does take
   * back what this computer's clock claimed, so that a clock once set to the wrong year does not end every license.
   */
  heard(time: string): Promise<void>;
}

const file = "time";

/** Two records less than this apart are not worth a write. */
const grainMs = minuteMs;

const time = z.int().min(0).max(endlessMs);
const Seen = z.strictObject({ v: z.literal(1), service: time, own: time });
type Seen = z.infer<typeof Seen>;

/** @param now - this computer's clock. */
export function seenClock(home: Home, secrets: SecretFiles, now: () => number = Date.now): SeenClock {
  const update = (change: (seen: Seen | null) => Seen | null) =>
    withLock(
      home,
      async () => {
        const changed = change(await readSeen(secrets));
        if (changed !== null) await secrets.write(file, utf8(JSON.stringify(changed)));
      },
      { name: "clock" },
    );
  return {
    async offlineNow() {
      const seen = await readSeen(secrets);
      if (seen === null) throw unrecorded();
      const own = Math.min(now(), endlessMs);
      if (own >= Math.max(seen.own, seen.service) + grainMs)
        await update((latest) => latest && { ...latest, own: Math.max(latest.own, own) });
      return Math.max(seen.service, seen.own, own);
    },
    serviceTime: async () => (await readSeen(secrets))?.service ?? 0,
    async heard(text) {
      const said = parseSecondTime(text, "service-failed");
      if (isKnown(await readSeen(secrets), said)) return;
      await update((latest) => ({ v: 1, service: Math.max(latest?.service ?? 0, said), own: said }));
    },
  };
}

/** Damaged or missing is the same: whoever could choose between the two could undo the record. */
async function readSeen(secrets: SecretFiles): Promise<Seen | null> {
  try {
    const bytes = await secrets.read(file);
    return bytes && Seen.parse(parseJson(bytes, "state-damaged"));
  } catch (error) {
    if (error instanceof RightsError && error.code !== "state-damaged") throw error;
    return null;
  }
}

const isKnown = (seen: Seen | null, said: number): boolean =>
  seen !== null && said < seen.service + grainMs && seen.own < said + grainMs;

const unrecorded = () =>
  new RightsError(
    "offline-unavailable",
    "this device no longer knows how late it was, so licenses kept here wait until the service answers once",
  );
