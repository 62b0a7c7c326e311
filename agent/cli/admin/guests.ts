import { normalizeAddress } from "../../../shared/address.js";
import type { AdminGuest } from "../../../shared/protocol/admin-api.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { everyPage, openAdmin } from "./session.js";

const pageSize = 500;

/** `seal admin guests list`: who came in by a code, or is locked out. */
export async function list({ search, json }: ReportOptions & { search?: string }): Promise<number> {
  const admin = await openAdmin();
  const pages = everyPage(
    (after) => admin.listGuests({ ...after, limit: pageSize, ...(search === undefined ? {} : { search }) }),
    ({ guests }) => guests,
  );
  let count = 0;
  for await (const guest of pages) {
    report(guest, json);
    count++;
  }
  if (count === 0 && !json) say("no guests came in so far");
  return exits.done;
}

/** `seal admin guests lock`: no code for this address any more, and what it is signed in with ends. */
export const lock = (address: string, { json }: ReportOptions): Promise<number> => set(address, true, json);

/** `seal admin guests unlock` */
export const unlock = (address: string, { json }: ReportOptions): Promise<number> => set(address, false, json);

async function set(address: string, isLockedOut: boolean, json: boolean | undefined): Promise<number> {
  const request = { address: normalizeAddress(address), isLockedOut };
  report((await (await openAdmin()).lockGuest(request)).guest, json);
  return exits.done;
}

function report(guest: AdminGuest, json: boolean | undefined): void {
  const { address, state, last } = guest;
  const came = last === null ? "never came in" : `last came in ${last}`;
  if (json) printJson(guest);
  else print(shown(`${address}  ${came}${state === "locked" ? "  locked out" : ""}`));
}
