import { type Bytes, toBase64, toBase64url } from "../shared/bytes.js";
import { sha256 } from "../shared/crypto/keys.js";
import type { Agreement } from "../shared/protocol/authorization.js";
import { GuestCodeAnswer, RedeemCodeAnswer } from "../shared/protocol/guest-api.js";
import type { SignInPlace } from "../shared/protocol/service-address.js";
import { agreementOf, askOpenly, newSecrets, type PageSecrets } from "./guest-asking.js";

/** A code that may be on its way, for this page and one license. */
export interface AskedCode extends PageSecrets {
  readonly ticket: string;
  /** SHA-256 of the license, base64url. */
  readonly license: string;
}

/** In, or why not: a wrong code, with tries left and seconds to wait; too early; or a code that is no more. */
export type Redeemed =
  | { readonly state: "in"; readonly agreement: Agreement }
  | { readonly state: "wrong"; readonly left: number; readonly wait: number }
  | { readonly state: "early"; readonly wait: number }
  | { readonly state: "over" };

/**
 * Asks for a code to be mailed to `address`, if the policy in `license` names it; whether it does is not told. The secret that
 * the tokens are got with stays in this page.
 * @throws RightsError `rate-limited`, `request-malformed` for no address, `service-unreachable`, `service-failed`.
 */
export async function askForCode(place: SignInPlace, license: Bytes, address: string): Promise<AskedCode> {
  const { challenge, ...secrets } = await newSecrets();
  const request = { license: toBase64(license), address, challenge, nonce: secrets.nonce };
  const { ticket } = await askOpenly(place, "/guest-codes", request, GuestCodeAnswer);
  return { ticket, license: toBase64url(await sha256(license)), ...secrets };
}

/** @throws RightsError `rate-limited`, `service-unreachable`, `service-failed`. */
export async function redeemCode(place: SignInPlace, asked: AskedCode, code: string): Promise<Redeemed> {
  const { ticket, license } = asked;
  const answer = await askOpenly(place, "/guest-codes/redeem", { ticket, license, code }, RedeemCodeAnswer);
  return answer.state === "in" ? { state: "in", agreement: agreementOf(answer.grant, asked, place) } : answer;
}

/** The digits of what was typed or pasted, however they were grouped. */
export const digitsIn = (text: string): string => text.normalize("NFKC").replace(/\D+/g, "");
