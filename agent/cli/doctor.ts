import { RightsError } from "../../shared/errors.js";
import { accountChecks } from "../doctor/account.js";
import { deviceChecks } from "../doctor/device.js";
import { type Check, type Finding, wrong } from "../doctor/finding.js";
import { linkChecks } from "../doctor/link.js";
import { watchingChecks } from "../doctor/watching.js";
import { homeAt } from "../home.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, shown } from "./say.js";

/** `seal doctor`: looks at everything, changes nothing, and goes on whatever it meets. */
export async function doctor({ json }: ReportOptions): Promise<number> {
  const home = homeAt();
  const checks = [...deviceChecks(home), ...accountChecks(home), ...watchingChecks(home), ...linkChecks(home)];
  const width = Math.max(...checks.map(({ name }) => name.length));
  let isWell = true;
  for (const check of checks) {
    const finding = await lookAt(check);
    if (finding === null) continue;
    isWell &&= finding.state !== "wrong";
    if (json) printJson({ next: null, ...finding });
    else print(lineOf(finding, width));
  }
  return isWell ? exits.done : exits.failed;
}

async function lookAt({ name, look }: Check): Promise<Finding | null> {
  try {
    const found = await look();
    return found && { check: name, ...found };
  } catch (error) {
    const says = error instanceof RightsError ? error.message : "it could not be looked at";
    return { check: name, ...wrong(says, "seal logout, then seal login, starts afresh where nothing else helps") };
  }
}

const marks = { well: "ok    ", note: "note  ", wrong: "wrong " };

const lineOf = ({ check, state, says, next }: Finding, width: number): string =>
  shown(`${marks[state]} ${check.padEnd(width)}  ${says}${next === undefined ? "" : `; next: ${next}`}`);
