import { shownKeyId } from "../../shared/crypto/keys.js";
import { maxServerCertificates } from "../../shared/license/xrml.js";
import type { CompromiseRequest, KeysAnswer, RollRequest } from "../../shared/protocol/key-api.js";
import { parseSecondTime, secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { listTenantKeys } from "../tenant-key-list.js";
import { administering, changeRefused } from "./administering.js";

/** The tenant's keys over their life. All of it is for administrators. */

export const listKeys = (parts: Parts, asker: Asker): Promise<KeysAnswer> =>
  administering(parts, asker, "tenant keys", async ({ event }) => {
    await parts.audit.append(event);
    return answer(parts);
  });

/**
 * A new key takes over at once, announced by the one before. First the key is on disk, then the record, then one
 * transaction changes all; what is cut off before that leaves an unused key behind, and nothing else.
 */
export const rollKey = (parts: Parts, asker: Asker, { to }: RollRequest): Promise<KeysAnswer> =>
  changingKeys(parts, asker, async (event, nowMs) => {
    const { tenant, store, keyPlace } = parts;
    if (tenant.serverCertificates.length >= maxServerCertificates)
      throw changeRefused(`an organisation has at most ${maxServerCertificates} keys one after the other`);
    const key = to === null ? await keyPlace.make() : await unusedKey(parts, to);
    event.detail = `tenant key: roll to ${shownKeyId(key.kid)}`;
    await parts.audit.append(event);
    await store.tenantKeys.activate(key.kid, tenant.keyring.active.custody.publicKey.kid, nowMs);
  });

/** From then on an archived key vouches alone for nothing: what it signed holds only if it was registered before. */
export const compromiseKey = (parts: Parts, asker: Asker, { key, since }: CompromiseRequest): Promise<KeysAnswer> =>
  changingKeys(parts, asker, async (event, nowMs) => {
    const known = parts.tenant.keyring.find(key);
    if (known === null) throw changeRefused("there is no such key; see which there are with: seal admin keys list");
    if (known.archivedMs === null)
      throw changeRefused("the active key must be replaced first, with: seal admin keys roll");
    const sinceMs = since === null ? nowMs : Math.min(parseSecondTime(since, "request-malformed"), nowMs);
    event.detail = `tenant key: ${shownKeyId(key)} compromised since ${secondTime(sinceMs)}`;
    await parts.audit.append(event);
    await parts.store.tenantKeys.compromise(key, sinceMs, nowMs);
  });

/** What another process did meanwhile is known before, and what was done here is in force when it is answered. */
const changingKeys = (parts: Parts, asker: Asker, change: (event: AuditEvent, nowMs: number) => Promise<void>) =>
  administering(
    parts,
    asker,
    "tenant keys",
    async ({ event, nowMs }) => {
      await parts.tenant.follow();
      await change(event, nowMs);
      await parts.tenant.follow();
      return answer(parts);
    },
    "change-keys",
  );

async function unusedKey({ keyPlace, store }: Parts, kid: string) {
  const key = (await keyPlace.list()).find((one) => one.kid === kid);
  if (!key) throw changeRefused("there is no such key; bring it with: seal service keys import");
  if (key.bits < 2048) throw changeRefused("a key of 1024 bits opens what was sealed to it, and does nothing else");
  if ((await store.tenantKeys.all()).some((one) => one.kid === kid))
    throw changeRefused("this key had its time; a key that was archived never comes back");
  return key;
}

async function answer({ store, keyPlace, now }: Parts): Promise<KeysAnswer> {
  return { keys: await listTenantKeys(store, keyPlace), time: secondTime(now()) };
}
