import type Provider from "oidc-provider";
import type { Devices } from "../store/devices.js";
import { namedKey } from "./proof.js";

/**
 * No tokens for the proof key of a device that was removed, whether by refreshing or by a new sign-in. It is refused
 * before a code is used up, so that the same sign-in can go on with new keys. Whether the proof holds does not matter
 * for a no.
 */
export function refuseRemovedDevices(provider: Provider, devices: Devices): void {
  provider.use(async (ctx, next) => {
    const key = ctx.method === "POST" && ctx.path === "/token" ? namedKey(ctx.get("dpop")) : null;
    if (key === null || (await devices.removedAt(key)) === null) return next();
    ctx.status = 400;
    ctx.set("cache-control", "no-store");
    ctx.body = { error: "invalid_grant", error_description: "this device was removed", code: "device-removed" };
  });
}
