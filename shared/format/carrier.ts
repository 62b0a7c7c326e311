import { type ByteSource, type Bytes, streamOf, type Take } from "../bytes.js";
import { headBytes, type Kind, kindOf } from "./kind.js";
import type { CarriedLabel, LabelToWrite } from "./label-properties.js";
import { contentBits, type MarkKind, type Marks } from "./marks.js";
import { labelListOf } from "./package/label-list.js";
import { eraseLabel, isShown, labelOutside, readLabels, writeLabel } from "./package/labels.js";
import { setMarks } from "./package/marking/marking.js";
import { OfficePackage } from "./package/package.js";
import { changeLabel, readLabels as labelsInPdf } from "./pdf/labels.js";
import { copiedBytes } from "./zip/write.js";

/** Files that can carry a label inside, while they are clear (docs/formats/office-labels.md, docs/formats/pdf-labels.md). */
export type Carrier = "package" | "pdf";

/** What becomes of such a file: all its bytes, of a length known before. */
export interface Relabelled {
  readonly size: number;
  /** Front to back, once or more. @param take - memory for what is copied, in pieces of less than a segment. */
  pieces(take?: Take): AsyncGenerator<Bytes>;
  /** The labels as they are to stand outside, once the document is protected; `null` for what has no such place. */
  readonly outside: Bytes | null;
  /** What of the label's marking a document of this kind, or size, has no place for. */
  readonly notShown: readonly MarkKind[];
}

/** What a file of that kind carries its label as; `null` for what carries none. */
export function carrierFor({ container, protection, extension }: Kind): Carrier | null {
  if (container === "office") return "package";
  return protection === "native" && extension.toLowerCase() === ".pdf" ? "pdf" : null;
}

/** @param name - of the file. @returns `null` for what carries none. */
export async function carrierOf(name: string, source: ByteSource): Promise<Carrier | null> {
  const head = await source.read(0, Math.min(source.size, headBytes));
  return carrierFor(kindOf(name, head, source.size));
}

/** The labels that a clear file carries. @throws RightsError `office-…` or `pdf-malformed`, `…-unsupported`. */
export async function carriedLabels(carrier: Carrier, source: ByteSource): Promise<CarriedLabel[]> {
  return carrier === "pdf" ? labelsInPdf(source) : readLabels(await OfficePackage.open(source));
}

/** The file with another label in place of the one the organisation gave before. @throws likewise. */
export async function labelled(carrier: Carrier, source: ByteSource, label: LabelToWrite): Promise<Relabelled> {
  if (carrier === "pdf") return changedPdf(source, label.tenant, label);
  const pkg = await OfficePackage.open(source);
  const shown = await showLabel(pkg, label.tenant, label.marks);
  const told = shown === null ? label : { ...label, contentBits: contentBits(shown) };
  await writeLabel(pkg, told);
  const wanted = Object.keys(label.marks ?? {}) as MarkKind[];
  const notShown = shown === null ? [] : wanted.filter((kind) => !shown.includes(kind));
  return { ...(await written(pkg)), outside: labelOutside(told, await labelListOf(pkg)), notShown };
}

/** The file without the organisation's label. @throws likewise. */
export async function unlabelled(carrier: Carrier, source: ByteSource, tenant: string): Promise<Relabelled> {
  if (carrier === "pdf") return changedPdf(source, tenant, null);
  const pkg = await OfficePackage.open(source);
  await showLabel(pkg, tenant, {});
  await eraseLabel(pkg, tenant);
  return { ...(await written(pkg)), outside: null, notShown: [] };
}

/**
 * What a label shows takes the place of what the organisation's label before showed; where neither shows anything, no page is
 * looked at. @param marks - none: it is left as it is, as by programs that showed it themselves. @returns `null` then.
 */
async function showLabel(pkg: OfficePackage, tenant: string, marks: Marks | undefined): Promise<MarkKind[] | null> {
  if (marks === undefined) return null;
  const isNeeded = Object.keys(marks).length > 0 || (await isShown(pkg, tenant));
  return isNeeded ? setMarks(pkg, marks) : [];
}

async function changedPdf(source: ByteSource, tenant: string, label: LabelToWrite | null): Promise<Relabelled> {
  const { kept, added } = await changeLabel(source, tenant, label);
  const pieces = async function* (take?: Take) {
    yield* streamOf(kept, copiedBytes, take);
    if (added.length > 0) yield added;
  };
  return { size: kept.size + added.length, pieces, outside: null, notShown: [] };
}

async function written(pkg: OfficePackage): Promise<Pick<Relabelled, "size" | "pieces">> {
  const { size, pieces } = await pkg.rewritten();
  return { size, pieces };
}
