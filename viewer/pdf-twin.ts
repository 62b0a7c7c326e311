import { isOfficeName } from "../shared/format/kind.js";

/** Office documents are not shown here; the PDF copy is that protecting them left beside them. */

/** What the copy of a document may be called: `plan.ppdf`, and where that name was taken `plan.docx.ppdf`. */
export function twinNames(document: string): readonly [string, string] {
  const stem = document.slice(0, document.lastIndexOf("."));
  return [`${stem}.ppdf`, `${document}.ppdf`];
}

/** Of files that were chosen together the one to open: a document gives way to its copy. `null` where there is none. */
export function toOpen<F extends { readonly name: string }>(files: Iterable<F>): F | null {
  const all = [...files];
  const [first] = all;
  if (first === undefined) return null;
  const document = all.find(({ name }) => isOfficeName(name)) ?? first;
  const names = twinNames(document.name.toLowerCase());
  return all.find(({ name }) => names.includes(name.toLowerCase())) ?? first;
}
