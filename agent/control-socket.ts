import { createHash } from "node:crypto";
import { lstat, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RightsError } from "../shared/errors.js";

/**
 * Where the background process listens. Node cannot ask who is at the other end (no SO_PEERCRED), so what keeps others
 * out is the folder: of this user, entered by nobody else. A socket in it is theirs or there is none.
 */

/** Longer paths of Unix sockets are cut off by some systems (108 bytes on Linux, 104 on macOS). */
const maxSocketBytes = 100;

/** In the home; where its path is too long, in `XDG_RUNTIME_DIR`, or a folder of this user among the temporary ones. */
export function socketOf(home: string): string {
  const name = createHash("sha256").update(home).digest("base64url").slice(0, 32);
  if (process.platform === "win32") return `\\\\.\\pipe\\sealwright-${name}`;
  const own = join(home, "agent.sock");
  if (Buffer.byteLength(own) <= maxSocketBytes) return own;
  const folder = process.env.XDG_RUNTIME_DIR || join(tmpdir(), `sealwright-${process.getuid!()}`);
  return join(folder, `sealwright-${name}.sock`);
}

const statOf = (path: string) =>
  lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });

const isOurs = ({ uid }: { uid: number }): boolean => uid === process.getuid!();

/**
 * Whether a socket of this user is there; what is behind it may be dead.
 * @throws RightsError `config-invalid` when something else is in its place, or others can put something there.
 */
export async function isSocketThere(path: string): Promise<boolean> {
  if (process.platform === "win32") return true; // a pipe is looked for by asking it
  const folder = await statOf(dirname(path));
  if (folder === null) return false;
  if (!folder.isDirectory() || !isOurs(folder) || (folder.mode & 0o077) !== 0)
    throw new RightsError(
      "config-invalid",
      `others could listen for you in ${dirname(path)}; it must be a folder of yours with mode 0700, or set SEALWRIGHT_HOME to a shorter path`,
    );
  const found = await statOf(path);
  if (found === null || (found.isSocket() && isOurs(found))) return found !== null;
  const what = isOurs(found) ? "is no socket" : "belongs to another user";
  throw new RightsError("config-invalid", `${path} ${what}; look who put it there, and remove it`);
}

/** Makes room to listen at `path`: its folder where it is missing, and away with what a dead process left. */
export async function clearSocket(path: string): Promise<void> {
  if (process.platform === "win32") return;
  await mkdir(dirname(path), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (await isSocketThere(path)) await rm(path, { force: true });
}
