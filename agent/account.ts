import type { Bytes } from "../shared/bytes.js";
import type { Signer, Unsealer } from "../shared/crypto/keys.js";
import type { TenantTrust } from "../shared/license/trust.js";
import type { SeenClock } from "./clock.js";
import type { Home } from "./home.js";
import type { SecretFiles } from "./secret-files.js";
import type { Service } from "./service.js";

/** Who is signed in on this device, and where. Nothing secret. */
export interface AccountInfo {
  /** `https://rms.contoso.example`: what was given to `seal login`. */
  readonly service: string;
  readonly api: string;
  readonly tenant: string;
  readonly organisation: string;
  readonly viewer: string | null;
  readonly subject: string;
  readonly address: string;
  readonly name: string;
  /** The newest tenant key believed, and its generation, which never goes down. */
  readonly kid: string;
  readonly generation: number;
}

export interface Certificates {
  /** The rights account certificate as requests carry it: UTF-8 of the document. */
  readonly account: Bytes;
  /** The client licensor certificate's text. */
  readonly licensor: string;
  /** From the tenant key that signed the licensor certificate to the newest: what follows it in a publishing license. */
  readonly server: readonly string[];
  /** When the first of account and licensor certificate ends, in ms. */
  readonly untilMs: number;
}

/** The person signed in. Nothing secret is opened before it is asked for. */
export interface Account {
  readonly home: Home;
  readonly info: AccountInfo;
  readonly trust: TenantTrust;
  readonly certificates: Certificates;
  readonly clock: SeenClock;
  readonly service: Service;
  /** `secrets` and `licenses` of the home, under the device key and for this subject. */
  readonly secrets: SecretFiles;
  readonly licenses: SecretFiles;
  /** The account key: opens use licenses. @throws RightsError `keystore-unavailable`, `state-damaged`. */
  unsealer(): Promise<Unsealer>;
  /** The licensor key: signs publishing licenses and editions. @throws likewise. */
  signer(): Promise<Signer>;
  /**
   * Asks for new certificates when those at hand end within ten days, or always. @returns the account to go on with.
   * @throws RightsError `service-unreachable`, `service-untrusted`, `sign-in-needed`.
   */
  renew(options?: { always?: boolean }): Promise<Account>;
}

/** Who is signed in, `null` for nobody; opens nothing secret. @throws RightsError `state-damaged`. */
export declare function whoIsSignedIn(home: Home): Promise<AccountInfo | null>;

/** @throws RightsError `sign-in-needed` when nobody is; `state-damaged`. */
export declare function openAccount(home: Home): Promise<Account>;

/** Forgets the person: keys, tokens, licenses, device key. Watched folders and what waits to be registered stay. */
export declare function signOut(home: Home): Promise<void>;
