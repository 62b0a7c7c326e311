import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { labelPath } from "../../shared/label.js";
import { openAccount, whoIsSignedIn } from "../account.js";
import { chooseLabel } from "../chosen-policy.js";
import { askAgent } from "../control.js";
import { openHome } from "../home.js";
import { currentPolicy } from "../policy-cache.js";
import { checkWatchable } from "../watch/rules.js";
import type { Snapshot } from "../watch/watcher.js";
import { addWatch, readWatches, removeWatch } from "../watches.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { hint, print, printJson, say, shown } from "./say.js";

async function reload(home: Awaited<ReturnType<typeof openHome>>): Promise<void> {
  if ((await askAgent(home, { ask: "reload" })) === null) hint("the agent is not running; start it with: seal agent");
}

export async function add(
  dir: string,
  { label, existing = false }: { label: string; existing?: boolean },
): Promise<number> {
  const home = await openHome();
  const folder = resolve(dir);
  checkWatchable(folder, home.path);
  if (!(await stat(folder).catch(() => null))?.isDirectory())
    throw new RightsError("file-missing", `there is no folder ${folder}; make it first`);
  const current = await currentPolicy(await openAccount(home));
  const choice = chooseLabel(current, { label }, Date.now());
  await addWatch(home, { folder, label: choice.label.id, existing });
  say(`${shown(folder)} is watched: ${labelPath(current.labels, choice.label)}`);
  await reload(home);
  return exits.done;
}

export async function remove(dir: string): Promise<number> {
  const home = await openHome();
  const folder = resolve(dir);
  if (!(await removeWatch(home, folder)))
    throw new RightsError("usage", `${folder} is not watched; see: seal watch list`);
  say(`${shown(folder)} is no longer watched; what is protected in it stays so`);
  await reload(home);
  return exits.done;
}

export async function list({ json }: ReportOptions): Promise<number> {
  const home = await openHome();
  const watches = await readWatches(home);
  const kept =
    (await whoIsSignedIn(home)) &&
    (await currentPolicy(await openAccount(home), { maxAgeMs: Number.POSITIVE_INFINITY }).catch(() => null));
  for (const { folder, label, existing } of watches) {
    const known = kept ? kept.labels.find((one) => one.id === label) : undefined;
    const name = known && kept ? labelPath(kept.labels, known) : label;
    if (json) printJson({ path: folder, label: name, existing });
    else print(shown(`${folder}  ${name}`));
  }
  if (watches.length === 0) say("no folder is watched; add one with: seal watch add DIR --label L");
  return exits.done;
}

export async function status({ json }: ReportOptions): Promise<number> {
  const snapshot = (await askAgent(await openHome(), { ask: "status" })) as Snapshot | null;
  if (snapshot === null) throw new RightsError("busy", "the agent is not running; start it with: seal agent");
  for (const { path, state, code, reason, nextTryMs, result } of snapshot.files) {
    const nextTry = nextTryMs === undefined ? undefined : new Date(nextTryMs).toISOString();
    if (json) printJson({ path, state, code, reason, nextTry, result });
    else
      print(
        shown(`${state.padEnd(10)}  ${path}${reason ? `: ${reason}` : ""}${nextTry ? `; next try ${nextTry}` : ""}`),
      );
  }
  if (json) return exits.done;
  for (const { folder, state, left } of snapshot.folders)
    say(`${shown(folder)}: ${state}${left > 0 ? `; ${left} files were there before and are left as they are` : ""}`);
  return exits.done;
}
