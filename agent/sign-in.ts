import type { AccountInfo } from "./account.js";
import type { Home } from "./home.js";
import type { KeystoreKind } from "./os-keystore.js";

export interface SignInRequest {
  /** `https://rms.contoso.example`; plain http on the loopback only. */
  readonly address: string;
  readonly user: string;
  readonly password: string;
}

export interface SignedIn {
  readonly info: AccountInfo;
  readonly keystore: KeystoreKind;
  /** Whether the device key was made just now: then say where it is. */
  readonly isNewDevice: boolean;
}

/**
 * Signs in with a password at the embedded provider, by the same code flow a browser takes, makes this device's keys
 * and has them certified. Again by the same person: keys stay, tokens and certificates are new.
 * @throws RightsError `sign-in-failed`, `rate-limited`, `service-unreachable`, `service-untrusted`, `service-failed`,
 * `keystore-unavailable`, `usage` (a bad address), `account-mismatch` (someone else is signed in), `busy`.
 */
export declare function signIn(home: Home, request: SignInRequest): Promise<SignedIn>;
