import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { RightsError } from "../../../shared/errors.js";

/** Only keys that the provider alone holds: with a shared secret, or with none, anybody could sign. */
const algorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

const maxTokenChars = 32_768;
const maxSubjectChars = 255;

/** How far two clocks may differ, and how old a token may be, in seconds: it is asked for at this moment. */
const skewSeconds = 60;
const maxAgeSeconds = 300;

export interface IdTokenRules {
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string;
  readonly keyOf: JWTVerifyGetKey;
  readonly nowMs: number;
}

/** The claims of an ID token of this provider, for us, for this very sign-in. @throws RightsError `sign-in-failed`. */
export async function verifyIdToken(token: string, rules: IdTokenRules): Promise<JWTPayload & { sub: string }> {
  const { issuer, clientId, nonce, keyOf, nowMs } = rules;
  if (token.length > maxTokenChars) throw refuse("is too long");
  try {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms,
      issuer,
      audience: clientId,
      clockTolerance: skewSeconds,
      maxTokenAge: maxAgeSeconds,
      requiredClaims: ["sub", "iat", "exp", "nonce"],
      currentDate: new Date(nowMs),
    });
    const { aud, azp, sub } = payload;
    // One audience and no other: who else it is for could hand it to us.
    const isForUs = [aud].flat().length === 1 && (azp === undefined || azp === clientId);
    if (!isForUs || payload.nonce !== nonce) throw new Error("it belongs to another sign-in");
    if (typeof sub !== "string" || sub === "" || sub.length > maxSubjectChars) throw new Error("it names nobody");
    return { ...payload, sub };
  } catch (cause) {
    if (cause instanceof RightsError) throw cause;
    throw refuse("is not to be believed", cause);
  }
}

const refuse = (why: string, cause?: unknown) =>
  new RightsError("sign-in-failed", `the provider's ID token ${why}`, { cause });
