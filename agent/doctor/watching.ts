import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { askAgent } from "../control.js";
import type { Home } from "../home.js";
import { findSuite } from "../pdf/suite.js";
import { readWatches } from "../watches.js";
import { type Check, note, well, wrong } from "./finding.js";

/** Watched folders, who watches them, and what they need of the system. */

async function checkFolders(home: Home) {
  const watches = await readWatches(home);
  if (watches.length === 0) return note("no folder is watched", "seal watch add DIR --label L");
  const isThere = (folder: string) =>
    stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
  const missing: string[] = [];
  for (const { folder } of watches) if (!(await isThere(folder))) missing.push(folder);
  if (missing.length > 0) return wrong(`missing: ${missing.join(", ")}`, "bring it back, or: seal watch remove DIR");
  return well(`${watches.length} watched`);
}

async function checkAgent(home: Home) {
  if ((await askAgent(home, { ask: "status" })) !== null) return well("running");
  const needed = (await readWatches(home)).length > 0;
  const next = "seal agent";
  return needed ? wrong("not running, and folders are watched", next) : note("not running; only watching needs it");
}

/** Below so many free ones new folders may not be noticed at once. */
const fewWatches = 1000;

async function checkWatches() {
  if (process.platform !== "linux") return null;
  const most = Number(await readFile("/proc/sys/fs/inotify/max_user_watches", "utf8"));
  const free = most - (await watchesInUse());
  const next = "sysctl fs.inotify.max_user_watches=524288; until then folders are looked through every few seconds";
  return free < fewWatches
    ? wrong(`${free} inotify watches are free of ${most}`, next)
    : well(`${free} inotify watches free`);
}

/** Of this user's processes: one line "inotify wd:…" each, in what the system tells of their files. */
async function watchesInUse(): Promise<number> {
  let count = 0;
  for (const process of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const folder = join("/proc", process, "fdinfo");
    for (const file of await readdir(folder).catch(() => [])) {
      const info = await readFile(join(folder, file), "utf8").catch(() => "");
      count += info.split("\n").filter((line) => line.startsWith("inotify ")).length;
    }
  }
  return count;
}

function checkLibreOffice() {
  try {
    const { libreOffice, confinement } = findSuite();
    return well(`${libreOffice}, confined by ${confinement}`);
  } catch (error) {
    return note(error instanceof Error ? error.message : String(error));
  }
}

export const watchingChecks = (home: Home): Check[] => [
  { name: "folders", look: () => checkFolders(home) },
  { name: "agent", look: () => checkAgent(home) },
  { name: "watches", look: checkWatches },
  { name: "libreoffice", look: async () => checkLibreOffice() },
];
