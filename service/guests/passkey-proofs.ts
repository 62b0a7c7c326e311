import type { AuthenticatorAssertionResponseJSON, AuthenticatorAttestationResponseJSON } from "@simplewebauthn/server";
import { fromBase64url, toBase64url } from "../../shared/bytes.js";
import type { KeepPasskeyRequest, RedeemPasskeyRequest } from "../../shared/protocol/passkey-api.js";
import type { GuestPasskey } from "../store/guest-passkeys.js";

/** For whom a passkey signs: this service and no other page. */
export interface PasskeyPlace {
  /** `https://rms.contoso.example` */
  readonly origin: string;
  /** `rms.contoso.example` */
  readonly host: string;
}

/** Ed25519, ES256, RS256. */
const algorithms = [-8, -7, -257];

/** Read when the first passkey comes: it is large, and many services never see one. */
const webauthn = () => import("@simplewebauthn/server");

/** A new passkey that was made for `challenge`, here, by somebody who unlocked it; `null` for anything else. */
export async function provenNew(
  { challenge, id, clientData, attestation }: KeepPasskeyRequest,
  { origin, host }: PasskeyPlace,
): Promise<Omit<GuestPasskey, "person"> | null> {
  const { verifyRegistrationResponse } = await webauthn();
  const response: AuthenticatorAttestationResponseJSON = { clientDataJSON: clientData, attestationObject: attestation };
  const { registrationInfo } = await verifyRegistrationResponse({
    response: { ...credential(id), response },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: host,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => ({ registrationInfo: undefined }));
  if (registrationInfo === undefined || registrationInfo.credential.id !== id) return null;
  const { publicKey, counter } = registrationInfo.credential;
  return { id, publicKey: toBase64url(publicKey), counter };
}

/** How often a passkey has signed by now, if this is its signature of `challenge`, for here, unlocked; else `null`. */
export async function provenCounter(
  { challenge, id, clientData, authenticatorData, signature }: RedeemPasskeyRequest,
  { publicKey, counter }: GuestPasskey,
  { origin, host }: PasskeyPlace,
): Promise<number | null> {
  const { verifyAuthenticationResponse } = await webauthn();
  const response: AuthenticatorAssertionResponseJSON = { clientDataJSON: clientData, authenticatorData, signature };
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: { ...credential(id), response },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: host,
    requireUserVerification: true,
    credential: { id, publicKey: fromBase64url(publicKey, "internal"), counter },
  }).catch(() => ({ verified: false, authenticationInfo: { newCounter: 0 } }));
  return verified ? authenticationInfo.newCounter : null;
}

const credential = (id: string) => ({ id, rawId: id, type: "public-key" as const, clientExtensionResults: {} });
