import { RightsError } from "../../shared/errors.js";

/** Contents of attachments as Outlook takes and gives them, in pieces: the browser does it, and the pane stays at hand. */

/** A multiple of 3, so that pieces join. In bytes. */
const pieceBytes = 3 * 256 * 1024;
const pieceChars = (pieceBytes / 3) * 4;

export async function base64Of(content: Blob): Promise<string> {
  const parts: string[] = [];
  for (let at = 0; at < content.size; at += pieceBytes) parts.push(await piece(content.slice(at, at + pieceBytes)));
  return parts.join("");
}

function piece(content: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () =>
      reject(
        new RightsError("file-unreadable", "a file could not be read once more; try again", { cause: reader.error }),
      );
    reader.readAsDataURL(content);
  });
}

/** @throws RightsError `office-refused` for what is no base64. */
export function bytesOfBase64(text: string): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    for (let at = 0; at < text.length; at += pieceChars) parts.push(bytesOf(atob(text.slice(at, at + pieceChars))));
  } catch (cause) {
    throw new RightsError("office-refused", "Outlook gave an attachment that cannot be read; try again", { cause });
  }
  return new Blob(parts);
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
