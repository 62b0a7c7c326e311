import { type Bytes, collect, piecesOf } from "../bytes.js";
import { RightsError } from "../errors.js";

/** All of an answer, at most `limit` bytes. @throws RightsError `service-failed` when longer or broken off. */
export async function boundedBody(response: Response, limit: number): Promise<Bytes> {
  if (response.body === null) return new Uint8Array(0);
  try {
    return await collect(piecesOf(response.body as ReadableStream<Bytes>), limit);
  } catch (cause) {
    throw new RightsError("service-failed", "the service broke off its answer, or it has no end; try again", { cause });
  }
}
