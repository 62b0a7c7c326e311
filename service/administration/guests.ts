import type {
  AdminGuest,
  GuestAnswer,
  GuestsAnswer,
  Listing,
  LockGuestRequest,
} from "../../shared/protocol/admin-api.js";
import { secondTime } from "../../shared/time.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { type Guest, lockGuest as setLock } from "../store/guests.js";
import { changing, looking } from "./administering.js";

/** People outside who came in by a code. Each of these: Refusal access-denied for all but administrators. */

export const listGuests = (parts: Parts, asker: Asker, { search, after, limit }: Listing): Promise<GuestsAnswer> =>
  looking(parts, asker, `guests list${search === undefined ? "" : `: ${search}`}`, async (_db, { nowMs }) => {
    const listed = await parts.store.guests.list({ search, after, limit });
    const next = listed.length === limit ? listed.at(-1)!.address : null;
    return { guests: listed.map(shownGuest), next, time: secondTime(nowMs) };
  });

/** At once, for all they are signed in with; also an address that never came. */
export const lockGuest = (
  parts: Parts,
  asker: Asker,
  { address, isLockedOut }: LockGuestRequest,
): Promise<GuestAnswer> =>
  changing(parts, asker, `guests ${isLockedOut ? "lock" : "unlock"} ${address}`, async (db, { nowMs }) => ({
    guest: shownGuest(await setLock(db, address, isLockedOut, nowMs)),
    time: secondTime(nowMs),
  }));

const shownGuest = ({ id, address, isLockedOut, last }: Guest): AdminGuest => ({
  ...{ id, address, state: isLockedOut ? "locked" : "active" },
  last: last === null ? null : secondTime(last),
});
