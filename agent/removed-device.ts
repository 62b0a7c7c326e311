import { RightsError } from "../shared/errors.js";
import { readAccountRecord, writeAccountRecord } from "./account-file.js";
import type { Home } from "./home.js";
import { withLock } from "./lock.js";
import type { SecretFiles } from "./secret-files.js";
import { emptyFolder } from "./small-file.js";

export const deviceRemoved = (service: string, cause?: unknown) =>
  new RightsError("device-removed", `this device was removed; to use it again: seal login ${service}`, { cause });

/**
 * The service said that this device was removed: licenses kept here go, and nothing is protected here any more, since
 * nobody could open it. What waits to be registered stays, for after the next sign-in.
 * @param accountCertificate - of the sign-in it was said of; a newer one is not touched.
 */
export async function noteRemoval(home: Home, secrets: SecretFiles, accountCertificate: string): Promise<void> {
  const note = async () => {
    const record = await readAccountRecord(home);
    if (record === null || record.removed || record.accountCertificate !== accountCertificate) return;
    await writeAccountRecord(home, { ...record, removed: true });
    for (const name of ["policy", "tokens"]) await secrets.remove(name);
    await emptyFolder(home.licenses);
  };
  try {
    await withLock(home, note, { name: "account", waitMs: 0 });
  } catch (error) {
    // Who holds the lock is signing in or out; if not for good, the next answer says it again.
    if (!(error instanceof RightsError && error.code === "busy")) throw error;
  }
}
