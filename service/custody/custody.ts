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

/** A tenant key where it lies, known by its public half; nothing secret was opened for that. */
export interface PlacedKey {
  readonly kid: string;
  readonly bits: number;
}

/** Where an organisation's tenant keys lie: the one it was founded with, and those made or brought later. */
export interface KeyPlace {
  /** The one it was founded with. @throws RightsError file-missing. */
  first(): Promise<PlacedKey>;
  list(): Promise<PlacedKey[]>;
  /** A new key, durable when this returns. Nothing uses it before it is activated. */
  make(): Promise<PlacedKey>;
  /** @param busy - whether much will be asked of it. @throws RightsError file-missing, config-invalid. */
  open(kid: string, busy: boolean): Promise<Custody>;
}
