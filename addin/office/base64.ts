import { type Bytes, fromBase64, toBase64 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";

/** Contents of attachments as Outlook takes and gives them: in newer browsers by what they have for that. */

interface InBrowsers {
  toBase64?(): string;
}
const inBrowsers = Uint8Array as { fromBase64?(text: string): Bytes };

export const base64Of = (content: Bytes): string => (content as InBrowsers).toBase64?.() ?? toBase64(content);

/** @throws RightsError `office-refused` for what is no base64. */
export function bytesOfBase64(text: string): Bytes {
  try {
    return inBrowsers.fromBase64?.(text) ?? fromBase64(text.replace(/\s+/g, ""), "office-refused");
  } catch (cause) {
    throw new RightsError("office-refused", "Outlook gave an attachment that cannot be read; try again", { cause });
  }
}
