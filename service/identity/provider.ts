import type { FastifyPluginAsync } from "fastify";
import type { Audit } from "../audit.js";
import type { Directory } from "../directory/directory.js";
import type { Store } from "../store/store.js";

/** The one client of our own programs: public, native, PKCE, redirected to any port of the loopback. */
export const clientId = "sealwright";

export interface IdentityOptions {
  store: Store;
  directory: Directory;
  audit: Audit;
  /** The service's origin; the issuer is `<publicUrl>/oidc`. */
  publicUrl: URL;
  /** Shown on the pages. */
  organisation: string;
  /** What access tokens are for: `urn:sealwright:<tenant id>`. */
  audience: string;
  now?: () => number;
}

/** `app.register(await identityRoutes(options))` serves everything under `/oidc`. */
export type IdentityRoutes = (options: IdentityOptions) => Promise<FastifyPluginAsync>;
