import type { Bytes } from "../../shared/bytes.js";

/**
 * The mail that is being written, as the add-in needs it: a port without a type of Office's, which office/outlook.ts fills.
 * All of it can fail with RightsError `office-silent` (no answer came: it may have been done all the same) or
 * `office-refused`. Outlook does at most three things with attachments at once; callers do one after another.
 */
export interface Mail extends AttachedFiles {
  recipients(): Promise<readonly Recipient[]>;
  /** `null`: it has no such header. */
  header(name: string): Promise<string | null>;
  /** @param values - `null` takes a header away. */
  setHeaders(values: ReadonlyMap<string, string | null>): Promise<void>;
  /** What this add-in keeps with the mail on this device, for as long as it is being written. */
  notes(): Promise<ReadonlyMap<string, string>>;
  /** @param text - `null` takes it away. */
  setNote(key: string, text: string | null): Promise<void>;
  /** Takes a picture out of the text, and names it where it stood. @returns whether it stood there. */
  takeOutOfText(attachment: Attachment): Promise<boolean>;
  /** Whether the pane can send it, or only its person. */
  readonly canSend: boolean;
  send(): Promise<void>;
}

/** What is attached. */
export interface AttachedFiles {
  attachments(): Promise<readonly Attachment[]>;
  content(attachment: Attachment): Promise<AttachedContent>;
  /** @returns what it is called from now on, as Outlook says. */
  add(name: string, content: Bytes): Promise<string>;
  /** Not one that stands in the text. */
  remove(id: string): Promise<void>;
}

export interface Attachment {
  readonly id: string;
  readonly name: string;
  /** As Outlook says; some clients count what is around the content as well. */
  readonly sizeBytes: number;
  readonly kind: AttachmentKind;
  /** Stands in the text, such as a picture. */
  readonly isInline: boolean;
}

/** item: another mail, or an appointment. cloud: a link to a file elsewhere. */
export type AttachmentKind = "file" | "item" | "cloud";

/** A link has nothing of the file in it. `extension`: of what an item is given as. */
export type AttachedContent =
  | { readonly kind: "bytes"; readonly bytes: Bytes; readonly extension: ".eml" | ".ics" | null }
  | { readonly kind: "link" };

export interface Recipient {
  /** As typed or found: not every one is an address. */
  readonly address: string;
  readonly name: string;
  /** Whether Outlook knows them to be from elsewhere. */
  readonly isExternal: boolean;
}
