import { type ByteSource, type Bytes, rechunk } from "../../shared/bytes.js";
import { segmentBytes } from "../../shared/crypto/content-layout.js";
import { type Engine, givingBack } from "../../shared/crypto/engine.js";
import { RightsError } from "../../shared/errors.js";
import { type Carrier, labelled, type Relabelled } from "../../shared/format/carrier.js";
import type { LabelToWrite } from "../../shared/format/label-properties.js";
import type { MarkKind, Marks } from "../../shared/format/marks.js";
import { labelOutside } from "../../shared/format/package/labels.js";
import { marksOf } from "../../shared/marking.js";
import { secondTime } from "../../shared/time.js";
import type { Choice } from "../chosen-policy.js";
import { ownLanguage } from "../own-language.js";

/** A label as documents carry it inside: what of it does not depend on the document. */
export interface InsideLabel {
  readonly label: string;
  /** `Confidential/Project` */
  readonly name: string;
  /** `Privileged`: a person chose it. `Standard`: it came by itself. */
  readonly method: LabelToWrite["method"];
  readonly marks: Marks;
}

/** What a label shows in documents is in the language that this computer is set to. @returns `null` where there is no label. */
export function insideOf(
  { label, labelName }: Pick<Choice, "label" | "labelName">,
  method: InsideLabel["method"],
): InsideLabel | null {
  if (label === null || labelName === null) return null;
  return { label: label.id, name: labelName, method, marks: marksOf(label.marking, ownLanguage()) };
}

/** What of a label depends on who writes it, and when. */
export interface Writer {
  readonly tenant: string;
  readonly nowMs: number;
}

export const labelToWrite = (inside: InsideLabel, { tenant, nowMs }: Writer): LabelToWrite => ({
  ...inside,
  tenant,
  setAt: secondTime(nowMs),
  contentBits: 0,
});

/** What a document to be protected holds, and what is read outside without a license. */
export interface ToProtect extends Pick<Relabelled, "outside"> {
  /** `null`: as it was. */
  readonly content: Pick<Relabelled, "size" | "pieces"> | null;
  /** Why the label could not be written inside, for people; protecting goes on. */
  readonly note?: string;
}

/** The same in segments, in memory that goes round. */
export const segmentsOf = ({ pieces }: Pick<Relabelled, "pieces">, { memory }: Engine): AsyncGenerator<Bytes> =>
  rechunk(givingBack(pieces(memory.take), memory), segmentBytes, memory.take);

/** Where a label that cannot be inside stands all the same. */
const elsewhere: Readonly<Record<Carrier, string>> = {
  package: "its label is on its outside only",
  pdf: "its label is in its license only",
};

/**
 * A document with its label inside, and outside where such documents have it there; one that is not read here, or may not
 * be changed, keeps what it holds. @param carrier - `null` for what carries none.
 */
export async function toProtect(
  source: ByteSource,
  carrier: Carrier | null,
  inside: InsideLabel | null,
  by: Writer,
): Promise<ToProtect> {
  if (inside === null || carrier === null) return { content: null, outside: null };
  const label = labelToWrite(inside, by);
  try {
    const { outside, notShown, ...content } = await labelled(carrier, source, label);
    return { content, outside, ...(notShown.length === 0 ? {} : { note: noteOf(notShown) }) };
  } catch (error) {
    if (!(error instanceof RightsError) || !/^(?:office|pdf)-/.test(error.code)) throw error;
    const note = `${elsewhere[carrier]}: ${error.message}`;
    return { content: null, outside: carrier === "package" ? labelOutside(label) : null, note };
  }
}

/** What of a label's marking had no place, for people. */
export const noteOf = (notShown: readonly MarkKind[]): string =>
  `what its label shows is not all in it, since documents like it have no place for that: ${notShown.join(", ")}`;

/** A document that has its label inside since it was protected, and keeps whatever it holds. @param label - its id. */
export const asItIs = (label: string | null, tenant: string): ToProtect => ({
  content: null,
  outside: label === null ? null : labelOutside({ label, tenant, method: "Privileged", contentBits: 0 }),
});
