import type { Store } from "../store/store.js";
import type { Callers } from "./caller.js";

export interface CallersOptions {
  store: Store;
  /** Of the access tokens: the OpenID provider's issuer, compared exactly. */
  issuer: string;
  /** `urn:sealwright:<tenant id>`. */
  audience: string;
  now?: () => number;
}

/** Identify callers by the tokens of the embedded OpenID provider: `openCallers(options)` in this file. */
export type OpenCallers = (options: CallersOptions) => Promise<Callers>;
