import * as z from "zod";
import { Terms } from "../license/use-license.js";
import { AskAccessRequest } from "./access-api.js";

/** What the viewer's page and the program on this computer that opened a file in it say to each other. */

/** `GET document`: the file, what its reader may do, and who that is. */
export const LocalDocument = z.object({
  name: z.string(),
  size: z.int().min(0),
  rights: z.array(z.string()),
  terms: Terms,
  /** When the license ends, and when this was said, in ms. */
  untilMs: z.number(),
  nowMs: z.number(),
  reader: z.object({ name: z.string(), address: z.string() }),
});
export type LocalDocument = z.infer<typeof LocalDocument>;

/** `GET content?offset=&length=`: so many bytes at the most at once. */
export const maxContentRange = 4 << 20;

/** `POST ask`: the owner of the file is asked to let its reader do more; answered as the service answers. */
export const LocalAsk = z.strictObject({ reason: AskAccessRequest.shape.reason });
export type LocalAsk = z.infer<typeof LocalAsk>;

/** Bytes of a `LocalAsk`: each character of a reason may be an escape. */
export const maxLocalAskBytes = 8192;
