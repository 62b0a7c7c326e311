import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { RightsError } from "../../shared/errors.js";
import { commandOf, findEntry } from "./desktop-entries.js";
import { type Environment, hasDisplay } from "./display.js";
import { windowsOpener } from "./windows-opener.js";

/** What opens a file: its command line for a path. */
export interface Program {
  command(path: string): string[];
  /** Whether it draws in the terminal that `seal` was started from. */
  readonly inTerminal: boolean;
  /** Whether it can go on in a process that was there before, so that the end of this one says nothing. */
  readonly mayHandOver: boolean;
}

/** How each system opens a file with the program its user chose for it, and waits for it. */
const openers: Partial<Record<NodeJS.Platform, (path: string) => string[]>> = {
  darwin: (path) => ["open", "-W", path],
  win32: windowsOpener,
};

const noProgram = (what: string) =>
  new RightsError("file-unsuitable", `${what}; name a program with --with, or use seal cat or seal unprotect`);

/**
 * The program that opens `path`: the one that was named, by `--with` or SEALWRIGHT_OPENER, else the one its user chose for such
 * files. @throws RightsError `file-unsuitable` where there is none.
 */
export async function programFor(
  path: string,
  chosen: string | undefined,
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<Program> {
  const named = chosen ?? env.SEALWRIGHT_OPENER;
  if (named) return namedProgram(named, env, chosen !== undefined);
  const opener = openers[platform];
  if (opener) return { command: opener, inTerminal: false, mayHandOver: false };
  const type = await ask("xdg-mime", ["query", "filetype", path]);
  const id = type === "" ? "" : await ask("xdg-mime", ["query", "default", type]);
  const entry = id === "" ? null : await findEntry(id, env);
  if (entry === null) throw noProgram("no program is set for files of this kind");
  if (entry.terminal ? !process.stdin.isTTY : !hasDisplay(env))
    throw noProgram("there is no display for the program that opens it");
  return { command: (file) => commandOf(entry, file), inTerminal: entry.terminal, mayHandOver: true };
}

function namedProgram(name: string, env: Environment, inTerminal: boolean): Program {
  const found = isAbsolute(name) || name.includes("/") ? resolve(name) : onPath(name, env);
  if (found === null) throw noProgram(`there is no program ${name}`);
  return { command: (file) => [found, file], inTerminal, mayHandOver: true };
}

function onPath(name: string, env: Environment): string | null {
  const places = (env.PATH ?? "").split(delimiter).filter(Boolean);
  return places.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first line of what another program says; nothing where it is not there or fails. */
const ask = (command: string, args: readonly string[]): Promise<string> =>
  promisify(execFile)(command, [...args], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.split("\n")[0]!.trim(),
    () => "",
  );
