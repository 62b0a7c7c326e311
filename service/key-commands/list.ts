import { shownKeyId } from "../../shared/crypto/keys.js";
import { listTenantKeys } from "../tenant-key-list.js";
import { onGround } from "./ground.js";
import { keyOptions } from "./options.js";

/** `seal service keys list`. @throws RightsError usage, file-missing, config-invalid. */
export async function listKeys(args: string[]): Promise<void> {
  const { configFile, json } = keyOptions(args);
  for (const key of await onGround(configFile, ({ store, keys }) => listTenantKeys(store, keys))) {
    const { kid, bits, state, generation } = key;
    const turn = generation === null ? "" : `, generation ${generation}`;
    process.stdout.write(`${json ? JSON.stringify(key) : `${shownKeyId(kid)}  ${bits} bits, ${state}${turn}`}\n`);
  }
}
