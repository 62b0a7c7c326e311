import { randomUUID } from "node:crypto";
import { link, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { RightsError } from "../shared/errors.js";

/** Files of the service's own user, mode 0600: whole or as they were, whatever happens meanwhile. */

/** Flushed with its folder: what is lost here is lost for good. @throws RightsError config-invalid if it is there. */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    // unlike a rename a link never replaces
    await throughTemporary(path, content, (temporary) => link(temporary, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new RightsError("config-invalid", `${path} is there already; it is never overwritten`, { cause: error });
  }
  await flushFolder(dirname(path));
}

export const replaceFile = (path: string, content: string | Uint8Array): Promise<void> =>
  throughTemporary(path, content, (temporary) => rename(temporary, path));

async function throughTemporary(
  path: string,
  content: string | Uint8Array,
  put: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content, { flag: "wx", mode: 0o600, flush: true });
    await put(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Names in it survive a loss of power. Not on Windows, where folders cannot be flushed. */
export async function flushFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
