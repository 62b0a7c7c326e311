import { homedir } from "node:os";
import { homeAt } from "../home.js";
import { type Done, install, uninstall } from "../install/apply.js";
import { planHere } from "../install/here.js";
import { distrustHere, trustHere } from "../install/trust.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, say, shown } from "./say.js";

/** `seal install`: the agent starts with the session, protected files open with a double click, browsers trust its pages. */
export const installHere = async (options: ReportOptions): Promise<number> =>
  tell([...(await install(planHere())), ...(await trustHere(homeAt(), homedir()))], options);

/** `seal uninstall`. */
export async function uninstallHere(options: ReportOptions): Promise<number> {
  const done = [...(await distrustHere(homeAt(), homedir())), ...(await uninstall(planHere()))];
  if (done.length === 0) say("nothing was installed here");
  return tell(done, options);
}

function tell(done: readonly Done[], { json }: ReportOptions): number {
  for (const one of done) {
    if (json) printJson(one);
    else print(shown(`${one.state.padEnd(9)}  ${one.what}: ${one.about}`));
  }
  if (done.some(({ state }) => state === "failed")) say("what failed counts from the next log-in on");
  return exits.done;
}
