import type { Home } from "./home.js";

/** Where the device key is: the system's store, a file under a passphrase of the user, or one under `device.pass`. */
export type KeystoreKind = "os" | "passphrase" | "device-pass";

/** The 32 bytes that seal everything secret on this device; they cannot be read back out. */
export interface DeviceKey {
  readonly kind: KeystoreKind;
  readonly key: CryptoKey;
}

/** Where the device key is by what the home says, `null` before the first sign-in; opens nothing. */
export declare function keystoreKind(home: Home): Promise<KeystoreKind | null>;
