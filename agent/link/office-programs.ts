import { execFile } from "node:child_process";
import { lstat, open, readdir, readlink, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

/** Which documents the person has open in an Office program, as far as each system tells. */

/** Names of their executables, in lower case. */
const programs = new Set([
  ...["soffice.bin", "soffice", "desktopeditors", "wps", "et", "wpp"],
  ...["microsoft word", "microsoft excel", "microsoft powerpoint"],
]);

/** Whether an Office program of this user has the file at `path` open now. */
export function isOpenInOffice(path: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform === "win32") return isLockedByOffice(path);
  return platform === "darwin" ? isListedByLsof(path) : isHeldInProc(path);
}

/** Linux: by the file itself and not by its name, whatever the program calls it. */
async function isHeldInProc(path: string): Promise<boolean> {
  const wanted = await stat(path, { bigint: true }).catch(() => null);
  if (wanted === null) return false;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)))
    if ((await isOfficeProcess(pid)) && (await holds(pid, wanted))) return true;
  return false;
}

async function isOfficeProcess(pid: string): Promise<boolean> {
  const [exe, owner] = await Promise.all([
    readlink(`/proc/${pid}/exe`).catch(() => ""),
    stat(`/proc/${pid}`).catch(() => null),
  ]);
  return owner?.uid === process.getuid!() && programs.has(basename(exe).toLowerCase());
}

async function holds(pid: string, { dev, ino }: { dev: bigint; ino: bigint }): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, fd), { bigint: true }).catch(() => null);
    if (found?.dev === dev && found.ino === ino) return true;
  }
  return false;
}

/** macOS: one line `cNAME` for each program that has it. */
async function isListedByLsof(path: string): Promise<boolean> {
  const args = ["-w", "-F", "c", "-u", String(process.getuid!()), "-a", "--", path];
  const { stdout } = await promisify(execFile)("/usr/sbin/lsof", args).catch(() => ({ stdout: "" }));
  return stdout.split("\n").some((line) => line.startsWith("c") && programs.has(line.slice(1).toLowerCase()));
}

/** Windows: Office lets nobody write meanwhile, and lays a file beside it whose name begins with `~$`. */
async function isLockedByOffice(path: string): Promise<boolean> {
  const name = basename(path);
  const owners = [name, name.slice(2)].map((rest) => join(dirname(path), `~$${rest}`));
  const found = await Promise.all(owners.map((owner) => lstat(owner).catch(() => null)));
  if (!found.some((one) => one?.isFile())) return false;
  const isFree = await open(path, "r+").then(
    (file) => file.close().then(() => true),
    () => false,
  );
  return !isFree;
}
