import { randomBytes } from "node:crypto";
import type { Configuration, JWKS } from "oidc-provider";
import type { Directory } from "../directory/directory.js";
import type { Store } from "../store/store.js";
import { PayloadAdapter } from "./adapter.js";
import { cookieKeys, signingAlgorithm, signingKeys } from "./keys.js";
import { messagePage, pageHeaders, renderPage } from "./pages.js";

/** The one client of our own programs: public, native, PKCE, redirected to any port of the loopback. */
export const clientId = "sealwright";

/** Where that client is redirected; the port is free, everything else is fixed. */
export const redirectUris = ["http://127.0.0.1/callback", "http://localhost/callback"];

/** Seconds an access token lasts. */
const accessTokenSeconds = 600;

/** Seconds a device stays signed in without being used. */
const signedInSeconds = 90 * 86_400;

export interface ProviderSetup {
  store: Store;
  directory: Directory;
  /** Of the access tokens: `urn:sealwright:<tenant id>`. */
  audience: string;
  /** The provider's own errors: it is loaded only when it is needed. */
  errors: Pick<typeof import("oidc-provider").errors, "InvalidGrant" | "InvalidTarget">;
  now: () => number;
}

/** What the OpenID provider is told: one client, one flow, one resource; everything else is off. */
export async function providerSetup({
  store,
  directory,
  audience,
  errors,
  now,
}: ProviderSetup): Promise<Configuration> {
  const refused = () => new errors.InvalidGrant("used before");
  return {
    adapter: (model: string) => new PayloadAdapter(model, store.payloads, refused, now),
    clients: [client],
    jwks: (await signingKeys(store.settings)) as JWKS,
    cookies: await cookies(store),
    features: features(audience, () => new errors.InvalidTarget()),
    claims: { openid: ["sub"] },
    scopes: ["openid", "offline_access"],
    responseTypes: ["code"],
    pkce: { required: () => true },
    rotateRefreshToken: () => true,
    clientBasedCORS: () => false,
    interactions: { url: (_ctx, interaction) => `/oidc/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: accessTokenSeconds,
      Interaction: 900,
      Session: 3600,
      Grant: signedInSeconds,
      RefreshToken: signedInSeconds,
    },
    // Asked at every refresh too: who was switched off gets nothing more.
    findAccount: async (_ctx, id) => {
      const person = await directory.findBySubject(id);
      return person ? { accountId: id, claims: () => ({ sub: id }) } : undefined;
    },
    renderError: (ctx, out) => {
      ctx.set(pageHeaders());
      ctx.body = renderPage(messagePage("The sign-in cannot go on", errorSentence(out.error)));
    },
  };
}

const client = {
  client_id: clientId,
  client_name: "Sealwright",
  application_type: "native" as const,
  token_endpoint_auth_method: "none" as const,
  redirect_uris: redirectUris,
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code" as const],
  id_token_signed_response_alg: signingAlgorithm as "ES256",
  dpop_bound_access_tokens: true,
};

async function cookies(store: Store): Promise<Configuration["cookies"]> {
  const common = { httpOnly: true, sameSite: "lax" as const, signed: true };
  const keys = await cookieKeys(store.settings);
  return { keys, long: { ...common, path: "/oidc" }, short: common };
}

const features = (audience: string, unknownResource: () => Error): Configuration["features"] => ({
  devInteractions: { enabled: false },
  userinfo: { enabled: false },
  rpInitiatedLogout: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  revocation: { enabled: true },
  dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => audience,
    useGrantedResource: () => true,
    getResourceServerInfo: (_ctx, resource) => {
      if (resource !== audience) throw unknownResource();
      return {
        scope: "",
        audience,
        accessTokenFormat: "jwt",
        accessTokenTTL: accessTokenSeconds,
        jwt: { sign: { alg: signingAlgorithm } },
      };
    },
  },
});

const errorSentence = (error: string): string =>
  error === "invalid_request" || error === "session_not_found"
    ? "It took too long, or cookies are switched off. Start it again from the program you came from."
    : "The program that started it asked for something this service does not give. Tell whoever looks after it.";
