import type { Bytes } from "../bytes.js";
import type { Box, Primitives } from "./primitives.js";

const signing = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const sealing = { name: "RSA-OAEP", hash: "SHA-256" };

async function boxKey({ contentKey, info }: Box): Promise<CryptoKey> {
  const secret =
    contentKey instanceof Uint8Array
      ? await crypto.subtle.importKey("raw", contentKey, "HKDF", false, ["deriveKey"])
      : contentKey;
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(hkdf, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const aes = ({ nonce, additionalData }: Box) => ({ name: "AES-GCM", iv: nonce, additionalData });

/** Over Web Crypto: in every browser and in Node. */
export const webPrimitives: Primitives = {
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
  async verify(spki, message, signature) {
    const key = await crypto.subtle.importKey("spki", spki, signing, false, ["verify"]);
    return crypto.subtle.verify(signing.name, key, signature, message);
  },
  async encrypt(spki, message) {
    const key = await crypto.subtle.importKey("spki", spki, sealing, false, ["encrypt"]);
    return new Uint8Array(await crypto.subtle.encrypt(sealing.name, key, message));
  },
  sealBox: async (box, plaintext) =>
    new Uint8Array(await crypto.subtle.encrypt(aes(box), await boxKey(box), plaintext)),
  async openBox(box, sealed): Promise<Bytes | null> {
    const key = await boxKey(box);
    try {
      return new Uint8Array(await crypto.subtle.decrypt(aes(box), key, sealed));
    } catch {
      return null;
    }
  },
};
