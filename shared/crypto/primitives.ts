import type { Bytes } from "../bytes.js";
import { webPrimitives } from "./web-primitives.js";

/** AES-256-GCM under a key of its own: what HKDF-SHA-256 makes of a content key, no salt and `info`. */
export interface Box {
  /** The content key, or its 32 bytes where they lie open anyway. */
  readonly contentKey: CryptoKey | Bytes;
  readonly info: Bytes;
  readonly nonce: Bytes;
  readonly additionalData: Bytes;
}

/** What licenses need of a platform's cryptography. All of it is short, so some platforms do it at once. */
export interface Primitives {
  sha256(bytes: Bytes): Bytes | Promise<Bytes>;
  /** RSASSA-PKCS1-v1_5 with SHA-256. @param spki - DER, of a key that was checked. */
  verify(spki: Bytes, message: Bytes, signature: Bytes): boolean | Promise<boolean>;
  /** RSA-OAEP with SHA-256, MGF1-SHA-256 and the empty label. @param spki - likewise. */
  encrypt(spki: Bytes, message: Bytes): Bytes | Promise<Bytes>;
  /** @returns ciphertext and tag. */
  sealBox(box: Box, plaintext: Bytes): Bytes | Promise<Bytes>;
  /** `null` when the tag does not fit. */
  openBox(box: Box, sealed: Bytes): Bytes | null | Promise<Bytes | null>;
}

/** Those in use: Web Crypto, which runs everywhere, unless the program has better ones. */
export let primitives: Primitives = webPrimitives;

/** Once, where a program begins: what they compute is the same, so nobody else needs to know. */
export function usePrimitives(better: Primitives): void {
  primitives = better;
}
