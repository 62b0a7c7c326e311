import { type Bytes, toBase64, toBase64url, utf8 } from "../shared/bytes.js";
import { sha256 } from "../shared/crypto/keys.js";
import type { Agreement } from "../shared/protocol/authorization.js";
import { GuestCodeAnswer, RedeemCodeAnswer } from "../shared/protocol/guest-api.js";
import { pageClientId, signedInPath } from "../shared/protocol/page-api.js";
import type { SignInPlace } from "../shared/protocol/service-address.js";
import { reach, readAnswer } from "../shared/protocol/service-client.js";

/** A code that may be on its way, for this page and one license. */
export interface AskedCode {
  readonly ticket: string;
  /** SHA-256 of the license, base64url. */
  readonly license: string;
  readonly verifier: string;
  readonly nonce: string;
}

/** In, or why not: a wrong code, with tries left and seconds to wait; too early; or a code that is no more. */
export type Redeemed =
  | { readonly state: "in"; readonly agreement: Agreement }
  | { readonly state: "wrong"; readonly left: number; readonly wait: number }
  | { readonly state: "early"; readonly wait: number }
  | { readonly state: "over" };

const random = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

/**
 * Asks for a code to be mailed to `address`, if the policy in `license` names it; whether it does is not told. The secret that
 * the tokens are got with stays in this page.
 * @throws RightsError `rate-limited`, `request-malformed` for no address, `service-unreachable`, `service-failed`.
 */
export async function askForCode({ discovery }: SignInPlace, license: Bytes, address: string): Promise<AskedCode> {
  const [verifier, nonce] = [random(), random()];
  const challenge = toBase64url(await sha256(utf8(verifier)));
  const request = { license: toBase64(license), address, challenge, nonce };
  const { ticket } = await post(`${discovery.api}/guest-codes`, request, GuestCodeAnswer);
  return { ticket, license: toBase64url(await sha256(license)), verifier, nonce };
}

/** @throws RightsError `rate-limited`, `service-unreachable`, `service-failed`. */
export async function redeemCode(
  { discovery, service }: SignInPlace,
  asked: AskedCode,
  code: string,
): Promise<Redeemed> {
  const { ticket, license, verifier, nonce } = asked;
  const answer = await post(`${discovery.api}/guest-codes/redeem`, { ticket, license, code }, RedeemCodeAnswer);
  if (answer.state !== "in") return answer;
  const proof = { code: answer.grant, code_verifier: verifier, redirect_uri: service + signedInPath };
  const fields = { grant_type: "authorization_code", ...proof, client_id: pageClientId };
  return { state: "in", agreement: { fields, nonce } };
}

async function post<T>(url: string, request: unknown, schema: Parameters<typeof readAnswer<T>>[1]): Promise<T> {
  const headers = { "content-type": "application/json" };
  return readAnswer(await reach(url, { method: "POST", headers, body: JSON.stringify(request) }), schema);
}

/** The digits of what was typed or pasted, however they were grouped. */
export const digitsIn = (text: string): string => text.normalize("NFKC").replace(/\D+/g, "");
