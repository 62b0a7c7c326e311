import * as z from "zod";
import { fromBase64, utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import { distrusted, type PinnedKey, type TenantTrust, trustFrom } from "../shared/license/trust.js";
import { parseServerCertificates } from "../shared/license/xrml.js";
import type { SignInPlace } from "../shared/protocol/service-address.js";

/** The key of the organisation, held on to from the first sign-in in this browser on. It is public. */

const entry = "sealwright-pin";

const Pin = z.strictObject({
  tenant: z.string(),
  kid: z.string(),
  generation: z.int(),
  newest: z.string(),
  compromised: z.array(z.string()),
});

function readPin(): PinnedKey | null {
  const kept = localStorage.getItem(entry);
  if (kept === null) return null;
  const pin = Pin.safeParse(parseJson(utf8(kept), "state-damaged"));
  if (pin.success) return pin.data;
  throw new RightsError("service-untrusted", "what this browser knows of the organisation's key is damaged");
}

/** Holds on to what was believed at a sign-in. */
export function pin(trust: TenantTrust): void {
  const { tenant, keys } = trust;
  const all = [...keys];
  const [[kid], [newest, { generation }]] = [all[0]!, all.at(-1)!];
  const pinned: PinnedKey = { tenant, kid, generation, newest, compromised: distrusted(trust) };
  localStorage.setItem(entry, JSON.stringify(pinned));
}

/** Only for a person who was told that the key is another one: the next sign-in pins anew. */
export const forgetPin = (): void => localStorage.removeItem(entry);

/** What is believed of the service's keys: all that follows the pinned one. @throws RightsError `service-untrusted`. */
export async function trustOf({ discovery }: SignInPlace): Promise<TenantTrust> {
  const documents = await parseServerCertificates(fromBase64(discovery.certificates, "service-untrusted"));
  const trust = await trustFrom(documents, readPin());
  if (trust.tenant !== discovery.tenant || discovery.resource !== `urn:sealwright:${discovery.tenant}`)
    throw new RightsError("service-untrusted", "the service speaks for another organisation than its keys do");
  return trust;
}
