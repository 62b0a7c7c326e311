import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { RightsError } from "../../shared/errors.js";
import type { ServiceConfig } from "../config.js";
import { createPassphraseFile, createSoftwareKey } from "../custody/software.js";

/** What an organisation stands on: folders and files of its own, and its key. Whatever is there stays as it is. */

/** A folder for its owner alone, made if it is not there. @throws RightsError config-invalid if others may enter it. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw new RightsError("config-invalid", `others may enter ${path}; choose another folder, or: chmod 700 ${path}`);
}

/** A tenant key and a random passphrase for it, unless they are there. @returns whether the key was made now. */
export async function makeTenantKey(config: Pick<ServiceConfig, "tenantKey" | "tenantKeyPassphraseFile">) {
  const { tenantKey: url, tenantKeyPassphraseFile: passphraseFile } = config;
  if (existsSync(url)) return false; // a missing passphrase is not made up for: another would not open it
  if (!existsSync(passphraseFile)) await createPassphraseFile(passphraseFile);
  await createSoftwareKey({ url, passphraseFile });
  return true;
}
