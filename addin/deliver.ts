import type { NamedFile } from "./protector.js";

/** As a download: the browser asks where, or puts it where it always does. */
export function deliver({ blob, name }: NamedFile): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // not before the browser has taken it
}
