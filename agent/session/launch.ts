import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RightsError } from "../../shared/errors.js";
import { type Owner, startOf, thisProcess } from "../work/owner.js";
import { isOpenSomewhere } from "./in-use.js";

/** A program that was only asked to open the file needs a moment until it has it open. */
const graceMs = 8000;
const tickMs = 300;
/** How long a program has to end when it is asked to. */
const endMs = 5000;

export interface Launching {
  /** The command line, with the file as the program sees it. */
  readonly words: readonly string[];
  /** The file, as it is seen from here. */
  readonly path: string;
  /** Whether the program draws in this terminal, which then is its own. */
  readonly inTerminal: boolean;
  readonly mayHandOver: boolean;
  /** Whether the file was saved meanwhile: then the program has had it. */
  isChanged(): boolean;
}

/** A program with a file. */
export interface Running {
  /** By what it is known again. */
  readonly process: Owner;
  /** Until no program has the file any more. @throws RightsError `file-unsuitable` where none ever opened it. */
  readonly closed: Promise<void>;
  /** Asks the program to end, and makes it. What handed the file over to another one cannot be ended. */
  end(): Promise<void>;
}

/** Starts a program. @throws RightsError `file-unsuitable`, by `closed`, for one that cannot be started. */
export function launch(how: Launching): Running {
  const [command = "", ...args] = how.words;
  const stdio = how.inTerminal && process.stdin.isTTY ? "inherit" : "ignore";
  // A group of its own: Ctrl-C in the terminal is for us, and all that the program starts is known by the group.
  const child = spawn(command, args, { stdio, detached: stdio === "ignore", cwd: dirname(how.path) });
  const startedMs = Date.now();
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) => reject(notOpened(command, cause)));
    child.once("exit", (code) => resolve(code));
  });
  const group = stdio === "ignore" ? -(child.pid ?? 0) : (child.pid ?? 0);
  return {
    process: { host: thisProcess.host, pid: child.pid ?? 1, start: startOf(child.pid ?? 0), session: "program" },
    closed: untilClosed(how, exited, group, startedMs),
    end: () => endGroup(group),
  };
}

const notOpened = (command: string, cause?: unknown) =>
  new RightsError(
    "file-unsuitable",
    `no program opened it (${command}); name one with --with, or use seal cat or seal unprotect`,
    { cause },
  );

async function untilClosed(how: Launching, exited: Promise<number | null>, group: number, startedMs: number) {
  let code: number | null | undefined;
  exited.then(
    (ended) => {
      code = ended;
    },
    () => undefined,
  );
  let wasHeld = false;
  while (code === undefined) {
    await Promise.race([exited, sleep(tickMs)]);
    if (!wasHeld && Date.now() - startedMs < graceMs) wasHeld = await isHeld(how.path);
  }
  const isQuick = Date.now() - startedMs < graceMs;
  if (code !== 0 && isQuick && !wasHeld && !how.isChanged()) throw notOpened(how.words[0] ?? "");
  const mayComeYet = how.mayHandOver && isQuick && !wasHeld && code === 0;
  await untilLetGo(
    how.path,
    () => isAlive(group) || (mayComeYet && !how.isChanged() && Date.now() - startedMs < graceMs),
  );
}

/**
 * Until no program has the file. A lock file alone counts for a while only where the system tells who has a file open: a program
 * that crashed leaves its own behind.
 * @param isComing - whether one may still open it; not asked any more once one has.
 */
async function untilLetGo(path: string, isComing: () => boolean): Promise<void> {
  let lastOpenMs = Date.now();
  let wasHeld = false;
  for (;;) {
    const isOpen = await isOpenSomewhere(path);
    if (isOpen) lastOpenMs = Date.now();
    const lockCounts = process.platform !== "linux" || Date.now() - lastOpenMs < graceMs;
    const isHeldNow = isOpen || (lockCounts && (await hasLockFile(path)));
    if (!isHeldNow && (wasHeld || !isComing())) return;
    wasHeld ||= isHeldNow;
    await sleep(tickMs);
  }
}

/** Whether a program has the file: open, or behind a lock file. */
export const isHeld = async (path: string): Promise<boolean> =>
  (await hasLockFile(path)) || (await isOpenSomewhere(path));

/** What LibreOffice and Word lay beside what they have open. */
async function hasLockFile(path: string): Promise<boolean> {
  const name = basename(path);
  const locks = [`.~lock.${name}#`, `~$${name}`, `~$${name.slice(2)}`];
  return (await readdir(dirname(path)).catch(() => [])).some((one) => locks.includes(one));
}

function isAlive(group: number): boolean {
  if (group === 0) return false;
  try {
    process.kill(group, 0);
    return true;
  } catch {
    return false;
  }
}

async function endGroup(group: number): Promise<void> {
  if (!signal(group, "SIGTERM")) return;
  for (const end = Date.now() + endMs; Date.now() < end && isAlive(group); ) await sleep(50);
  signal(group, "SIGKILL");
}

function signal(group: number, name: NodeJS.Signals): boolean {
  if (group === 0) return false;
  try {
    process.kill(group, name);
    return true;
  } catch {
    return false; // over already
  }
}
