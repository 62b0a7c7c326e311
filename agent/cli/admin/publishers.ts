import { normalizeAddress } from "../../../shared/address.js";
import { isId } from "../../../shared/ids.js";
import type { PublishersAnswer } from "../../../shared/protocol/admin-api.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { openAdmin } from "./session.js";

/** `seal admin publishers list`. */
export async function list({ json }: ReportOptions): Promise<number> {
  return report(await (await openAdmin()).publishers(), json);
}

/** `seal admin publishers set`: these and nobody else. */
export async function set(who: readonly string[], { json }: ReportOptions): Promise<number> {
  const publishers = who.map((one) => (isId(one) ? one : normalizeAddress(one)));
  const code = report(await (await openAdmin()).setPublishers({ publishers }), json);
  say("all others open what they are sent; a device that was let protect before may go on until its certificate ends");
  return code;
}

/** `seal admin publishers everybody`. */
export async function everybody({ json }: ReportOptions): Promise<number> {
  return report(await (await openAdmin()).setPublishers({ publishers: [] }), json);
}

function report({ everybody, publishers }: PublishersAnswer, json: boolean | undefined): number {
  if (json) printJson({ everybody, publishers });
  else if (publishers.length === 0) print(everybody ? "everybody may protect" : "nobody may protect");
  else
    for (const { kind, address, name } of publishers)
      print(shown(`${address}  ${name}${kind === "group" ? " (group)" : ""}`));
  return exits.done;
}
