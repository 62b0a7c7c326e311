import { type Bytes, fromBase64url, toBase64url, utf8 } from "../shared/bytes.js";
import type { Agreement } from "../shared/protocol/authorization.js";
import {
  AskPasskeyAnswer,
  KeepPasskeyAnswer,
  OfferPasskeyAnswer,
  passkeyMinutes,
  RedeemPasskeyAnswer,
} from "../shared/protocol/passkey-api.js";
import type { SignInPlace } from "../shared/protocol/service-address.js";
import type { ServiceClient } from "../shared/protocol/service-client.js";
import { minuteMs } from "../shared/time.js";
import { agreementOf, askOpenly, newSecrets } from "./guest-asking.js";

/** Whether this browser has passkeys, and may use them for this page: never for one that is named by a number. */
export const hasPasskeys = (): boolean =>
  isSecureContext && "PublicKeyCredential" in window && !/^[\d.]+$|:/.test(location.hostname);

/** Came of it: a passkey is kept for next time, the browser has one already, or the person did not want to. */
export type Kept = "kept" | "known" | "cancelled";

/**
 * Has the browser make a passkey for the guest who is signed in. Call it while a click is handled.
 * @throws RightsError `access-denied`, `request-malformed`, `service-unreachable`, `service-failed`.
 */
export async function keepPasskey(service: ServiceClient, organisation: string): Promise<Kept> {
  const offer = await service.call("POST", "/guest-passkeys/offer", OfferPasskeyAnswer, {});
  const made = await create(offer, organisation);
  if (typeof made === "string") return made;
  const { challenge } = offer;
  const { attestationObject, clientDataJSON } = made.response as AuthenticatorAttestationResponse;
  const proof = { clientData: text(clientDataJSON), attestation: text(attestationObject) };
  await service.call("POST", "/guest-passkeys/keep", KeepPasskeyAnswer, { challenge, id: text(made.rawId), ...proof });
  return "kept";
}

async function create(offer: OfferPasskeyAnswer, organisation: string): Promise<PublicKeyCredential | Kept> {
  const { challenge, user, address, known } = offer;
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: bytesOf(challenge),
    rp: { name: organisation },
    user: { id: utf8(user), name: address, displayName: address },
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: known.map((id) => ({ type: "public-key", id: bytesOf(id) })),
    attestation: "none",
    timeout: passkeyMinutes * minuteMs,
  };
  try {
    return (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  } catch (error) {
    return error instanceof DOMException && error.name === "InvalidStateError" ? "known" : "cancelled";
  }
}

/** In; or the person chose none; or the one they chose lets nobody in any more. */
export type Entered = { readonly state: "in"; readonly agreement: Agreement } | { readonly state: "none" | "over" };

/**
 * Comes in with a passkey that was kept before. Call it while a click is handled.
 * @throws RightsError `rate-limited`, `service-unreachable`, `service-failed`.
 */
export async function enterByPasskey(place: SignInPlace): Promise<Entered> {
  const { challenge: ours, ...secrets } = await newSecrets();
  const asked = { challenge: ours, nonce: secrets.nonce };
  const { challenge } = await askOpenly(place, "/guest-passkeys/ask", asked, AskPasskeyAnswer);
  const used = await choose(challenge);
  if (used === null) return { state: "none" };
  const { authenticatorData, clientDataJSON, signature } = used.response as AuthenticatorAssertionResponse;
  const proof = { clientData: text(clientDataJSON), authenticatorData: text(authenticatorData) };
  const request = { challenge, id: text(used.rawId), ...proof, signature: text(signature) };
  const answer = await askOpenly(place, "/guest-passkeys/redeem", request, RedeemPasskeyAnswer);
  return answer.state === "in" ? { state: "in", agreement: agreementOf(answer.grant, secrets, place) } : answer;
}

/** Browsers do not tell why there is none, so that pages do not learn who somebody is. */
async function choose(challenge: string): Promise<PublicKeyCredential | null> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytesOf(challenge),
    userVerification: "required",
    timeout: passkeyMinutes * minuteMs,
  };
  return navigator.credentials.get({ publicKey }).catch(() => null) as Promise<PublicKeyCredential | null>;
}

const bytesOf = (base64url: string): Bytes => fromBase64url(base64url, "service-failed");
const text = (buffer: ArrayBuffer): string => toBase64url(new Uint8Array(buffer));
