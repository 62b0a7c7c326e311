import { type Bytes, concat, fromBase64url, utf8 } from "../bytes.js";
import { contentKeyBytes, newRawContentKey, type PublicKey, sealContentKey, sealing } from "./keys.js";

/**
 * A private account key, sealed to another RSA key. OAEP alone holds 190 bytes and a PKCS#8 has 1,217, so a fresh
 * AES-256 key stands between: OAEP(key, k) ‖ nonce 12 ‖ AES-256-GCM(k, PKCS#8, context) ‖ tag (docs/encodings.md).
 */
const nonceBytes = 12;
const aes = (iv: Bytes, context: Bytes) => ({ name: "AES-GCM", iv, additionalData: context });
const digestOf = ({ kid }: PublicKey): Bytes => fromBase64url(kid, "internal");

/** What the sealed key of a device is bound to: which account key it is, and which device's key opens it. */
export const onItsWay = (account: PublicKey, device: PublicKey): Bytes =>
  concat(utf8("sealwright/account-key/v1"), digestOf(account), digestOf(device));

/** What the one the service keeps is bound to: also the person, so that nobody gets it under another name. */
export const keptFor = (person: string, account: PublicKey, tenantKey: PublicKey): Bytes =>
  concat(utf8("sealwright/kept-account-key/v1"), digestOf(account), digestOf(tenantKey), utf8(person));

/** @param pkcs8 - the private key; the caller overwrites it. */
export async function sealAccountKey(pkcs8: Bytes, to: PublicKey, context: Bytes): Promise<Bytes> {
  const raw = newRawContentKey();
  try {
    const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
    const sealed = new Uint8Array(await crypto.subtle.encrypt(aes(nonce, context), key, pkcs8));
    return concat(await sealContentKey(raw, to), nonce, sealed);
  } finally {
    raw.fill(0);
  }
}

function split(sealed: Bytes, to: PublicKey) {
  const wrappedBytes = to.bits / 8;
  const wrapped = sealed.slice(0, wrappedBytes);
  const nonce = sealed.slice(wrappedBytes, wrappedBytes + nonceBytes);
  return { wrapped, nonce, box: sealed.slice(wrappedBytes + nonceBytes) };
}

/**
 * Opens it on a device, into a key that cannot be read out. @param deviceKey - the private half of `device`.
 * @returns `null` for whatever does not open: one answer for every fault.
 */
export async function unwrapAccountKey(
  sealed: Bytes,
  account: PublicKey,
  { device, deviceKey }: { device: PublicKey; deviceKey: CryptoKey },
): Promise<CryptoKey | null> {
  const { wrapped, nonce, box } = split(sealed, device);
  try {
    const oaep = { name: sealing.name };
    const key = await crypto.subtle.unwrapKey("raw", wrapped, deviceKey, oaep, "AES-GCM", false, ["unwrapKey"]);
    const algorithm = aes(nonce, onItsWay(account, device));
    return await crypto.subtle.unwrapKey("pkcs8", box, key, algorithm, sealing, false, ["unwrapKey"]);
  } catch {
    return null;
  }
}

/**
 * Opens it where it goes on to a device: the PKCS#8, to be overwritten after use.
 * @param unseal - opens what is sealed to `to`, as custody does.
 * @returns `null` for whatever does not open.
 */
export async function openAccountKey(
  sealed: Bytes,
  to: PublicKey,
  context: Bytes,
  unseal: (wrapped: Bytes) => Promise<Bytes | null>,
): Promise<Bytes | null> {
  const { wrapped, nonce, box } = split(sealed, to);
  const raw = await unseal(wrapped);
  if (raw?.length !== contentKeyBytes) return null;
  try {
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    return new Uint8Array(await crypto.subtle.decrypt(aes(nonce, context), key, box));
  } catch {
    return null;
  } finally {
    raw.fill(0);
  }
}
