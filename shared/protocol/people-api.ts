import * as z from "zod";

/** Looking for people to give a document to, `/api/v1/people/find`. docs/protocol.md says in words what it does. */

/** Answered at most. */
export const maxFound = 8;

/** `POST people/find`: what somebody has typed so far. */
export const FindPeopleRequest = z.strictObject({ search: z.string().trim().min(2).max(100) });
export type FindPeopleRequest = z.infer<typeof FindPeopleRequest>;

/** Somebody of the organisation, or a group of it. */
export const FoundPerson = z.object({
  name: z.string().max(256),
  address: z.string().max(255),
  isGroup: z.boolean(),
});
export type FoundPerson = z.infer<typeof FoundPerson>;

export const FindPeopleAnswer = z.object({ people: z.array(FoundPerson).max(maxFound), time: z.string().max(20) });
export type FindPeopleAnswer = z.infer<typeof FindPeopleAnswer>;
