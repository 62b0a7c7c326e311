import { type Bytes, toBase64url, utf8 } from "../bytes.js";
import { sha256 } from "../crypto/keys.js";

/** Proof of possession, client side: RFC 9449 with ES256 and the body's hash (docs/encodings.md, "DPoP"). */

/** The key of a device's proofs; the private half cannot be read out. */
export interface ProofKey {
  readonly privateKey: CryptoKey;
  readonly jwk: { readonly crv: "P-256"; readonly kty: "EC"; readonly x: string; readonly y: string };
  /** RFC 7638 thumbprint, base64url. */
  readonly thumbprint: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256" };

export const generateProofPair = (extractable: boolean): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(algorithm, extractable, ["sign", "verify"]) as Promise<CryptoKeyPair>;

/** @param publicJwk - the public half; of it only the curve point is used. */
export async function proofKeyOf(privateKey: CryptoKey, publicJwk: JsonWebKey): Promise<ProofKey> {
  const jwk = { crv: "P-256", kty: "EC", x: publicJwk.x!, y: publicJwk.y! } as const;
  return { privateKey, jwk, thumbprint: toBase64url(await sha256(utf8(JSON.stringify(jwk)))) };
}

export const importProofKey = async (pkcs8: Bytes, publicJwk: JsonWebKey): Promise<ProofKey> =>
  proofKeyOf(await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]), publicJwk);

export interface ProvenRequest {
  readonly method: string;
  readonly url: string;
  readonly body: Bytes;
  /** Left out when asking for the token itself. */
  readonly accessToken?: string;
  readonly nonce?: string;
}

const part = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)));

/** The value of a `DPoP` header for exactly this request, once. */
export async function proofFor(request: ProvenRequest, key: ProofKey, nowMs: number): Promise<string> {
  const { origin, pathname } = new URL(request.url);
  const claims = {
    jti: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
    htm: request.method,
    htu: origin + pathname,
    iat: Math.floor(nowMs / 1000),
    bh: toBase64url(await sha256(request.body)),
    ...(request.accessToken === undefined ? {} : { ath: toBase64url(await sha256(utf8(request.accessToken))) }),
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
  };
  const signed = `${part({ typ: "dpop+jwt", alg: "ES256", jwk: key.jwk })}.${part(claims)}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, utf8(signed));
  return `${signed}.${toBase64url(new Uint8Array(signature))}`;
}
