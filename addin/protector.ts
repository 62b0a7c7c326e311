import type { ByteSource } from "../shared/bytes.js";
import type { Label } from "../shared/label.js";
import type { TemplatePolicy } from "../shared/template.js";
import type { Form } from "./document.js";
import type { FileContent } from "./file-content.js";

/** What a document is to get, whoever protects it. */
export interface Wish {
  /** Of the clear file: "plan.docx"; also where what is protected is its pages as PDF. */
  readonly name: string;
  readonly label: Label | null;
  /** `Confidential/Project`; `null` without a label. */
  readonly labelName: string | null;
  readonly policy: TemplatePolicy;
  /** Why a more sensitive label went, for the audit. */
  readonly reason: string | null;
}

/** One document to be protected. */
export interface ProtectJob extends Wish {
  /** file: what it is, its name and content say; what is no document is wrapped whole. */
  readonly form: Form | "file";
  readonly content: ByteSource;
}

export interface NamedFile {
  readonly name: string;
  readonly content: FileContent;
}

/** What came of it. */
export interface ProtectedCopy extends NamedFile {
  /** The copy to look at that goes with it, where the label wants one and it could be made. */
  readonly pages: NamedFile | null;
  /**
   * Takes back access to it, for everybody but its owner.
   * @returns the last moment at which somebody who has opened it can still do so, `null` where nobody has.
   */
  withdraw(): Promise<string | null>;
}

/** A file that is protected where it lies, as soon as its program has closed it: also when this pane is gone by then. */
export interface FileToCome {
  readonly name: string;
  /** Resolves once it is protected. @throws RightsError why it never will be. */
  readonly made: Promise<void>;
  /** Leaves the file as it is. */
  cancel(): Promise<void>;
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
  /**
   * For those that reach the person's disk: protects the file itself. @param path - as Office says it.
   * @throws RightsError `path-refused` where it is not seen to be the document that is open; else likewise.
   */
  readonly protectFile?: (path: string, wish: Wish, signal: AbortSignal) => Promise<FileToCome>;
}

export type ProtectedBy = "agent" | "page";

/** The first that is ready, in the order given; the last one if none is, so that its reason is the one that is told. */
export async function firstReady(protectors: readonly Protector[]): Promise<Protector> {
  for (const one of protectors) if (await one.isReady().catch(() => false)) return one;
  return protectors.at(-1)!;
}
