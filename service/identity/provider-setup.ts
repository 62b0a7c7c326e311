import { randomBytes } from "node:crypto";
import type { Configuration, Grant, JWKS, KoaContextWithOIDC } from "oidc-provider";
import { officeSignedInPath, pageClientId, signedInPath } from "../../shared/protocol/page-api.js";
import type { Directory } from "../directory/directory.js";
import type { Store } from "../store/store.js";
import { PayloadAdapter } from "./adapter.js";
import { deviceCodeSeconds, deviceFlow, secretOf, showPage } from "./device-flow.js";
import { cookieKeys, signingAlgorithm, signingKeys } from "./keys.js";
import { messagePage, type Page, type Reader, readerOf } from "./pages/page.js";
import { signedOutPage, signOutPage } from "./pages/sign-out.js";

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
  /** Shown on the pages. */
  organisation: string;
  /** The service's origin, which its own pages come back to. */
  publicUrl: URL;
  /** Of the access tokens: `urn:sealwright:<tenant id>`. */
  audience: string;
  /** The provider's own errors: it is loaded only when it is needed. */
  errors: Pick<typeof import("oidc-provider").errors, "InvalidGrant" | "InvalidTarget">;
  now: () => number;
}

/** What the OpenID provider is told: our programs and our pages, one flow, one resource; everything else is off. */
export async function providerSetup({
  store,
  directory,
  organisation,
  publicUrl,
  audience,
  errors,
  now,
}: ProviderSetup): Promise<Configuration> {
  const refused = () => new errors.InvalidGrant("used before");
  return {
    adapter: (model: string) => new PayloadAdapter(model, store.payloads, refused, now),
    clients: [client, pageClient(publicUrl)],
    jwks: (await signingKeys(store.settings)) as JWKS,
    cookies: await cookies(store),
    features: {
      ...resource(audience, () => new errors.InvalidTarget()),
      ...pages(organisation),
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, asking, { clientId: owner }) => owner === asking.clientId },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    },
    claims: { openid: ["sub"] },
    scopes: ["openid", "offline_access"],
    responseTypes: ["code"],
    pkce: { required: () => true },
    rotateRefreshToken: () => true,
    loadExistingGrant: grantOf,
    // A page's refresh tokens end with the sign-in of its browser: it asks for no offline access.
    issueRefreshToken: async (_ctx, asking, { scopes }) =>
      asking.grantTypeAllowed("refresh_token") && (asking.clientId === pageClientId || scopes.has("offline_access")),
    // Browsers name the origin with what our own pages send, too; no other page has any business here.
    clientBasedCORS: (_ctx, origin) => origin === publicUrl.origin,
    interactions: { url: (_ctx, interaction) => `/oidc/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: deviceCodeSeconds,
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
    renderError: (ctx, { error }) =>
      showPage(ctx, (reader) => errorPage(reader, error), readerOf(organisation, ctx.get("accept-language"))),
  };
}

const client = {
  client_id: clientId,
  client_name: "Sealwright",
  application_type: "native" as const,
  token_endpoint_auth_method: "none" as const,
  redirect_uris: redirectUris,
  grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
  response_types: ["code" as const],
  id_token_signed_response_alg: signingAlgorithm as "ES256",
  dpop_bound_access_tokens: true,
};

/** The service's own pages: nothing leaves for anybody else, so nobody is asked to agree to it. */
const pageClient = ({ origin }: URL) => ({
  ...client,
  client_id: pageClientId,
  application_type: "web" as const,
  redirect_uris: [origin + signedInPath, origin + officeSignedInPath],
  grant_types: ["authorization_code", "refresh_token"],
});

async function grantOf({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client: asking, session, provider } = oidc;
  const known = oidc.result?.consent?.grantId ?? session?.grantIdFor(asking!.clientId);
  if (known !== undefined) return provider.Grant.find(known);
  if (asking?.clientId !== pageClientId || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ accountId: session.accountId, clientId: pageClientId });
  grant.addOIDCScope("openid");
  await grant.save();
  return grant;
}

async function cookies(store: Store): Promise<Configuration["cookies"]> {
  const common = { httpOnly: true, sameSite: "lax" as const, signed: true };
  const keys = await cookieKeys(store.settings);
  return { keys, long: { ...common, path: "/oidc" }, short: common };
}

/** Pages that the provider shows by itself. */
function pages(organisation: string) {
  const reader = (ctx: KoaContextWithOIDC) => readerOf(organisation, ctx.get("accept-language"));
  return {
    deviceFlow: deviceFlow(organisation),
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx) => {
        const action = ctx.oidc.urlFor("end_session_confirm");
        showPage(ctx, (one) => signOutPage(one, action, secretOf(ctx)), reader(ctx));
      },
      postLogoutSuccessSource: async (ctx) => showPage(ctx, signedOutPage, reader(ctx)),
    },
  } satisfies Configuration["features"];
}

const resource = (audience: string, unknownResource: () => Error) =>
  ({
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, indicator) => {
        if (indicator !== audience) throw unknownResource();
        return {
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: accessTokenSeconds,
          jwt: { sign: { alg: signingAlgorithm } },
        };
      },
    },
  }) satisfies Configuration["features"];

function errorPage({ say }: Reader, error: string): Page {
  const isStale = error === "invalid_request" || error === "session_not_found";
  return messagePage(say.cannotGoOn, isStale ? say.tookTooLong : say.notGiven);
}
