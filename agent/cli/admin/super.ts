import { RightsError } from "../../../shared/errors.js";
import { parseMessage } from "../../../shared/protocol/service-api.js";
import { AskSuperRequest, type SuperAccess, SuperAccessRequest } from "../../../shared/protocol/super-api.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { openSession } from "../session.js";
import { openAdmin } from "./session.js";

/** `seal admin super ask`. */
export async function ask({ reason, hours = "1", json }: ReportOptions & { reason: string; hours?: string }) {
  const asked = parseMessage(AskSuperRequest, { reason, hours: Number(hours) }, "usage");
  const { access } = await (await openSession()).account.service.askSuperAccess(asked);
  say(`nothing is open yet; ${access.needed} administrators approve with: seal admin super approve ${access.id}`);
  return report([access], json);
}

/** `seal admin super status` */
export async function status({ json }: ReportOptions): Promise<number> {
  return report((await (await openSession()).account.service.superAccess()).accesses, json);
}

/** `seal admin super list` */
export async function list({ json }: ReportOptions): Promise<number> {
  return report((await (await openAdmin()).superAccess()).accesses, json);
}

/** `seal admin super approve` */
export async function approve(id: string, { json }: ReportOptions): Promise<number> {
  return report([(await (await openAdmin()).approveSuperAccess(idFrom(id))).access], json);
}

/** `seal admin super end` */
export async function end(id: string, { json }: ReportOptions): Promise<number> {
  return report([(await (await openAdmin()).endSuperAccess(idFrom(id))).access], json);
}

function idFrom(id: string): string {
  const request = SuperAccessRequest.safeParse({ id });
  if (request.success) return request.data.id;
  throw new RightsError("usage", "that is no id; see them with: seal admin super list");
}

function report(accesses: readonly SuperAccess[], json: boolean | undefined): number {
  for (const access of accesses) {
    if (json) printJson(access);
    else print(shown(lineOf(access)));
  }
  return exits.done;
}

function lineOf({ id, state, name, address, reason, hours, approvals, needed, until }: SuperAccess): string {
  const far = state === "open" ? `open until ${until}` : state;
  return `${id}  ${far}  ${name} <${address}>  ${hours} h, ${approvals.length} of ${needed} approvals  ${reason}`;
}
