import type { ByteSource } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { type Carrier, labelled, type Relabelled } from "../../shared/format/carrier.js";
import { type LabelToWrite, labelOutside } from "../../shared/format/package/labels.js";
import { secondTime } from "../../shared/time.js";
import type { Choice } from "../chosen-policy.js";

/** A label as documents carry it inside: what of it does not depend on the document. */
export interface InsideLabel {
  readonly label: string;
  /** `Confidential/Project` */
  readonly name: string;
  /** `Privileged`: a person chose it. `Standard`: it came by itself. */
  readonly method: LabelToWrite["method"];
}

/** @returns `null` where there is no label. */
export const insideOf = (
  { label, labelName }: Pick<Choice, "label" | "labelName">,
  method: InsideLabel["method"],
): InsideLabel | null => (label === null || labelName === null ? null : { label: label.id, name: labelName, method });

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

/** An Office document with its label inside and out; one that is not read here keeps what it holds. */
export async function toProtect(source: ByteSource, inside: InsideLabel | null, by: Writer): Promise<ToProtect> {
  if (inside === null) return { content: null, outside: null };
  const label = labelToWrite(inside, by);
  const carrier: Carrier = "package";
  try {
    const { outside, ...content } = await labelled(carrier, source, label);
    return { content, outside };
  } catch (error) {
    if (!(error instanceof RightsError) || !error.code.startsWith("office-")) throw error;
    const note = `its label is on its outside only: ${error.message}`;
    return { content: null, outside: labelOutside(label), note };
  }
}

/** A document that has its label inside since it was protected, and keeps whatever it holds. @param label - its id. */
export const asItIs = (label: string | null, tenant: string): ToProtect => ({
  content: null,
  outside: label === null ? null : labelOutside({ label, tenant, method: "Privileged", contentBits: 0 }),
});
