import type { Label } from "../shared/label.js";
import type { TemplatePolicy } from "../shared/template.js";
import type { Form, MarkKind } from "./document.js";

/** One document to be protected. */
export interface ProtectJob {
  /** Of the clear file: "plan.docx"; also where `content` is its pages as PDF. */
  readonly name: string;
  readonly form: Form;
  readonly content: Blob;
  readonly label: Label | null;
  /** `Confidential/Project`; `null` without a label. */
  readonly labelName: string | null;
  /** What of the label's marking stands in the content. */
  readonly shown: readonly MarkKind[];
  readonly policy: TemplatePolicy;
  /** Why a more sensitive label went, for the audit. */
  readonly reason: string | null;
}

/** What came of it. */
export interface ProtectedCopy {
  readonly name: string;
  readonly blob: Blob;
  /**
   * Takes back access to it, for everybody but its owner.
   * @returns the last moment at which somebody who has opened it can still do so, `null` where nobody has.
   */
  withdraw(): Promise<string | null>;
}

/** Who can protect: the agent on this computer, or this page by itself. */
export interface Protector {
  readonly by: ProtectedBy;
  /** Whether it can be counted on just now. */
  isReady(): Promise<boolean>;
  /**
   * @param progress - from 0 to 1. @throws RightsError as the service and the formats do; what `signal` was aborted with.
   */
  protect(job: ProtectJob, progress: (share: number) => void, signal: AbortSignal): Promise<ProtectedCopy>;
}

export type ProtectedBy = "agent" | "page";

/** The first that is ready, in the order given; the last one if none is, so that its reason is the one that is told. */
export async function firstReady(protectors: readonly Protector[]): Promise<Protector> {
  for (const one of protectors) if (await one.isReady().catch(() => false)) return one;
  return protectors.at(-1)!;
}
