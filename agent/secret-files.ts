import type { Bytes } from "../shared/bytes.js";

/** Files of one folder, each sealed under the device key to its subject and its own name (docs/encodings.md). */
export interface SecretFiles {
  /** @returns `null` when there is none. @throws RightsError `state-damaged`, `keystore-unavailable`. */
  read(name: string): Promise<Bytes | null>;
  /** When this returns, the new content survives a loss of power; before, the old one is whole. */
  write(name: string, content: Bytes): Promise<void>;
  remove(name: string): Promise<void>;
}
