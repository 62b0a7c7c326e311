import * as z from "zod";
import { isId } from "../ids.js";

/** Requests and answers about devices: a person's own, and for administrators anybody's. */

const id = z.string().refine(isId, "an id is a lower-case GUID");
const time = z.string().max(20);

/** A device as people see it; `name` and `system` are what it said of itself. */
export const DeviceSummary = z.object({
  id,
  name: z.string().max(64).nullable(),
  system: z.string().max(64).nullable(),
  added: time,
  /** When it was last certified, and until when that holds. */
  renewed: time,
  until: time,
  removed: time.nullable(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
});
export type DeviceSummary = z.infer<typeof DeviceSummary>;

/** `GET devices`, `POST admin/devices`. */
export const DevicesAnswer = z.object({ devices: z.array(DeviceSummary), time });
export type DevicesAnswer = z.infer<typeof DevicesAnswer>;

/** `POST admin/devices`: whose, by any of their addresses. */
export const DevicesOfRequest = z.strictObject({ person: z.string().max(320) });
export type DevicesOfRequest = z.infer<typeof DevicesOfRequest>;

/** `POST devices/remove`, `POST admin/devices/remove`. */
export const RemoveDeviceRequest = z.strictObject({ device: id });
export type RemoveDeviceRequest = z.infer<typeof RemoveDeviceRequest>;

export const RemoveDeviceAnswer = z.object({ device: id, removed: time, time });
export type RemoveDeviceAnswer = z.infer<typeof RemoveDeviceAnswer>;
