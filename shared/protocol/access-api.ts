import * as z from "zod";
import { isId } from "../ids.js";
import { Grant, Time } from "../policy.js";

/** Asking for access to a document, `/api/v1/access-requests`. docs/protocol.md says in words what each does. */

const id = z.string().refine(isId, "an id is a lower-case GUID");
const time = z.string().max(20);

/** Characters of a reason for which somebody asks. */
export const maxAskReason = 500;

/**
 * `POST access-requests`: the chain as it stands in the file, base64, and why, in one line for the owner to read; no
 * character that a terminal or a log takes for control.
 */
export const AskAccessRequest = z.strictObject({
  license: z.string().max(1_500_000),
  reason: z
    .string()
    .trim()
    .min(1)
    .max(maxAskReason)
    .regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, "a reason is one line of text"),
});
export type AskAccessRequest = z.infer<typeof AskAccessRequest>;

/** The same whatever comes of it: who asks learns nothing of policy and owner. */
export const AskAccessAnswer = z.object({ time });
export type AskAccessAnswer = z.infer<typeof AskAccessAnswer>;

/** `POST access-requests/grant`: rights besides those they have, and a new end of access for all, if one is said. */
export const GrantAccessRequest = z.strictObject({
  id,
  rights: Grant.shape.rights,
  until: Time.nullable().optional(),
});
export type GrantAccessRequest = z.infer<typeof GrantAccessRequest>;

/** `POST access-requests/refuse`. */
export const RefuseAccessRequest = z.strictObject({ id });
export type RefuseAccessRequest = z.infer<typeof RefuseAccessRequest>;

/** What somebody asked for, as the owner of the document sees it. */
export const AccessRequest = z.object({
  id,
  state: z.enum(["waiting", "granted", "refused"]),
  address: z.string(),
  name: z.string(),
  reason: z.string(),
  asked: time,
  answered: time.nullable(),
  family: id,
  contentId: id,
  /** Of the file when it was protected; `null` where it had none. */
  document: z.string().nullable(),
});
export type AccessRequest = z.infer<typeof AccessRequest>;

export const AccessRequestAnswer = z.object({ request: AccessRequest, time });
export type AccessRequestAnswer = z.infer<typeof AccessRequestAnswer>;

/** `GET access-requests`: about documents of the caller; what waits first, the newest before, 200 at most. */
export const AccessRequestsAnswer = z.object({ requests: z.array(AccessRequest), time });
export type AccessRequestsAnswer = z.infer<typeof AccessRequestsAnswer>;
