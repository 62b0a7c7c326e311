import * as z from "zod";
import { isId } from "./ids.js";
import { offering, Texts } from "./template.js";

const Color = z.string().regex(/^#[0-9a-f]{6}$/);

/** A text that a labelled document carries visibly. `fontSize` in points. */
const Mark = z.strictObject({ text: Texts, color: Color.optional(), fontSize: z.int().min(4).max(144).optional() });
const alignment = z.enum(["left", "center", "right"]).optional();

/** What programs put into a document with the label, so that people see it on every page. */
export const Marking = z.strictObject({
  header: Mark.extend({ alignment }).optional(),
  footer: Mark.extend({ alignment }).optional(),
  watermark: Mark.extend({ layout: z.enum(["diagonal", "horizontal"]).optional() }).optional(),
});
export type Marking = z.infer<typeof Marking>;

/** What a person picks. `order` rises with sensitivity; `template` null means the label only marks. */
export const Label = z.object({
  id: z.string().refine(isId),
  names: Texts,
  parent: z.string().refine(isId).nullable(),
  order: z.int().min(0).max(10_000),
  color: Color,
  tooltip: Texts,
  template: z.string().refine(isId).nullable(),
  pdfCopy: z.boolean(),
  /** Whether what is mailed under it comes with a sealed page, which opens in any browser; so it does unless told. */
  sealedPage: z.boolean().optional(),
  /** What a file gets when nobody picks one. */
  default: z.boolean().optional(),
  /** Whether who takes it off, or puts a less sensitive one in its place, must say why. */
  justify: z.boolean().optional(),
  marking: Marking.optional(),
  ...offering,
});
export type Label = z.infer<typeof Label>;

export const textIn = (texts: Texts, lang = "en"): string => texts[lang] ?? texts[lang.split("-")[0]!] ?? texts.en!;

/** `Confidential/Project`: how commands and people name a label below another. */
export function labelPath(labels: readonly Label[], label: Label, lang = "en"): string {
  const parent = labels.find((other) => other.id === label.parent);
  return parent ? `${textIn(parent.names, lang)}/${textIn(label.names, lang)}` : textIn(label.names, lang);
}

/** By id, by `Parent/Child` or by a name that only one label has, upper and lower case alike; else `null`. */
export function findLabel(labels: readonly Label[], wanted: string): Label | null {
  const name = wanted.toLowerCase();
  const exact = labels.filter((label) => label.id === name || labelPath(labels, label).toLowerCase() === name);
  if (exact.length > 0) return exact.length === 1 ? exact[0]! : null;
  const named = labels.filter((label) => textIn(label.names).toLowerCase() === name);
  return named.length === 1 ? named[0]! : null;
}

/** Whether a change from the label `from` (its id) must be justified. @param to - `null`: no label any more. */
export function needsReason(labels: readonly Label[], from: string | null, to: Label | null): boolean {
  const label = labels.find(({ id }) => id === from);
  return label?.justify === true && (to === null || to.order < label.order);
}
