import { type Bytes, startsWith, utf8 } from "../../shared/bytes.js";
import { headBytes, kindOf } from "../../shared/format/kind.js";
import type { AttachedContent, Attachment } from "./mail.js";

/** A clear file, by its name. */
export interface Clear {
  readonly name: string;
  readonly content: Bytes;
}

const maxNameChars = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: no name has them
const notInNames = /[\u0000-\u001f\u007f/\\:*?"<>|]/g;

/** What an attachment is as a file: an attached mail has a subject for a name. Only what can stand in one is taken over. */
export function clearOf({ name }: Attachment, content: Extract<AttachedContent, { kind: "bytes" }>): Clear {
  const plain = name.replace(notInNames, "_").slice(-maxNameChars).trim() || "attachment";
  const { extension, bytes } = content;
  const isNamed = extension === null || plain.toLowerCase().endsWith(extension);
  return { name: isNamed ? plain : plain + extension, content: bytes };
}

const pictures = [".jpg", ".png", ".gif", ".bmp"];
const webp = { riff: utf8("RIFF"), webp: utf8("WEBP") };

/** By its content: what browsers and mail programs show in a text. */
export function isPicture(content: Bytes): boolean {
  const head = content.subarray(0, headBytes);
  if (startsWith(head, webp.riff) && startsWith(head.subarray(8), webp.webp)) return true;
  return pictures.some((extension) => kindOf(`x${extension}`, head, content.length).protection === "native");
}
