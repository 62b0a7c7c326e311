import * as z from "zod";
import { RedeemCodeAnswer } from "./guest-api.js";

/** Passkeys of guests, `/api/v1/guest-passkeys` (WebAuthn, level 2). docs/protocol.md says in words what each does. */

const time = z.string().max(20);
const thirtyTwoBytes = z.string().regex(/^[\w-]{43}$/);
/** What a browser made of bytes, base64url. */
const bytes = (maxBytes: number) =>
  z
    .string()
    .min(1)
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[\w-]+$/);
/** The longest that the standard allows. */
const credentialId = bytes(1023);
const clientData = bytes(8192);

/** A passkey stands for a mailbox for so many days after its last mailed code. */
export const passkeyDays = 90;
/** Of one guest; one more takes the place of the one that was used longest ago. */
export const maxPasskeys = 10;
/** How long somebody may take over it, in minutes. */
export const passkeyMinutes = 5;

/** `POST guest-passkeys/offer`, by a guest. */
export const OfferPasskeyRequest = z.strictObject({});

/** What their browser makes a passkey with. */
export const OfferPasskeyAnswer = z.object({
  challenge: thirtyTwoBytes,
  /** Opaque, the same for all passkeys of this guest. */
  user: z.string().max(64),
  address: z.string().max(320),
  /** Credential ids: a browser that has one of them makes no other. */
  known: z.array(credentialId).max(maxPasskeys),
  time,
});
export type OfferPasskeyAnswer = z.infer<typeof OfferPasskeyAnswer>;

/** `POST guest-passkeys/keep`, by the same guest: what their browser made. */
export const KeepPasskeyRequest = z.strictObject({
  challenge: thirtyTwoBytes,
  id: credentialId,
  clientData,
  attestation: bytes(16_384),
});
export type KeepPasskeyRequest = z.infer<typeof KeepPasskeyRequest>;

/** Without a code until then. */
export const KeepPasskeyAnswer = z.object({ until: time, time });
export type KeepPasskeyAnswer = z.infer<typeof KeepPasskeyAnswer>;

/** `POST guest-passkeys/ask`: by anybody; see `GuestCodeRequest` for what is in it. */
export const AskPasskeyRequest = z.strictObject({ challenge: thirtyTwoBytes, nonce: thirtyTwoBytes });
export type AskPasskeyRequest = z.infer<typeof AskPasskeyRequest>;

/** `challenge` is what the passkey signs. */
export const AskPasskeyAnswer = z.object({ challenge: thirtyTwoBytes, time });
export type AskPasskeyAnswer = z.infer<typeof AskPasskeyAnswer>;

/** `POST guest-passkeys/redeem`: what the passkey signed. */
export const RedeemPasskeyRequest = z.strictObject({
  challenge: thirtyTwoBytes,
  id: credentialId,
  clientData,
  authenticatorData: bytes(1024),
  signature: bytes(1024),
});
export type RedeemPasskeyRequest = z.infer<typeof RedeemPasskeyRequest>;

const [In, , , Over] = RedeemCodeAnswer.options;

/** As for codes. `over`: this passkey lets nobody in, for whatever reason; a code may. */
export const RedeemPasskeyAnswer = z.discriminatedUnion("state", [In, Over]);
export type RedeemPasskeyAnswer = z.infer<typeof RedeemPasskeyAnswer>;
