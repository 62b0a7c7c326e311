import { createTransport } from "nodemailer";
import { RightsError } from "../../shared/errors.js";
import { lineOf } from "../../shared/mail-line.js";
import { type Attachment, maxMailBytes } from "./attachments.js";
import { type Letter, subjectOf, textOf } from "./letter.js";

/** What a mail is made of. */
export interface Composition {
  readonly letter: Letter;
  readonly attachments: readonly Attachment[];
  /** Whether it is still to be sent, by a person in a program of theirs. */
  readonly isDraft: boolean;
}

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".ppdf": "application/octet-stream" };
const typeOf = (name: string): string => types[/\.[^.]+$/.exec(name)?.[0] ?? ""] ?? "application/octet-stream";

/**
 * The bytes of a mail. Of names and texts that people chose nothing reaches a header but as a part of one line.
 * @throws RightsError `file-unsuitable` where it is longer than mail services carry.
 */
export async function composeMail({ letter, attachments, isDraft }: Composition): Promise<Buffer> {
  const { sender, to, language } = letter;
  const transport = createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  const { message } = await transport.sendMail({
    from: { name: lineOf(sender.name, 200), address: sender.address },
    to: to.map((address) => ({ name: "", address })),
    subject: subjectOf(letter),
    text: textOf(letter),
    headers: { "Content-Language": language, ...(isDraft ? { "X-Unsent": "1" } : {}) },
    attachments: attachments.map(({ name, bytes }) => ({
      filename: lineOf(name, 255),
      content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      contentType: typeOf(name),
      contentTransferEncoding: "base64" as const,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const bytes = message as Buffer;
  if (bytes.length <= maxMailBytes) return bytes;
  throw new RightsError(
    "file-unsuitable",
    "mail services carry 25 MB, and this would be more; share fewer files at once",
  );
}
