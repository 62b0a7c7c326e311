import type { Audit } from "../audit.js";
import type { KeyPlace } from "../custody/custody.js";
import type { Directory, RememberingDirectory } from "../directory/directory.js";
import type { Caller } from "../identity/caller.js";
import type { Mailer } from "../mail/mailer.js";
import type { Store } from "../store/store.js";
import type { Tenant } from "../tenant.js";
import type { CallerAccounts } from "./caller-account.js";
import type { LicenseReader } from "./license-reader.js";
import type { LicensorKeys } from "./licensor-keys.js";
import type { Limits } from "./limits.js";
import type { RequestMails } from "./request-mails.js";
import type { RoamingKeys } from "./roaming-keys.js";
import type { SuperUsers } from "./super-users.js";

/** The tenant, whose keys may change while the service runs. */
export interface FollowingTenant extends Tenant {
  /** Takes up what changed in the store. */
  follow(): Promise<void>;
}

/** What decisions are made with. */
export interface Parts {
  readonly tenant: FollowingTenant;
  /** Where its keys lie. */
  readonly keyPlace: KeyPlace;
  readonly store: Store;
  /** As it was asked some time ago at most; see `groupCacheMinutes`. */
  readonly directory: RememberingDirectory;
  /** Asked anew each time. */
  readonly presentDirectory: Directory;
  readonly audit: Audit;
  readonly licenses: LicenseReader;
  readonly accounts: CallerAccounts;
  readonly licensorKeys: LicensorKeys;
  /** `null` where each device has an account key of its own. */
  readonly roamingKeys: RoamingKeys | null;
  /** `null` where there are none. */
  readonly superUsers: SuperUsers | null;
  readonly limits: Limits;
  /** `null` where no mail is sent. */
  readonly mailer: Mailer | null;
  /** The same. */
  readonly requestMails: RequestMails | null;
  /** How long account and licensor certificates are valid, in days. */
  readonly certificateDays: number;
  readonly now: () => number;
}

/** The caller of one request. */
export interface Asker extends Caller {
  /** Names the request in the answer, the log and the audit. */
  readonly requestId: string;
}
