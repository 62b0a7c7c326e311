import type { Bytes } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import { type Label, labelPath } from "../../shared/label.js";
import type { TemplatePolicy } from "../../shared/template.js";
import type { NamedFile, Protector } from "../protector.js";
import type { Offered } from "../session.js";
import type { PageOf } from "./copies.js";
import type { Holder } from "./holder.js";
import type { Attachment, Mail } from "./mail.js";
import { demandOfLabel, headersOfLabel, policyOfLabel, type ReadersMay } from "./mail-label.js";
import type { Demand } from "./record.js";

/** What a person decided for the mail they write. */
export interface MailOrder {
  readonly label: Label;
  /** `Confidential/Project` */
  readonly labelName: string;
  readonly demand: Demand;
  /** What the mail carries with the label. */
  readonly headers: ReadonlyMap<string, string>;
  /** What readers may, where the label leaves it to who sends; else `null`. */
  readonly may: string | null;
  /** @throws RightsError `usage` for who has no mail address, `protect-denied`. */
  policyFor(readers: readonly string[]): TemplatePolicy;
  /** Why a more sensitive label went; `null` where nobody asked. */
  readonly reason: string | null;
  /** Pictures in the text stay readable, as the text is. */
  readonly leavesPictures: boolean;
}

/** What a choice in the pane comes to. */
export function orderFor(
  label: Label,
  { may, leavesPictures, reason }: Pick<MailOrder, "leavesPictures" | "reason"> & { readonly may: ReadersMay },
  policy: Offered,
  { tenant, nowMs }: { readonly tenant: string; readonly nowMs: number },
): MailOrder {
  const { labels } = policy;
  const demand = demandOfLabel(label);
  return {
    label,
    labelName: labelPath(labels, label),
    demand,
    may: demand === "recipients" ? may : null,
    headers: headersOfLabel({ label, labels, tenant, nowMs }),
    policyFor: (readers) => policyOfLabel(label, policy, { readers, may, nowMs }),
    reason,
    leavesPictures,
  };
}

/** What is needed for it. */
export interface MailCircumstances {
  readonly mail: Mail;
  readonly protectors: readonly Protector[];
  readonly holder: Holder;
  readonly page: PageOf | null;
  /** Headers by which a mail gate knows what may leave. @param digests - SHA-256, base64url. */
  stamp(label: string, digests: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Licenses by the digest of the file they are in, so that not all is read again when somebody is added. */
  readonly licenses: Map<string, Bytes>;
  /** Where each attachment is. */
  tell(attachment: Attachment, state: AttachmentState): void;
  /** Hands a file to the person that Outlook lost. */
  rescue(file: NamedFile): void;
  readonly signal: AbortSignal;
}

/** How far an attachment is; `share` from 0 to 1. */
export type AttachmentState =
  | { readonly at: "clear" }
  | { readonly at: "reading" | "attaching" }
  | { readonly at: "protecting"; readonly share: number }
  | { readonly at: "protected"; readonly by: "us" | "others" }
  | { readonly at: "in-text" }
  | { readonly at: "problem"; readonly problem: Problem };

/** Why an attachment cannot leave yet. */
export interface Problem {
  readonly kind: ProblemKind;
  /** For support. */
  readonly code: string;
}

/**
 * link: a file elsewhere. stays: Outlook does not take it away. refused, silent: Outlook gives or takes nothing. changed:
 * Outlook attached something else than it was given. large: it does not fit. saved: nor does it, and the person has the
 * protected file. lost: Outlook lost it, and the person has it.
 */
export type ProblemKind =
  | "link"
  | "stays"
  | "stays-in-text"
  | "refused"
  | "silent"
  | "changed"
  | "large"
  | "saved"
  | "lost"
  | "failed";

const kinds: Readonly<Record<string, ProblemKind>> = {
  "office-silent": "silent",
  "office-refused": "refused",
  "file-changed": "changed",
  "file-unsuitable": "large",
};

export const problemFrom = (error: unknown): Problem => {
  const code = codeOf(error);
  return { kind: kinds[code] ?? "failed", code };
};

/** What still does not fit, and was saved before, is so still. */
export const stillSaved = (
  problems: ReadonlyMap<string, Problem>,
  before: ReadonlyMap<string, Problem> = new Map(),
): ReadonlyMap<string, Problem> =>
  new Map(
    [...problems].map(([mark, problem]) => {
      const known = before.get(mark);
      return [mark, known?.kind === "saved" && problem.kind === "large" ? known : problem];
    }),
  );

/** What concerns one attachment; anything else would concern all of them. */
export const isOfOne = (error: unknown): boolean => codeOf(error) in kinds || unreadable.includes(codeOf(error));
const unreadable: readonly string[] = ["file-unreadable", "content-damaged", "edition-invalid"];
