import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from "../bytes.js";
import { RightsError } from "../errors.js";

/**
 * How page and agent prove themselves to each other (docs/agent-link.md, "Proofs"). Both bind origin and port: what a
 * program that took another of the ports gets to see is good for nothing at the agent's own.
 */

/** What both know of one exchange, in the spelling of its messages. */
export interface Exchange {
  /** Of the page, as its browser says it: `https://addin.contoso.example`. */
  readonly origin: string;
  /** The one the page connected to. */
  readonly port: number;
  readonly pageNonce: string;
  readonly agentNonce: string;
}

export type Side = "page" | "agent";

const text = ({ origin, port, pageNonce, agentNonce }: Exchange, ...more: string[]): Bytes =>
  utf8([origin, String(port), pageNonce, agentNonce, ...more].join("\n"));

const hmac = { name: "HMAC", hash: "SHA-256" };

/** A token as it is kept: it proves and checks, and cannot be read. */
export const tokenKey = (token: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", token, hmac, false, ["sign", "verify"]);

const authentication = (side: Side, exchange: Exchange, pairing: string): Bytes =>
  concat(utf8(`sealwright/link/v1\n${side}\n`), text(exchange, pairing));

/** What `side` shows to be who it was paired with. */
export async function proveToken(key: CryptoKey, side: Side, exchange: Exchange, pairing: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, authentication(side, exchange, pairing))));
}

/** In the same time whatever is wrong. */
export const isProvenBy = (
  proof: string,
  key: CryptoKey,
  side: Side,
  exchange: Exchange,
  pairing: string,
): Promise<boolean> =>
  crypto.subtle.verify("HMAC", key, fromBase64url(proof, "request-malformed"), authentication(side, exchange, pairing));

const curve = { name: "ECDH", namedCurve: "P-256" } as const;

export interface PairingKey {
  readonly privateKey: CryptoKey;
  /** Uncompressed, in base64url. */
  readonly publicKey: string;
}

/** A key for one pairing. */
export async function newPairingKey(): Promise<PairingKey> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  return { privateKey, publicKey: toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey))) };
}

/** What both sides of a pairing know; the code only if they are who they say. */
export interface PairingExchange extends Exchange {
  readonly pageKey: string;
  readonly agentKey: string;
  readonly salt: string;
}

/**
 * A code has 40 bits. Whoever stands in between sees one proof made from it, and would have to go through all of them
 * while it is valid: each takes so many rounds.
 */
const stretchRounds = 200_000;

/** What a pairing ends in; the token never travels. */
export interface PairingSecrets {
  readonly page: Bytes;
  readonly agent: Bytes;
  readonly token: Bytes;
}

/** @param own - of this side. @throws RightsError `request-malformed` for a key that is no point of the curve. */
export async function pairingSecrets(
  code: string,
  own: CryptoKey,
  theirs: string,
  exchange: PairingExchange,
): Promise<PairingSecrets> {
  const material = concat(await agreed(own, theirs), await stretched(code, exchange.salt));
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  const { pageKey, agentKey, salt } = exchange;
  const bound = new Uint8Array(await crypto.subtle.digest("SHA-256", text(exchange, pageKey, agentKey, salt)));
  const derive = async (what: string) => {
    const algorithm = { name: "HKDF", hash: "SHA-256", salt: bound, info: utf8(`sealwright/pair/v1 ${what}`) };
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
  };
  return { page: await derive("page"), agent: await derive("agent"), token: await derive("token") };
}

async function agreed(own: CryptoKey, theirs: string): Promise<Bytes> {
  try {
    const point = fromBase64url(theirs, "request-malformed");
    const key = await crypto.subtle.importKey("raw", point, curve, false, []);
    return new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: key }, own, 256));
  } catch (cause) {
    throw new RightsError("request-malformed", "the key of the other side is none", { cause });
  }
}

async function stretched(code: string, salt: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", utf8(code), "PBKDF2", false, ["deriveBits"]);
  const algorithm = {
    name: "PBKDF2",
    hash: "SHA-256",
    salt: fromBase64url(salt, "request-malformed"),
    iterations: stretchRounds,
  };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
}

/** Equality of secrets of one length, in a time that tells nothing. */
export function isSameSecret(a: Bytes, b: Bytes): boolean {
  let differs = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) differs |= a[at]! ^ (b[at] ?? 0);
  return differs === 0;
}

/** Easily told apart when read aloud and typed. */
export const codeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
export const codeLength = 8;

/** A code as a person typed it: with spaces and dashes, in lower case. `null`: it cannot be one. */
export function normalizeCode(typed: string): string | null {
  const code = typed.replace(/[\s-]/g, "").toUpperCase();
  return code.length === codeLength && [...code].every((char) => codeAlphabet.includes(char)) ? code : null;
}
