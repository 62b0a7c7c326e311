import { extensionOf } from "../extension.js";
import { isOfficeName, protectedSuffixes } from "../kind.js";

/** What says how the file is opened: a name that says nothing of it is one of a wrapped file. */
export function suffixOf(name: string): string {
  const lower = name.toLowerCase();
  if (isOfficeName(name)) return extensionOf(lower);
  return protectedSuffixes.find((suffix) => lower.endsWith(suffix)) ?? ".pfile";
}

/** What the page of the protected file `name` is called, the best first. */
export function pageNames(name: string): string[] {
  const suffix = suffixOf(name);
  const stem = name.toLowerCase().endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  return [`${stem}.html`, `${name}.html`];
}
