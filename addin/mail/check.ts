import type { Attachment } from "./mail.js";
import { type Demand, type MailRecord, markOf, parseDemand, parseRecord, recordNote, toldNote } from "./record.js";

/** What is known of a mail at the moment it is to leave. */
export interface Leaving {
  /** What its header says; `null` where it has none. */
  readonly header: string | null;
  readonly notes: ReadonlyMap<string, string>;
  readonly attachments: readonly Attachment[];
  /** Sorted, as `readersOf` gives them; read only where the label asks. */
  readonly readers: readonly string[];
  /** Whether no mail leaves without a label here; only the moment of sending asks. */
  readonly needsLabel?: boolean;
}

/** Whether a mail may leave, and what keeps it. */
export type Verdict =
  | { readonly may: true }
  | { readonly may: false; readonly why: "attachments"; readonly names: readonly string[] }
  | { readonly may: false; readonly why: "recipients" | "label" };

/** The stricter of what header and record say, so that losing one of them loses nothing. */
export function demandOf({ header, notes }: Pick<Leaving, "header" | "notes">): Demand {
  const said = [parseDemand(header ?? "")?.demand, parseRecord(notes.get(recordNote))?.demand];
  if (said.includes("recipients")) return "recipients";
  return said.includes("protected") ? "protected" : "none";
}

/** Compares only: nothing is read, nothing asked for. */
export function check(leaving: Leaving): Verdict {
  if (leaving.needsLabel && !hasLabel(leaving)) return { may: false, why: "label" };
  const demand = demandOf(leaving);
  if (demand === "none" || leaving.attachments.length === 0) return { may: true };
  const record = recordFor(leaving);
  const open = leaving.attachments.filter((one) => !isKept(one, record, leaving.notes));
  if (open.length > 0) return { may: false, why: "attachments", names: open.map(({ name }) => name) };
  const hasOwn = record!.attachments.some(({ is }) => is === "own" || is === "copy");
  if (demand === "recipients" && hasOwn && !isSame(record!.readers, leaving.readers))
    return { may: false, why: "recipients" };
  return { may: true };
}

const hasLabel = ({ header, notes }: Leaving): boolean =>
  parseDemand(header ?? "") !== null || parseRecord(notes.get(recordNote)) !== null;

/** A record of another label than the header's is none of this mail as it is now. */
function recordFor({ header, notes }: Leaving): MailRecord | null {
  const record = parseRecord(notes.get(recordNote));
  const said = parseDemand(header ?? "");
  return record !== null && (said === null || said.label === record.label) ? record : null;
}

/** One that looks the same but went and came again is another one: clients use ids again. */
export function isKept(
  attachment: Attachment,
  record: Pick<MailRecord, "attachments"> | null,
  notes: ReadonlyMap<string, string>,
): boolean {
  const mark = markOf(attachment);
  const kept = record === null ? undefined : record.attachments.find((one) => one.mark === mark);
  return kept !== undefined && Number(notes.get(toldNote(mark)) ?? 0) <= kept.told;
}

const isSame = (some: readonly string[] | null, others: readonly string[]): boolean =>
  some !== null && some.length === others.length && some.every((one, at) => one === others[at]);
