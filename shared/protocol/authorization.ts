import { toBase64url, utf8 } from "../bytes.js";
import { sha256 } from "../crypto/keys.js";
import { RightsError } from "../errors.js";
import type { SignInPlace } from "./service-address.js";
import type { Polling } from "./token-endpoint.js";

/** That a person agreed to the sign-in: what the token endpoint is asked with, and how. */
export interface Agreement {
  readonly fields: Readonly<Record<string, string>>;
  /** The ID token must repeat it; `null` for a device code, which has none. */
  readonly nonce: string | null;
  /** The person agrees somewhere else: ask until they have. */
  readonly polling?: Polling;
  /** Tells the person, where they look, whether they are signed in now. */
  done?(signedIn: boolean): void;
}

/** One of the ways in which a person agrees: in this terminal, in a browser here, or on another device. */
export type Agree = (place: SignInPlace) => Promise<Agreement>;

/** What this device asks for, whichever way it is agreed to. */
export const askedFor = ({ discovery }: SignInPlace) => ({
  client_id: discovery.clientId,
  scope: "openid offline_access",
  resource: discovery.resource,
});

export interface AuthorizationRequest {
  readonly url: URL;
  readonly redirectUri: string;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

const random = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

/**
 * The first step of the code flow: PKCE with S256, state, nonce, resource.
 * @param options.user - who is expected to sign in, where that is known.
 * @param options.asked - by which client, for what, and how the person is asked; that of a device unless told.
 */
export async function authorizationRequest(
  place: SignInPlace,
  redirectUri: string,
  { user, asked = { ...askedFor(place), prompt: "consent" } }: { user?: string; asked?: Record<string, string> } = {},
): Promise<AuthorizationRequest> {
  const [verifier, state, nonce] = [random(), random(), random()];
  const url = new URL(place.authorization);
  url.search = new URLSearchParams({
    ...asked,
    response_type: "code",
    redirect_uri: redirectUri,
    code_challenge: toBase64url(await sha256(utf8(verifier))),
    code_challenge_method: "S256",
    state,
    nonce,
    ...(user === undefined ? {} : { login_hint: user }),
  }).toString();
  return { url, redirectUri, verifier, state, nonce };
}

/** Whether an answer is to this request: nobody else knows its `state`. */
export function answers(callback: URL, { state }: AuthorizationRequest): boolean {
  const [given, ours] = [utf8(callback.searchParams.get("state") ?? ""), utf8(state)];
  // in the same time wherever they differ
  return given.length === ours.length && given.reduce((differ, byte, at) => differ | (byte ^ ours[at]!), 0) === 0;
}

const maxCodeChars = 2048;

/**
 * The agreement an answer carries. `state` ties it to our question, `iss` to the provider that was asked (RFC 9207).
 * @throws RightsError `service-untrusted` for an answer to another question or of another provider; `sign-in-failed`.
 */
export function agreementIn(callback: URL, request: AuthorizationRequest, { discovery }: SignInPlace): Agreement {
  const answer = callback.searchParams;
  if (!answers(callback, request) || answer.get("iss") !== discovery.issuer)
    throw new RightsError("service-untrusted", "the sign-in came back with an answer to another question; try again");
  const code = answer.get("code");
  if (code === null || code.length > maxCodeChars) throw refusal(answer.get("error"));
  const { verifier, redirectUri, nonce } = request;
  const proof = { code, code_verifier: verifier, redirect_uri: redirectUri };
  const client_id = request.url.searchParams.get("client_id") ?? "";
  return { fields: { grant_type: "authorization_code", ...proof, client_id }, nonce };
}

/** @param error - as OAuth names it. */
export function refusal(error: string | null): RightsError {
  if (error === "access_denied") return new RightsError("sign-in-failed", "the sign-in was cancelled; nothing changed");
  return new RightsError("sign-in-failed", "the service refused the sign-in; ask whoever looks after it");
}
