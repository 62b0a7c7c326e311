import { randomBytes } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import type { Settings } from "../store/settings.js";

/** Of every token the embedded provider signs. */
export const signingAlgorithm = "ES256";

/** The provider's private signing keys, made at the first start. They lie in the database, mode 0600. */
export async function signingKeys(settings: Settings): Promise<{ keys: JWK[] }> {
  const known = await settings.get("oidc-keys");
  return JSON.parse(known ?? (await settings.settle("oidc-keys", JSON.stringify({ keys: [await newKey()] }))));
}

/** The same without their private halves. */
export async function verificationKeys(settings: Settings): Promise<{ keys: JWK[] }> {
  const { keys } = await signingKeys(settings);
  return { keys: keys.map(({ d: _private, ...key }) => key) };
}

/** What the provider's cookies are signed with. */
export async function cookieKeys(settings: Settings): Promise<string[]> {
  const fresh = JSON.stringify([randomBytes(32).toString("base64url")]);
  return JSON.parse((await settings.get("cookie-keys")) ?? (await settings.settle("cookie-keys", fresh)));
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, kid: await calculateJwkThumbprint(key), alg: signingAlgorithm, use: "sig" };
}
