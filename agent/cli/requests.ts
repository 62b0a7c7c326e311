import { RightsError } from "../../shared/errors.js";
import { parseGrant } from "../../shared/grants.js";
import {
  type AccessRequest,
  AskAccessRequest,
  maxAskReason,
  RefuseAccessRequest,
} from "../../shared/protocol/access-api.js";
import { parseExpires } from "../expires.js";
import { describe, openKnown } from "./describe.js";
import { exits } from "./exit.js";
import { eachFile, type ReportOptions, type Told } from "./report.js";
import { print, printJson, say, shown } from "./say.js";
import { openSession } from "./session.js";
import { withCovers } from "./streams.js";

/** `seal requests ask`: of whoever owns a file that is closed, or gives too little. */
export async function ask(path: string, { reason, ...options }: ReportOptions & { reason: string }): Promise<number> {
  const asked = reasonFrom(reason);
  const { account } = await openSession();
  const known = await openKnown(account);
  return eachFile([path], options, () =>
    withCovers(path, async (covers): Promise<Told> => {
      const { time } = await account.service.askAccess(covers.licenseBytes, asked);
      const lines = [`the owner of ${shown(path)} was asked; once they let you in, the same file opens`];
      return { report: await describe(covers, known), more: { asked: time }, lines };
    }),
  );
}

/** In one line. @throws RightsError `usage`. */
function reasonFrom(text: string): string {
  const reason = AskAccessRequest.shape.reason.safeParse(text.replace(/\s+/g, " "));
  if (reason.success) return reason.data;
  throw new RightsError("usage", `--reason takes a text of at most ${maxAskReason} characters that says why`);
}

/** `seal requests list`: what others asked. */
export async function list({ json }: ReportOptions): Promise<number> {
  const { account } = await openSession();
  const { requests } = await account.service.accessRequests();
  if (requests.length === 0 && !json)
    say("nobody has asked you for access; who is refused can, with: seal requests ask");
  for (const request of requests) report(request, json);
  return exits.done;
}

interface GrantOptions extends ReportOptions {
  rights?: string;
  expires?: string;
}

/** `seal requests grant`: who only asked may look. */
export async function grant(id: string, { rights = "VIEW", expires, json }: GrantOptions): Promise<number> {
  const given = [...parseGrant(`who.asked@sealwright.example:${rights}`).rights];
  const until = expires === undefined ? {} : { until: parseExpires(expires, Date.now()) };
  const request = { id: idFrom(id), rights: given, ...until };
  const { account } = await openSession();
  return report((await account.service.grantAccess(request)).request, json);
}

/** `seal requests refuse` */
export async function refuse(id: string, { json }: ReportOptions): Promise<number> {
  const asked = idFrom(id);
  const { account } = await openSession();
  return report((await account.service.refuseAccess(asked)).request, json);
}

function idFrom(id: string): string {
  const request = RefuseAccessRequest.safeParse({ id });
  if (request.success) return request.data.id;
  throw new RightsError("usage", "that is no id of a request; see them with: seal requests list");
}

function report(request: AccessRequest, json: boolean | undefined): number {
  if (json) printJson(request);
  else print(shown(lineOf(request)));
  return exits.done;
}

const lineOf = ({ id, state, name, address, document, contentId, asked, reason }: AccessRequest): string =>
  `${id}  ${state}  ${name} <${address}>  ${document ?? contentId}  ${asked}  ${reason}`;
