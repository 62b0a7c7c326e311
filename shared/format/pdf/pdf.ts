import type { Bytes } from "../../bytes.js";
import { RightsError } from "../../errors.js";

/** What reading and writing a PDF share (ISO 32000-1, docs/formats/pdf-labels.md). */

export const pdfMalformed = (detail: string, cause?: unknown): RightsError =>
  new RightsError("pdf-malformed", `this PDF is damaged (${detail}); ask for a new copy`, { cause });

export const pdfUnsupported = (detail: string, cause?: unknown): RightsError =>
  new RightsError("pdf-unsupported", `this PDF ${detail}`, { cause });

/** Of one object without its stream, and of a stream that is read whole. */
export const maxObjectBytes = 4 << 20;
export const maxStreamBytes = 16 << 20;

/** Bytes as a text with one character each: what stands where in it, stands there in the file. */
export function asText(bytes: Bytes): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

export const asBytes = (text: string): Bytes => Uint8Array.from(text, (char) => char.charCodeAt(0));
