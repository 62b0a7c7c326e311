import { RightsError } from "../../../shared/errors.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson } from "../say.js";
import { openAdmin } from "./session.js";

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
