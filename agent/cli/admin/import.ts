import { parseJson } from "../../../shared/json.js";
import { type ImportRequest, Organisation } from "../../../shared/protocol/admin-api.js";
import { maxRequestBytes, parseMessage } from "../../../shared/protocol/service-api.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { readInput } from "./input.js";
import { parsePeopleCsv } from "./people-csv.js";
import { openAdmin } from "./session.js";

export interface ImportOptions extends ReportOptions {
  dryRun?: boolean;
  recycled?: boolean;
}

/** Who is new, and with which first password, goes to standard output; what changed, beside it. */
export async function importFile(path: string, { dryRun = false, recycled = false, json }: ImportOptions) {
  const admin = await openAdmin();
  const answer = await admin.importOrganisation({ ...(await readOrganisation(path)), dryRun, recycled });
  if (json) printJson({ dryRun, changes: answer.changes, passwords: answer.passwords });
  else {
    const out = dryRun ? print : say;
    for (const { address, change } of answer.changes) out(shown(`${address}  ${change}`));
    for (const { address, password } of answer.passwords) print(shown(`${address}  ${password}`));
  }
  const done = answer.changes.length === 0 ? "nothing to change" : `${answer.changes.length} changes`;
  say(dryRun ? `${done}; without --dry-run they are made, all or none` : done);
  if (answer.passwords.length > 0) say("the first passwords are not shown again, and to be changed at once");
  return exits.done;
}

/** JSON if it looks like it, else CSV. @throws RightsError `file-missing`, `usage`. */
async function readOrganisation(path: string): Promise<Pick<ImportRequest, "people" | "groups">> {
  const bytes = await readInput(path, maxRequestBytes);
  const text = new TextDecoder().decode(bytes);
  const written = /^\s*\{/.test(text) ? parseJson(bytes, "usage") : parsePeopleCsv(text);
  return parseMessage(Organisation, written, "usage");
}
