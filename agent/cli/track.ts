import { withDocument } from "../document.js";
import { sendRegistrations } from "../outbox.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, say, shown } from "./say.js";
import { openSession } from "./session.js";

/** `seal track`: who opened it, was refused, took it back. */
export async function track(path: string, { json }: ReportOptions): Promise<number> {
  const { account } = await openSession();
  await sendRegistrations(account);
  const { document, events } = await withDocument(path, ({ licenseBytes }) => account.service.track(licenseBytes));
  for (const event of events) {
    if (json) printJson({ path, ...event });
    else
      print(
        shown(`${event.time}  ${event.action} ${event.result}  ${event.name ?? ""} <${event.address ?? "unknown"}>`),
      );
  }
  if (!json && document?.revoked) print(`withdrawn since ${document.revoked}`);
  if (!json && events.length === 0) say("nobody has opened it yet");
  return exits.done;
}

/** `seal revoke` and `seal restore`, for all copies of the document. */
export async function revoke(path: string, { json }: ReportOptions): Promise<number> {
  const { account } = await openSession();
  const answer = await withDocument(path, ({ licenseBytes }) => account.service.revoke(licenseBytes));
  if (json) printJson({ path, state: "revoked", ...answer });
  else print(`${shown(path)} is withdrawn, with all its copies`);
  if (!json && answer.lastOfflineUse)
    print(`licenses already given may open it offline until ${answer.lastOfflineUse}`);
  return exits.done;
}

export async function restore(path: string, { json }: ReportOptions): Promise<number> {
  const { account } = await openSession();
  const answer = await withDocument(path, ({ licenseBytes }) => account.service.restore(licenseBytes));
  if (json) printJson({ path, state: "protected", ...answer });
  else print(`${shown(path)} opens again for those its policy names`);
  return exits.done;
}
