import { clearName } from "../shared/format/kind.js";
import { holds, type Right } from "../shared/rights.js";
import type { Opened } from "./opened.js";

/** Whether the file may leave without protection: wrapped ones do as a whole, others with the right for it. */
export const mayLeave = (name: string, rights: readonly Right[]): boolean =>
  name.toLowerCase().endsWith(".pfile") || holds(rights, "EXPORT");

/** The name of the file once it is clear. */
export const nameOnceClear = ({ name }: { name: string }, { use }: Opened): string => clearName(name, use.terms.ext);

/**
 * The whole content as a file of the browser's, which keeps large ones on disk: never more than a few segments are in
 * the page's memory. Nothing is given before the end has shown that this is what its author left.
 * @param progress - bytes so far. @throws RightsError `content-damaged`, `edition-invalid`, `file-unreadable`.
 */
export async function decryptToBlob({ content }: Opened, progress: (bytes: number) => void): Promise<Blob> {
  const parts: Blob[] = [];
  let done = 0;
  for await (const piece of content.all()) {
    parts.push(new Blob([piece]));
    done += piece.length;
    progress(done);
  }
  return new Blob(parts, { type: "application/octet-stream" });
}

/** As a download: the browser asks where, or puts it where it always does. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // not before the browser has taken it
}
