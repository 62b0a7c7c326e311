import { spawn } from "node:child_process";
import { join } from "node:path";
import { systemArgs } from "../confined-system.js";
import type { Suite } from "./suite.js";

/** Where the folders of the work are, seen from inside. */
export const inside = "/work";
/** Each is mounted by itself: so nothing inside can put a link in its place, which we would follow outside. */
export const writtenFolders = ["out", "home", "profile"] as const;

/** The folders of one process. */
export interface Places {
  /** Read only. */
  readonly incoming: string;
  /** That of `writtenFolders`. */
  readonly folder: string;
}

/** Of address space and of one file, in bytes: far above what real documents take. */
const maxMemoryBytes = 8 * 1024 ** 3;
const maxFileBytes = 2 * 1024 ** 3;
/** Of temporary files, which are in memory. */
const maxTemporaryBytes = 1024 ** 3;
const probeMs = 10_000;

/** Some systems and containers do not let bubblewrap do its work; unconfined, nothing is converted. */
export function canConfine({ confinement }: Suite): Promise<boolean> {
  const args = [...systemArgs, "--", "/usr/bin/true"];
  const child = spawn(confinement, args, { stdio: "ignore", timeout: probeMs, killSignal: "SIGKILL" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
  });
}

/**
 * The command line that runs LibreOffice over a hostile document and lets it do nothing but its work: no network, no processes
 * of others, three folders as the only places to write (threat T29).
 */
export function confined({ confinement }: Suite, { incoming, folder }: Places, command: readonly string[]): string[] {
  return [
    "prlimit",
    `--as=${maxMemoryBytes}`,
    `--fsize=${maxFileBytes}`,
    "--core=0",
    "--",
    confinement,
    ...systemArgs,
    ...["--size", String(maxTemporaryBytes), "--tmpfs", "/tmp"],
    ...["--ro-bind", incoming, `${inside}/in`],
    ...writtenFolders.flatMap((name) => ["--bind", join(folder, name), `${inside}/${name}`]),
    ...["--remount-ro", "/", "--chdir", inside],
    ...["--setenv", "HOME", `${inside}/home`, "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8"],
    ...command,
  ];
}
