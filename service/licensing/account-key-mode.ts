import type { Audit } from "../audit.js";
import type { Store } from "../store/store.js";

/** Who makes account keys; see `ServiceConfig.accountKeys`. */
export type AccountKeyMode = "device" | "roaming";

/**
 * Notes a change of the configuration, and gives up the keys that were kept where devices have their own again. Devices
 * get other certificates with the next thing they ask for.
 */
export async function settleAccountKeyMode(mode: AccountKeyMode, { store, audit }: { store: Store; audit: Audit }) {
  const before = (await store.settings.get("account-keys")) ?? "device";
  if (before === mode) return;
  const kept = await store.accountKeys.count();
  const detail = `account keys: ${mode} instead of ${before}${kept > 0 ? `; ${kept} kept here are given up` : ""}`;
  await audit.append({ action: "change-keys", result: "done", subject: null, detail });
  await store.accountKeys.forgetAll();
  await store.settings.set("account-keys", mode);
}
