import { type Bytes, concat, equalBytes, toBase64url } from "../bytes.js";
import { RightsError, type RightsErrorCode } from "../errors.js";
import { primitives } from "./primitives.js";

/** An RSA public key, exponent 65537. `kid` names it everywhere; keys are looked up by it, never by a person's name. */
export interface PublicKey {
  /** base64url SHA-256 of `spki`. */
  readonly kid: string;
  /** Big-endian, without leading zero; `bits` / 8 bytes. */
  readonly modulus: Bytes;
  readonly bits: number;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Bytes;
}

/** Something that holds a private key and signs with RSASSA-PKCS1-v1_5 and SHA-256. */
export interface Signer {
  readonly publicKey: PublicKey;
  sign(message: Bytes): Promise<Bytes>;
}

/** Something that holds a private key and opens what was sealed to it; `null` when that fails, for whatever reason. */
export interface Unsealer {
  readonly publicKey: PublicKey;
  unseal(sealed: Bytes): Promise<ContentKey | null>;
}

/** The key of one document, as the input of HKDF: it cannot be read back out. */
export type ContentKey = CryptoKey;

export const contentKeyBytes = 32;
const signing = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
export const sealing = { name: "RSA-OAEP", hash: "SHA-256" };

export const sha256 = async (bytes: Bytes): Promise<Bytes> => primitives.sha256(bytes);

// --- public keys -----------------------------------------------------------------------------------------------------

const rsaIdentifier = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const exponent65537 = [0x02, 0x03, 0x01, 0x00, 0x01];

function der(tag: number, ...content: readonly (Bytes | number[])[]): Bytes {
  const body = concat(...content.map((part) => Uint8Array.from(part)));
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return concat(Uint8Array.of(tag, ...length), body);
}

const spkiOf = (modulus: Bytes): Bytes =>
  der(0x30, rsaIdentifier, der(0x03, [0], der(0x30, der(0x02, [0], modulus), exponent65537)));

/** A key of 2048, 3072 or 4096 bits from its big-endian modulus. @throws RightsError `license-malformed`. */
export async function publicKeyFromModulus(modulus: Bytes): Promise<PublicKey> {
  const bits = modulus.length * 8;
  if (![2048, 3072, 4096].includes(bits) || modulus[0]! < 0x80 || modulus.at(-1)! % 2 === 0)
    throw new RightsError("license-malformed", "a public key has a size that is not allowed here");
  const spki = spkiOf(modulus);
  return { kid: toBase64url(await sha256(spki)), modulus, bits, spki };
}

/** The same from DER; only the one encoding `publicKeyFromModulus` makes is accepted. @throws RightsError `code`. */
export async function publicKeyFromSpki(spki: Bytes, code: RightsErrorCode): Promise<PublicKey> {
  for (const bytes of [256, 384, 512]) {
    const modulus = spki.slice(-bytes - exponent65537.length, -exponent65537.length);
    if (modulus.length === bytes && equalBytes(spkiOf(modulus), spki)) return publicKeyFromModulus(modulus);
  }
  throw new RightsError(code, "this is not an RSA key of 2048, 3072 or 4096 bits with exponent 65537");
}

/** For people to compare: the first 16 bytes of the key's hash in groups of four hexadecimal digits. */
export const shownKeyId = (kid: string): string =>
  Array.from(atob(kid.replaceAll("-", "+").replaceAll("_", "/")).slice(0, 16), (char) =>
    char.charCodeAt(0).toString(16).padStart(2, "0"),
  )
    .join("")
    .replace(/(.{4})(?=.)/g, "$1 ");

export async function verifySignature(key: PublicKey, message: Bytes, signature: Bytes): Promise<boolean> {
  return signature.length * 8 === key.bits && primitives.verify(key.spki, message, signature);
}

// --- content keys ----------------------------------------------------------------------------------------------------

function checkContentKey(raw: Bytes): void {
  if (raw.length !== contentKeyBytes) throw new RightsError("license-malformed", "a content key has 32 bytes");
}

export async function importContentKey(raw: Bytes): Promise<ContentKey> {
  checkContentKey(raw);
  return crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits", "deriveKey"]);
}

export const newRawContentKey = (): Bytes => crypto.getRandomValues(new Uint8Array(contentKeyBytes));

/** RSA-OAEP with SHA-256, MGF1-SHA-256 and the empty label (PKCS#11 tokens refuse another). */
export async function sealContentKey(raw: Bytes, to: PublicKey): Promise<Bytes> {
  checkContentKey(raw);
  return primitives.encrypt(to.spki, raw);
}

// --- key pairs of a device -------------------------------------------------------------------------------------------

const usages = { sign: ["sign"], unseal: ["unwrapKey"] } as const;
export type KeyUse = keyof typeof usages;
const algorithmFor = (use: KeyUse) => (use === "sign" ? signing : sealing);

/** A fresh RSA-2048 pair for one use; Web Crypto cannot use one pair for both. */
export function generateKeyPair(use: KeyUse, extractable: boolean): Promise<CryptoKeyPair> {
  const algorithm = { ...algorithmFor(use), modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  const both: KeyUsage[] = use === "sign" ? ["sign", "verify"] : ["unwrapKey", "wrapKey"];
  return crypto.subtle.generateKey(algorithm, extractable, both) as Promise<CryptoKeyPair>;
}

export const importPrivateKey = (pkcs8: Bytes, use: KeyUse): Promise<CryptoKey> =>
  crypto.subtle.importKey("pkcs8", pkcs8, algorithmFor(use), false, [...usages[use]]);

export const signerOf = (publicKey: PublicKey, key: CryptoKey): Signer => ({
  publicKey,
  sign: async (message) => new Uint8Array(await crypto.subtle.sign(signing.name, key, message)),
});

export const unsealerOf = (publicKey: PublicKey, key: CryptoKey): Unsealer => ({
  publicKey,
  async unseal(sealed) {
    try {
      const use: KeyUsage[] = ["deriveBits", "deriveKey"];
      return await crypto.subtle.unwrapKey("raw", sealed, key, { name: sealing.name }, { name: "HKDF" }, false, use);
    } catch {
      return null; // one answer for every fault: what exactly was wrong helps only an attacker (threat T8)
    }
  },
});
