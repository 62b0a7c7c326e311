import { RightsError } from "../../../shared/errors.js";
import type { AuditEntry } from "../../../shared/protocol/audit-api.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { type AuditChoice, filterFrom, pagesOf } from "./audit-pages.js";
import { openAdmin } from "./session.js";

export interface ListOptions extends AuditChoice, ReportOptions {
  limit?: string;
  before?: string;
}

/** `seal admin audit list`: the newest first. */
export async function list({ limit = "100", before, json, ...choice }: ListOptions): Promise<number> {
  let left = countFrom("--limit", limit);
  const after = before === undefined ? undefined : countFrom("--before", before);
  const asked = { ...filterFrom(choice), order: "newest", purpose: "list", after } as const;
  for await (const { records, next } of pagesOf(await openAdmin(), asked, () => left)) {
    for (const record of records) {
      if (json) printJson(record);
      else print(lineOf(record));
    }
    left -= records.length;
    if (next !== null && left === 0) say(`there may be more, behind --before ${next}`);
  }
  return exits.done;
}

function countFrom(option: string, text: string): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new RightsError("usage", `${option} takes a number from 1 on, not "${text}"`);
}

const lineOf = ({
  seq,
  time,
  action,
  result,
  name,
  address,
  subject,
  guest,
  contentId,
  detail,
}: AuditEntry): string => {
  const named = guest ? `guest <${address}>` : `${name} <${address}>`;
  const who = address === null ? (subject ?? "nobody known") : named;
  const about = [contentId, detail].filter((one) => one !== null).join("  ");
  const columns = [String(seq).padStart(7), time, action.padEnd(15), result.padEnd(16), who.padEnd(36), about];
  return shown(columns.join("  ").trimEnd());
};

/** `seal admin audit verify`: the service walks its whole chain. */
export async function verify({ json }: ReportOptions): Promise<number> {
  const answer = await (await openAdmin()).verifyAudit();
  if (json) printJson(answer);
  else print(`${answer.records} records, head ${answer.head}`);
  if (answer.intact) return exits.done;
  throw new RightsError(
    "state-damaged",
    `the audit was changed or cut: record ${answer.firstBad} does not fit the ones before`,
  );
}
