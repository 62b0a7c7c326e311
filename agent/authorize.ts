import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { RightsError } from "../shared/errors.js";
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

const random = () => randomBytes(32).toString("base64url");

/**
 * The first step of the code flow: PKCE with S256, state, nonce, resource.
 * @param user - who is expected to sign in, where that is known.
 */
export function authorizationRequest(place: SignInPlace, redirectUri: string, user?: string): AuthorizationRequest {
  const [verifier, state, nonce] = [random(), random(), random()];
  const url = new URL(place.authorization);
  url.search = new URLSearchParams({
    ...askedFor(place),
    response_type: "code",
    redirect_uri: redirectUri,
    prompt: "consent",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    state,
    nonce,
    ...(user === undefined ? {} : { login_hint: user }),
  }).toString();
  return { url, redirectUri, verifier, state, nonce };
}

/** Whether an answer is to this request: nobody else knows its `state`. */
export function answers(callback: URL, { state }: AuthorizationRequest): boolean {
  const [given, ours] = [Buffer.from(callback.searchParams.get("state") ?? ""), Buffer.from(state)];
  return given.length === ours.length && timingSafeEqual(given, ours);
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
  return { fields: { grant_type: "authorization_code", ...proof, client_id: discovery.clientId }, nonce };
}

/** @param error - as OAuth names it. */
export function refusal(error: string | null): RightsError {
  if (error === "access_denied") return new RightsError("sign-in-failed", "the sign-in was cancelled; nothing changed");
  return new RightsError("sign-in-failed", "the service refused the sign-in; ask whoever looks after it");
}
