import { shownKeyId } from "../../shared/crypto/keys.js";
import { RightsError } from "../../shared/errors.js";
import { type Audit, openAudit } from "../audit.js";
import { auditHeadPath, databasePath, readConfig } from "../config.js";
import type { PlacedKey } from "../custody/custody.js";
import { SoftwareKeys } from "../custody/software-keys.js";
import { openStore, type Store } from "../store/store.js";

/** An organisation's keys as they lie on this machine, whether its service runs or not. */
export interface Ground {
  readonly store: Store;
  readonly audit: Audit;
  readonly keys: SoftwareKeys;
}

/** @throws RightsError file-missing, config-invalid. */
export async function onGround<T>(configFile: string, work: (ground: Ground) => Promise<T>): Promise<T> {
  const config = await readConfig(configFile);
  const { tenantKey: url, tenantKeyPassphraseFile: passphraseFile } = config;
  const store = await openStore({ path: databasePath(config), create: false });
  try {
    const audit = await openAudit({ store, headFile: auditHeadPath(config) });
    try {
      const keys = new SoftwareKeys({ url, passphraseFile });
      await store.tenantKeys.settleFirst((await keys.first()).kid, Date.now()); // as the first start does
      return await work({ store, audit, keys });
    } finally {
      await audit.close();
    }
  } finally {
    await store.close();
  }
}

/** On record before it is done: nobody is signed in here, whoever may read the files is who acts. */
export const note = ({ audit }: Ground, detail: string): Promise<void> =>
  audit.append({ action: "change-keys", result: "done", subject: null, detail: `seal service keys ${detail}` });

/** A key id as people write it, with or without spaces, from its beginning. */
export const plainId = (typed: string): string => typed.toLowerCase().replace(/[^0-9a-f]/g, "");

/** @throws RightsError usage when that names no key, or more than one. */
export async function keyNamed({ keys }: Ground, typed: string): Promise<PlacedKey> {
  const wanted = plainId(typed);
  const found = (await keys.list()).filter(({ kid }) => plainId(shownKeyId(kid)).startsWith(wanted));
  if (wanted.length >= 8 && found.length === 1) return found[0]!;
  throw new RightsError("usage", "that names no key, or more than one; see them with: seal service keys list");
}
