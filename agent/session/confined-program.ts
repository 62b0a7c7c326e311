import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { systemArgs } from "../confined-system.js";
import { displayArgs, type Environment } from "./display.js";

/** Where the folder of a session is, seen from inside. */
export const inside = "/session";
const home = "/home/reader";
/** Of temporary files, and of what the program keeps in its home: in memory, and gone with the program. */
const maxTemporaryBytes = String(1024 ** 3);
const probeMs = 10_000;

/** The parts of the environment that say how a program is to look, and nothing of who runs it. */
const passed = ["LANG", "LANGUAGE", "LC_ALL", "LC_TIME", "TZ", "GDK_SCALE", "QT_SCALE_FACTOR", "XCURSOR_SIZE", "TERM"];

export interface Confining {
  /** Where bubblewrap is. */
  readonly bubblewrap: string;
  /** The folder of the session: the only place that can be written, and the only one of the home that is seen. */
  readonly folder: string;
  readonly env: Environment;
}

/**
 * The command line for a program of somebody who may edit and not take the content away: no network, no D-Bus, no printer, no
 * other file of this person, and of the display only its socket (docs/agent.md, "Editing", says what that leaves open).
 * @param words - the program with its arguments, as they are inside.
 */
export function confinedProgram(words: readonly string[], { bubblewrap, folder, env }: Confining): string[] {
  const [program = "", ...args] = words;
  return [
    ...["prlimit", "--core=0", "--", bubblewrap],
    ...systemArgs,
    // LibreOffice and others do not start for somebody the system has no name for.
    ...["/etc/localtime", "/etc/passwd"].flatMap((path) => ["--ro-bind-try", path, path]),
    ...["--size", maxTemporaryBytes, "--tmpfs", "/tmp", "--size", maxTemporaryBytes, "--tmpfs", home],
    ...programArgs(program),
    ...displayArgs(env),
    ...["--bind", folder, inside, "--remount-ro", "/", "--chdir", inside],
    ...["--setenv", "HOME", home, "--setenv", "PATH", "/usr/bin:/bin"],
    ...passed.flatMap((name) => (env[name] === undefined ? [] : ["--setenv", name, env[name]])),
    program,
    ...args,
  ];
}

/** A program that is not the system's own is seen, and nothing around it. */
function programArgs(program: string): string[] {
  if (!isAbsolute(program)) return [];
  const real = realpathSync(program);
  if (/^\/(usr|opt|bin|sbin|lib)/.test(real)) return [];
  return ["--ro-bind", real, program];
}

/** Whether bubblewrap can do that here: some systems and containers do not let it. */
export function canConfine(how: Confining): Promise<boolean> {
  const [command = "", ...args] = confinedProgram(["/usr/bin/true"], how);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", timeout: probeMs, killSignal: "SIGKILL" });
    child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
  });
}

/** How a clear file is called inside. */
export const pathInside = (path: string): string => `${inside}/${basename(path)}`;
