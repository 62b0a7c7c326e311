import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { labelPath } from "../../shared/label.js";
import { openAccount, whoIsSignedIn } from "../account.js";
import { chooseLabel } from "../chosen-policy.js";
import { askAgent } from "../control.js";
import { type Home, openHome } from "../home.js";
import { currentPolicy } from "../policy-cache.js";
import { checkWatchable } from "../watch/rules.js";
import type { FolderSnapshot, Snapshot } from "../watch/snapshot.js";
import { addWatch, readWatches, removeWatch } from "../watches.js";
import type { Job } from "../work/queue.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { hint, print, printJson, say, shown } from "./say.js";

/** How long the agent may take to look through a folder that is new to it. */
const firstLookMs = 10 * 60_000;

/** Tells the agent that the list is another. @returns what it then watches; `null` when it is not running. */
async function reload(home: Home): Promise<Snapshot | null> {
  const snapshot = (await askAgent(home, { ask: "reload" }, firstLookMs)) as Snapshot | null;
  if (snapshot === null) hint("the agent is not running; start it with: seal agent");
  return snapshot;
}

export async function add(
  dir: string,
  { label, existing = false, json }: ReportOptions & { label: string; existing?: boolean },
): Promise<number> {
  const home = await openHome();
  const folder = resolve(dir);
  checkWatchable(folder, home.path);
  if (!(await stat(folder).catch(() => null))?.isDirectory())
    throw new RightsError("file-missing", `there is no folder ${folder}; make it first`);
  const current = await currentPolicy(await openAccount(home));
  const choice = chooseLabel(current, { label }, Date.now());
  await addWatch(home, { folder, label: choice.label.id, existing });
  const name = labelPath(current.labels, choice.label);
  if (!json) say(shown(`${folder} is watched: ${name}`));
  const watched = (await reload(home))?.folders.find((one) => one.folder === folder);
  if (json) printJson({ path: folder, label: name, existing, ...stateOf(watched) });
  else if (watched && (watched.left > 0 || watched.reason)) say(shown(sentenceOn(watched)));
  return exits.done;
}

/** `null` where no agent runs, to watch the folder. */
const stateOf = ({ state, left, reason }: Partial<FolderSnapshot> = {}) => ({
  state: state ?? null,
  left: left ?? null,
  reason: reason ?? null,
});

export async function remove(dir: string, { json }: ReportOptions): Promise<number> {
  const home = await openHome();
  const folder = resolve(dir);
  if (!(await removeWatch(home, folder)))
    throw new RightsError("usage", `${folder} is not watched; see: seal watch list`);
  if (!json) say(`${shown(folder)} is no longer watched; what is protected in it stays so`);
  const isTold = (await reload(home)) !== null;
  if (json) printJson({ path: folder, told: isTold });
  return exits.done;
}

export async function list({ json }: ReportOptions): Promise<number> {
  const home = await openHome();
  const watches = await readWatches(home);
  const kept =
    (await whoIsSignedIn(home)) &&
    (await currentPolicy(await openAccount(home), { maxAgeMs: Number.POSITIVE_INFINITY }).catch(() => null));
  const found = watches.length === 0 ? [] : await foldersOf(home);
  for (const { folder, label, existing } of watches) {
    const known = kept ? kept.labels.find((one) => one.id === label) : undefined;
    const name = known && kept ? labelPath(kept.labels, known) : label;
    const watched = found.find((one) => one.folder === folder);
    if (json) printJson({ path: folder, label: name, existing, ...stateOf(watched) });
    else print(shown(`${folder}  ${name}${watched ? besides(watched) : ""}`));
  }
  if (watches.length === 0) say("no folder is watched; add one with: seal watch add DIR --label L");
  return exits.done;
}

/** As the agent has them; none where it does not run, or has too much to do to say. */
async function foldersOf(home: Home): Promise<readonly FolderSnapshot[]> {
  const snapshot = (await askAgent(home, { ask: "status" }).catch(() => null)) as Snapshot | null;
  return snapshot?.folders ?? [];
}

export async function status({ json }: ReportOptions): Promise<number> {
  const snapshot = (await askAgent(await openHome(), { ask: "status" })) as Snapshot | null;
  if (snapshot === null) throw new RightsError("busy", "the agent is not running; start it with: seal agent");
  snapshot.files.forEach(json ? printFileJson : printFile);
  if (json) printSummaryJson(snapshot);
  else saySummary(snapshot);
  return exits.done;
}

const nextTryOf = ({ nextTryMs }: Job) => (nextTryMs === undefined ? undefined : new Date(nextTryMs).toISOString());

function printFileJson(job: Job): void {
  const { path, state, code, reason, result } = job;
  printJson({ path, state, code, reason, nextTry: nextTryOf(job), result });
}

function printFile(job: Job): void {
  const nextTry = nextTryOf(job);
  const why = `${job.reason ? `: ${job.reason}` : ""}${nextTry ? `; next try ${nextTry}` : ""}`;
  print(shown(`${job.state.padEnd(10)}  ${job.path}${why}`));
}

function printSummaryJson({ folders, counts, perSecond }: Snapshot): void {
  for (const { folder, state, reason, left } of folders) printJson({ path: folder, state, reason, left });
  printJson({ ...counts, perSecond });
}

function saySummary({ folders, counts, perSecond }: Snapshot): void {
  for (const folder of folders) say(shown(sentenceOn(folder)));
  const rate = perSecond > 0 ? `, ${perSecond.toFixed(1)} a second` : "";
  const { waiting, protecting, failed } = counts;
  say(
    `${waiting} waiting, ${protecting} at work, ${failed} failed; ${counts.protected} protected since the start${rate}`,
  );
}

const sentenceOn = (watched: FolderSnapshot): string =>
  `${watched.folder}: ${watched.state}${watched.reason ? `: ${watched.reason}` : ""}${leftIn(watched)}`;

/** What is not as it should be, or not for everybody to expect. */
const besides = (watched: FolderSnapshot): string =>
  `${watched.reason ? `; ${watched.state}: ${watched.reason}` : ""}${leftIn(watched)}`;

const leftIn = ({ left }: FolderSnapshot): string =>
  left === 0 ? "" : `; ${left} ${left === 1 ? "file was" : "files were"} there before and stay as they are`;
