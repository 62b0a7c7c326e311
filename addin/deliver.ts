import { blobOf } from "./file-content.js";
import type { NamedFile } from "./protector.js";

/** As a download: the browser asks where, or puts it where it always does. */
export function deliver({ content, name }: NamedFile): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blobOf(content));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // not before the browser has taken it
}
