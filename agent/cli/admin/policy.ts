import { writeFile } from "node:fs/promises";
import { RightsError } from "../../../shared/errors.js";
import { parseJson } from "../../../shared/json.js";
import { PolicyDocument } from "../../../shared/policy-document.js";
import type { PolicyChange } from "../../../shared/protocol/admin-api.js";
import { maxRequestBytes, parseMessage } from "../../../shared/protocol/service-api.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { readInput } from "./input.js";
import { openAdmin } from "./session.js";

/** As a file to change and bring back: to FILE if that is new, else to standard output. */
export async function exportPolicy(path: string | undefined): Promise<number> {
  const { policy } = await (await openAdmin()).exportPolicy();
  const text = JSON.stringify(policy, null, 2);
  if (path === undefined || path === "-") print(text);
  else await writeNew(path, `${text}\n`);
  return exits.done;
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (cause) {
    const taken = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const message = taken ? `${path} is there already; name a new file` : `${path} cannot be written`;
    throw new RightsError("file-unwritable", message, { cause });
  }
}

export interface ImportOptions extends ReportOptions {
  dryRun?: boolean;
  remove?: boolean;
}

export async function importPolicy(path: string, { dryRun = false, remove = false, json }: ImportOptions) {
  const written = parseJson(await readInput(path, maxRequestBytes), "usage");
  const policy = parseMessage(PolicyDocument, written, "usage");
  const answer = await (await openAdmin()).importPolicy({ policy, dryRun, remove });
  const { version, changes } = answer;
  if (json) printJson({ dryRun, version, changes });
  else for (const change of changes) print(shown(wordsOf(change)));
  if (changes.length === 0) say(`nothing to change; the policy stays at version ${version}`);
  else if (dryRun) say("without --dry-run this is changed, all or nothing");
  else say(`labels and templates are at version ${version} now; devices get them when they next ask`);
  return exits.done;
}

function wordsOf({ kind, name, change, shrinks, documents }: PolicyChange): string {
  const many = `${documents} ${documents === 1 ? "document" : "documents"}`;
  const reach = documents === 0 ? "" : shrinks ? `; ${many} from now on allow less` : `; ${many}`;
  return `${kind}${name === "" ? "" : ` ${name}`}: ${change}${reach}`;
}
