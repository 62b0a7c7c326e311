import { toBase64url, utf8 } from "../shared/bytes.js";
import { sha256 } from "../shared/crypto/keys.js";
import type { Agreement } from "../shared/protocol/authorization.js";
import { pageClientId, signedInPath } from "../shared/protocol/page-api.js";
import type { SignInPlace } from "../shared/protocol/service-address.js";
import { reach, readAnswer } from "../shared/protocol/service-client.js";

/** What a page of somebody outside keeps to itself, from when it asks until it is in. */
export interface PageSecrets {
  readonly verifier: string;
  readonly nonce: string;
}

const random = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

/** Drawn anew for each time. @returns besides, what of it the service is told. */
export async function newSecrets(): Promise<PageSecrets & { challenge: string }> {
  const [verifier, nonce] = [random(), random()];
  return { verifier, nonce, challenge: toBase64url(await sha256(utf8(verifier))) };
}

/** What tokens are got with, once the service has let this page in. @param grant - the authorization code. */
export function agreementOf(grant: string, { verifier, nonce }: PageSecrets, { service }: SignInPlace): Agreement {
  const proof = { code: grant, code_verifier: verifier, redirect_uri: service + signedInPath };
  return { fields: { grant_type: "authorization_code", ...proof, client_id: pageClientId }, nonce };
}

/** Asks what needs no sign-in. @throws RightsError `rate-limited`, `service-unreachable`, `service-failed` … */
export async function askOpenly<T>(
  { discovery }: SignInPlace,
  path: string,
  request: unknown,
  schema: Parameters<typeof readAnswer<T>>[1],
): Promise<T> {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(request) };
  return readAnswer(await reach(discovery.api + path, init), schema);
}
