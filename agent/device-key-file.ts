import { type Bytes, concat, equalBytes, utf8 } from "../shared/bytes.js";

/**
 * A device key sealed with a passphrase: "SWK1" ‖ salt 16 ‖ nonce 12 ‖ AES-256-GCM(device key) ‖ tag 16, under argon2id
 * of the passphrase. The cost is not in the file, so nobody can lower it: it follows from where the passphrase is from.
 */
const magic = utf8("SWK1");
const saltBytes = 16;
const nonceBytes = 12;
export const deviceKeyFileBytes = magic.length + saltBytes + nonceBytes + 32 + 16;

export interface Passphrase {
  readonly bytes: Bytes;
  /** Whether it is 32 random bytes: then there is nothing to guess, and stretching would only cost every start. */
  readonly isRandom: boolean;
}

async function stretch({ bytes, isRandom }: Passphrase, salt: Bytes): Promise<CryptoKey> {
  const { hashRaw } = await import("@node-rs/argon2");
  const cost = isRandom ? { memoryCost: 8 * 1024, timeCost: 1 } : { memoryCost: 64 * 1024, timeCost: 3 };
  const raw = Uint8Array.from(await hashRaw(bytes, { ...cost, parallelism: 1, outputLen: 32, salt }));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** @param id - of the device; the file opens for no other. */
const parameters = (iv: Bytes, id: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: utf8(`sealwright/device-key/v1\0${id}`),
});

export async function sealDeviceKey(key: Bytes, id: string, passphrase: Passphrase): Promise<Bytes> {
  const salt = crypto.getRandomValues(new Uint8Array(saltBytes));
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const sealed = await crypto.subtle.encrypt(parameters(nonce, id), await stretch(passphrase, salt), key);
  return concat(magic, salt, nonce, new Uint8Array(sealed));
}

/** `null` when it does not open: another passphrase, another device, or damaged. */
export async function openDeviceKeyFile(file: Bytes, id: string, passphrase: Passphrase): Promise<Bytes | null> {
  if (file.length !== deviceKeyFileBytes || !equalBytes(file.subarray(0, magic.length), magic)) return null;
  const [salt, nonce] = [file.slice(4, 20), file.slice(20, 32)];
  try {
    const key = await stretch(passphrase, salt);
    return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, id), key, file.slice(32)));
  } catch {
    return null;
  }
}
