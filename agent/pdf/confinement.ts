import { join } from "node:path";
import { systemArgs } from "../confined-system.js";
import type { Suite } from "./suite.js";

/** Where the folders of the work are, seen from inside. */
export const inside = "/work";
/** Each is mounted by itself: so nothing inside can put a link in its place, which we would follow outside. */
export const workFolders = { read: ["in"], written: ["out", "home", "profile"] } as const;

/** Of address space and of one file, in bytes: far above what real documents take. */
const maxMemoryBytes = 8 * 1024 ** 3;
const maxFileBytes = 2 * 1024 ** 3;
/** Of temporary files, which are in memory. */
const maxTemporaryBytes = 1024 ** 3;

/**
 * The command line that runs LibreOffice over a hostile document and lets it do nothing but its work: no network, no processes
 * of others, three folders in `folder` as the only places to write (threat T29).
 */
export function confined({ libreOffice, confinement }: Suite, folder: string, args: readonly string[]): string[] {
  return [
    "prlimit",
    `--as=${maxMemoryBytes}`,
    `--fsize=${maxFileBytes}`,
    "--core=0",
    "--",
    confinement,
    ...systemArgs,
    ...["--size", String(maxTemporaryBytes), "--tmpfs", "/tmp"],
    ...workFolders.read.flatMap((name) => ["--ro-bind", join(folder, name), `${inside}/${name}`]),
    ...workFolders.written.flatMap((name) => ["--bind", join(folder, name), `${inside}/${name}`]),
    ...["--remount-ro", "/", "--chdir", inside],
    ...["--setenv", "HOME", `${inside}/home`, "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8"],
    libreOffice,
    ...args,
  ];
}
