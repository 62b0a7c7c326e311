import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";

/** What base64 of `shared/bytes.ts` does, natively: a license is long, and each request carries one. */

/** Of a text in ASCII, as all documents are. */
export const encodeText = (text: string): string => Buffer.from(text, "latin1").toString("base64");

/** @throws RightsError request-malformed for any second spelling. */
export function decodeBase64(text: string): Bytes {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") === text) return new Uint8Array(bytes);
  throw new RightsError("request-malformed", "a base64 value is not spelled as it must be");
}
