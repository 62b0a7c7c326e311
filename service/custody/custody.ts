import type { Bytes } from "../../shared/bytes.js";
import type { PublicKey } from "../../shared/crypto/keys.js";

/** Where one tenant key lives. Its private half never leaves the implementation. Serves as a `Signer`. */
export interface Custody {
  readonly publicKey: PublicKey;
  /** RSASSA-PKCS1-v1_5 with SHA-256 over `message`. */
  sign(message: Bytes): Promise<Bytes>;
  /** The 32 bytes in a sealed content key; `null` for everything that is not one sealed to this key. */
  unseal(sealed: Bytes): Promise<Bytes | null>;
  /** Forget the key; nothing can be asked afterwards. */
  close(): Promise<void>;
}
