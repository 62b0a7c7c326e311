import type { Bytes } from "../bytes.js";
import { collectedMemory, type Engine, type SegmentCipher, segmentNonce } from "./engine.js";
import { sha256 } from "./keys.js";

const aes = (index: number, last: boolean) => ({ name: "AES-GCM", iv: segmentNonce(index, last) });

/** The bulk cipher over Web Crypto: runs in every browser and in Node, the segment key never leaves the platform. */
export const webEngine: Engine = {
  lanes: 4,
  memory: collectedMemory,
  async segmentCipher(contentKey, salt, info): Promise<SegmentCipher> {
    const hkdf = { name: "HKDF", hash: "SHA-256", salt, info };
    const key = await crypto.subtle.deriveKey(hkdf, contentKey, { name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    const open: SegmentCipher["open"] = async (index, last, sealed) => {
      const [plaintext, hash] = await Promise.all([decrypt(key, index, last, sealed), sha256(sealed)]);
      return plaintext === null ? null : { plaintext, hash };
    };
    return {
      async seal(index, last, plaintext) {
        const sealed = new Uint8Array(await crypto.subtle.encrypt(aes(index, last), key, plaintext));
        return { sealed, hash: await sha256(sealed) };
      },
      open,
      check: async (index, last, sealed) => (await open(index, last, sealed))?.hash ?? null,
    };
  },
};

async function decrypt(key: CryptoKey, index: number, last: boolean, sealed: Bytes): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(aes(index, last), key, sealed));
  } catch {
    return null;
  }
}
