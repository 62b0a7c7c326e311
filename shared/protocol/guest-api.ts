import * as z from "zod";
import { address } from "./who.js";

/** Guests, people outside of the organisation, `/api/v1/guest-codes`. docs/protocol.md says in words what each does. */

const time = z.string().max(20);
const thirtyTwoBytes = z.string().regex(/^[\w-]{43}$/);

/** Digits of a code. */
export const codeDigits = 8;
/** How long a code can be typed, in minutes. */
export const codeMinutes = 15;
/** How often, in all. */
export const maxCodeTries = 5;

/**
 * `POST guest-codes`: the chain as it stands in the file, base64; an address that its policy may name; the challenge of the
 * secret with which the page that asks will get its tokens (RFC 7636, S256), and the nonce of its ID token.
 */
export const GuestCodeRequest = z.strictObject({
  license: z.string().max(1_500_000),
  address,
  challenge: thirtyTwoBytes,
  nonce: thirtyTwoBytes,
});
export type GuestCodeRequest = z.infer<typeof GuestCodeRequest>;

/** The same whatever the policy says. `ticket` is for the page that asked. */
export const GuestCodeAnswer = z.object({ ticket: thirtyTwoBytes, time });
export type GuestCodeAnswer = z.infer<typeof GuestCodeAnswer>;

/** `POST guest-codes/redeem`: what was typed, and the SHA-256 (base64url) of the license it was asked for with. */
export const RedeemCodeRequest = z.strictObject({
  ticket: thirtyTwoBytes,
  license: thirtyTwoBytes,
  code: z.string().regex(new RegExp(`^\\d{${codeDigits}}$`)),
});
export type RedeemCodeRequest = z.infer<typeof RedeemCodeRequest>;

/**
 * `in`: `grant` is an authorization code for the page client. `wrong`: so many tries are left, the next after `wait` seconds.
 * `early`: nothing was tried. `over`: there is no such code any more, and another is to be asked for.
 */
export const RedeemCodeAnswer = z.discriminatedUnion("state", [
  z.object({ state: z.literal("in"), grant: z.string().max(2048), time }),
  z.object({ state: z.literal("wrong"), left: z.int(), wait: z.int(), time }),
  z.object({ state: z.literal("early"), wait: z.int(), time }),
  z.object({ state: z.literal("over"), time }),
]);
export type RedeemCodeAnswer = z.infer<typeof RedeemCodeAnswer>;
