import type Provider from "oidc-provider";
import { pageClientId, signedInPath } from "../../shared/protocol/page-api.js";

/** Seconds a guest stays signed in, in the page that asked for the code, however much they use it. */
const guestSeconds = 8 * 3600;
const codeSeconds = 60;

/** Somebody outside who was recognized by other means than the pages of the provider. */
export interface GuestGrant {
  /** Id of the person. */
  readonly id: string;
  /** RFC 7636, S256: only the page that has the verifier gets tokens. */
  readonly challenge: string;
  /** Of the ID token. */
  readonly nonce: string;
}

export interface GuestGrantOptions {
  readonly publicUrl: URL;
  readonly audience: string;
}

/**
 * An authorization code as the page client would get one: tokens bound to a key of the page, no offline access, no session of
 * the browser, and an end. What is renewed ends with the grant.
 */
export async function grantToGuest(
  provider: Provider,
  { id: accountId, challenge, nonce }: GuestGrant,
  { publicUrl, audience }: GuestGrantOptions,
): Promise<string> {
  const { AuthorizationCode, Grant } = provider;
  const client = (await provider.Client.find(pageClientId))!;
  const grant = new Grant({ accountId, clientId: pageClientId });
  grant.addOIDCScope("openid");
  grant.addResourceScope(audience, "");
  Object.assign(grant, { expiresIn: guestSeconds });
  const code = new AuthorizationCode({
    ...{ accountId, client, grantId: await grant.save(), nonce, scope: "openid", resource: audience },
    ...{ redirectUri: publicUrl.origin + signedInPath, codeChallenge: challenge, codeChallengeMethod: "S256" },
    gty: "authorization_code",
  });
  Object.assign(code, { expiresIn: codeSeconds });
  return code.save();
}
