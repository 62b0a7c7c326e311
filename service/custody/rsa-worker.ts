import { constants, type KeyObject, privateDecrypt, sign } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import type { RsaAnswer, RsaRequest } from "./rsa-pool.js";

/** One thread of the pool: holds the key, answers its requests one after the other with synchronous RSA. */
const { key, contentKeyBytes } = workerData as { key: KeyObject; contentKeyBytes: number };

const signMessage = (message: Uint8Array): Uint8Array => Uint8Array.from(sign("sha256", message, key));

/** Every way a sealed key can be wrong is the same `null`. */
function unseal(sealed: Uint8Array): Uint8Array | null {
  try {
    const options = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    const opened = privateDecrypt(options, sealed);
    const contentKey = opened.length === contentKeyBytes ? Uint8Array.from(opened) : null;
    opened.fill(0);
    return contentKey;
  } catch {
    return null;
  }
}

function answer({ id, operation, bytes }: RsaRequest): RsaAnswer {
  try {
    return { id, ok: true, bytes: operation === "sign" ? signMessage(bytes) : unseal(bytes) };
  } catch (error) {
    return { id, ok: false, reason: error instanceof Error ? error.message : "unknown" };
  }
}

parentPort!.on("message", (requests: RsaRequest[]) => parentPort!.postMessage(requests.map(answer)));
