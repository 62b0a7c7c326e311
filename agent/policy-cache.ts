import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import type { Account } from "./account.js";

export interface CurrentPolicy extends PolicyAnswer {
  /** Whether this is what was kept, because the service could not be reached. */
  readonly isKept: boolean;
}

/**
 * Labels and templates of the person: the service's, or what it said last while it is away.
 * @param options.maxAgeMs - what was kept and is younger is taken without asking; 0 if left out.
 * @throws RightsError `service-unreachable` when it is away and never answered before; `sign-in-needed`.
 */
export declare function currentPolicy(account: Account, options?: { maxAgeMs?: number }): Promise<CurrentPolicy>;
