import * as z from "zod";

/** Requests and answers about the tenant's keys, for administrators. */

const kid = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const time = z.string().max(20);

/** One tenant key. `unused`: it lies where the others do, and was never activated. */
export const TenantKeySummary = z.object({
  kid,
  bits: z.int(),
  state: z.enum(["active", "archived", "unused"]),
  /** `null` for one that never was the active one. */
  generation: z.int().nullable(),
  since: time.nullable(),
  archived: time.nullable(),
  compromised: time.nullable(),
});
export type TenantKeySummary = z.infer<typeof TenantKeySummary>;

/** `GET admin/keys`, and what comes back from each change. The active one first, then from new to old. */
export const KeysAnswer = z.object({ keys: z.array(TenantKeySummary), time });
export type KeysAnswer = z.infer<typeof KeysAnswer>;

/** `POST admin/keys/roll`: to a key that is there and unused, or to a new one. */
export const RollRequest = z.strictObject({ to: kid.nullable() });
export type RollRequest = z.infer<typeof RollRequest>;

/** `POST admin/keys/compromise`: an archived key that others may have, `since` then. */
export const CompromiseRequest = z.strictObject({ key: kid, since: time.nullable() });
export type CompromiseRequest = z.infer<typeof CompromiseRequest>;
