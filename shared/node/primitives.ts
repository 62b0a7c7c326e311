import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  hash,
  hkdfSync,
  KeyObject,
  publicEncrypt,
  verify,
} from "node:crypto";
import { BoundedCache } from "../bounded-cache.js";
import { type Bytes, concat } from "../bytes.js";
import type { Box, Primitives } from "../crypto/primitives.js";

/** Public keys kept ready for use: reading one costs five times as much as using it. */
const maxKeys = 5000;
const keys = new BoundedCache<KeyObject>(maxKeys);

/** By all its bytes, so that nothing can stand there for another key. */
function keyOf(spki: Bytes): KeyObject {
  const name = Buffer.from(spki.buffer, spki.byteOffset, spki.length).toString("latin1");
  const known = keys.get(name);
  if (known) return known;
  const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  keys.set(name, key);
  return key;
}

const algorithm = "aes-256-gcm";
const keyBytes = 32;
const tagBytes = 16;

function boxKey({ contentKey, info }: Box): Bytes {
  const secret = contentKey instanceof Uint8Array ? contentKey : KeyObject.from(contentKey);
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), info, keyBytes));
}

/** Over `node:crypto`, at once on the calling thread: going to another and back would take longer than any of it. */
export const nodePrimitives: Primitives = {
  sha256: (bytes) => new Uint8Array(hash("sha256", bytes, "buffer")),
  verify: (spki, message, signature) => verify("sha256", message, keyOf(spki), signature),
  encrypt(spki, message) {
    const options = { key: keyOf(spki), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    return new Uint8Array(publicEncrypt(options, message));
  },
  sealBox(box, plaintext) {
    const cipher = createCipheriv(algorithm, boxKey(box), box.nonce).setAAD(box.additionalData);
    return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  },
  openBox(box, sealed) {
    if (sealed.length < tagBytes) return null;
    const decipher = createDecipheriv(algorithm, boxKey(box), box.nonce, { authTagLength: tagBytes });
    decipher.setAAD(box.additionalData).setAuthTag(sealed.subarray(-tagBytes));
    const opened = decipher.update(sealed.subarray(0, -tagBytes));
    try {
      decipher.final();
      return new Uint8Array(opened);
    } catch {
      return null;
    }
  },
};
