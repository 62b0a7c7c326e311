import { createPrivateKey, createPublicKey } from "node:crypto";
import type { Bytes } from "../shared/bytes.js";
import { generateKeyPair, importPrivateKey, type KeyUse } from "../shared/crypto/keys.js";
import { RightsError } from "../shared/errors.js";
import { generateProofPair, importProofKey, type ProofKey } from "../shared/protocol/proof.js";
import type { SecretFiles } from "./secret-files.js";

/** The private halves as PKCS#8 DER: how they lie in secret files, and only while they are made anywhere else. */
export interface DeviceKeys {
  readonly account: Bytes;
  readonly licensor: Bytes;
  readonly proof: Bytes;
}

const files: Record<keyof DeviceKeys, string> = {
  account: "account-key",
  licensor: "licensor-key",
  proof: "proof-key",
};

const exported = async (pair: CryptoKeyPair): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));

/** Two RSA-2048 pairs, since Web Crypto cannot use one for both, and the key of the proofs. */
export async function newDeviceKeys(): Promise<DeviceKeys> {
  const pairs = [generateKeyPair("unseal", true), generateKeyPair("sign", true), generateProofPair(true)] as const;
  const [account, licensor, proof] = await Promise.all(pairs.map(async (pair) => exported(await pair)));
  return { account: account!, licensor: licensor!, proof: proof! };
}

export async function writeDeviceKeys(secrets: SecretFiles, keys: DeviceKeys): Promise<void> {
  for (const use of Object.keys(files) as (keyof DeviceKeys)[]) await secrets.write(files[use], keys[use]);
}

/** @throws RightsError `state-damaged` when one is missing. */
async function readKey(secrets: SecretFiles, which: keyof DeviceKeys): Promise<Bytes> {
  const key = await secrets.read(files[which]);
  if (key !== null) return key;
  throw new RightsError("state-damaged", "a key of this device is missing; sign in again with: seal login");
}

export const readDeviceKeys = async (secrets: SecretFiles): Promise<DeviceKeys> => ({
  account: await readKey(secrets, "account"),
  licensor: await readKey(secrets, "licensor"),
  proof: await readKey(secrets, "proof"),
});

/** One of the two RSA keys, to be used and not read out. @throws RightsError `state-damaged`, `keystore-unavailable`. */
export async function openDeviceKeyPair(secrets: SecretFiles, use: KeyUse): Promise<CryptoKey> {
  return importPrivateKey(await readKey(secrets, use === "unseal" ? "account" : "licensor"), use);
}

const publicHalf = (pkcs8: Bytes) =>
  createPublicKey(createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }));

export const spkiOf = (pkcs8: Bytes): Bytes =>
  Uint8Array.from(publicHalf(pkcs8).export({ format: "der", type: "spki" }));

export const proofKeyFrom = (pkcs8: Bytes): Promise<ProofKey> =>
  importProofKey(pkcs8, publicHalf(pkcs8).export({ format: "jwk" }) as JsonWebKey);

/** @throws RightsError `state-damaged`, `keystore-unavailable`. */
export const openProofKey = async (secrets: SecretFiles): Promise<ProofKey> =>
  proofKeyFrom(await readKey(secrets, "proof"));
