import { type Bytes, collect } from "../bytes.js";
import { RightsError } from "../errors.js";
import type { HttpAnswer } from "./http.js";

/** All of an answer, at most `limit` bytes. @throws RightsError `service-failed` when longer or broken off. */
export async function boundedBody(response: HttpAnswer, limit: number): Promise<Bytes> {
  try {
    return await collect(response.body(), limit);
  } catch (cause) {
    throw new RightsError("service-failed", "the service broke off its answer, or it has no end; try again", { cause });
  }
}
