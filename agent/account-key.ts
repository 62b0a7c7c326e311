import { type Bytes, fromBase64, fromBase64url, toBase64url } from "../shared/bytes.js";
import { unwrapAccountKey } from "../shared/crypto/account-key.js";
import {
  newRawContentKey,
  type PublicKey,
  publicKeyFromSpki,
  sealContentKey,
  unsealerOf,
} from "../shared/crypto/keys.js";
import { RightsError } from "../shared/errors.js";
import type { RoamingKey } from "./account-file.js";
import { openDeviceKeyPair } from "./device-keys.js";
import type { SecretFiles } from "./secret-files.js";

/**
 * A person's account key as the service handed it to this device, for `account.json`: what it is sealed to, and it.
 * @param deviceKey - opens the device's own key.
 * @throws RightsError `service-untrusted` for one that does not open, or is not the private half of `account`.
 */
export async function takeRoamingKey(
  sealed: string,
  account: PublicKey,
  deviceSpki: Bytes,
  deviceKey: () => Promise<CryptoKey>,
): Promise<RoamingKey> {
  const taken = { device: toBase64url(deviceSpki), sealed };
  const key = await unwrap(taken, account, await deviceKey());
  const proof = await sealContentKey(newRawContentKey(), account);
  if (key === null || (await unsealerOf(account, key).unseal(proof)) === null)
    throw new RightsError("service-untrusted", "the account key the service handed over does not open; try again");
  return taken;
}

/**
 * The private half of the account key, to be used and not read out: this device's own, or the one of all the person's
 * devices, which is sealed to it. @throws RightsError `state-damaged`, `keystore-unavailable`.
 */
export async function openAccountKeyPair(
  secrets: SecretFiles,
  roaming: RoamingKey | null,
  account: PublicKey,
): Promise<CryptoKey> {
  const own = await openDeviceKeyPair(secrets, "unseal");
  const key = roaming === null ? own : await unwrap(roaming, account, own);
  if (key !== null) return key;
  throw new RightsError(
    "state-damaged",
    "the account key of this device does not open; sign in again with: seal login",
  );
}

async function unwrap({ device, sealed }: RoamingKey, account: PublicKey, deviceKey: CryptoKey) {
  const to = await publicKeyFromSpki(fromBase64url(device, "state-damaged"), "state-damaged");
  return unwrapAccountKey(fromBase64(sealed, "state-damaged"), account, { device: to, deviceKey });
}
