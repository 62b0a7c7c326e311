import * as z from "zod";
import { isId } from "../ids.js";

/** Super access, for who reads in an emergency what nobody gave them. docs/protocol.md says in words what each does. */

const id = z.string().refine(isId, "an id is a lower-case GUID");
const time = z.string().max(20);

/** Hours that one super access lasts at most. */
export const maxSuperHours = 168;

/** `POST super-access`: why, in one line for the audit and for whoever approves, and for how long. */
export const AskSuperRequest = z.strictObject({
  reason: z.string().trim().min(10).max(500),
  hours: z.int().min(1).max(maxSuperHours),
});
export type AskSuperRequest = z.infer<typeof AskSuperRequest>;

/** `POST admin/super-access/approve`, `…/end`. */
export const SuperAccessRequest = z.strictObject({ id });
export type SuperAccessRequest = z.infer<typeof SuperAccessRequest>;

export const SuperAccess = z.object({
  id,
  /** `waiting` for approvals, `open`, or `over`: ended, refused, or never approved. */
  state: z.enum(["waiting", "open", "over"]),
  address: z.string(),
  name: z.string(),
  reason: z.string(),
  hours: z.int(),
  asked: time,
  /** Addresses of the administrators who approved, and how many it takes. */
  approvals: z.array(z.string()),
  needed: z.int(),
  /** Until when, once it is approved. */
  until: time.nullable(),
  /** When an administrator ended or refused it. */
  ended: time.nullable(),
});
export type SuperAccess = z.infer<typeof SuperAccess>;

export const SuperAccessAnswer = z.object({ access: SuperAccess, time });
export type SuperAccessAnswer = z.infer<typeof SuperAccessAnswer>;

/** `GET super-access`: the caller's own; `GET admin/super-access`: everybody's. The newest first, 200 at most. */
export const SuperAccessesAnswer = z.object({ accesses: z.array(SuperAccess), time });
export type SuperAccessesAnswer = z.infer<typeof SuperAccessesAnswer>;
