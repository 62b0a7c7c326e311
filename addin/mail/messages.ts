import type { MailObstacle } from "./compose-parts.js";
import type { ReadersMay } from "./mail-label.js";
import { de } from "./messages/de.js";
import { en } from "./messages/en.js";
import type { ProblemKind } from "./order.js";
import type { Meeting } from "./readers.js";

/** Every text a person sees beside a mail, besides those of all panes. */
export interface MailMessages {
  readonly outlook: string;
  readonly starting: string;
  readonly noLabel: string;
  readonly noLabelHelp: string;
  readonly signInWhy: string;
  readonly signInAndFinish: string;

  readonly attachments: string;
  readonly none: string;
  readonly states: Readonly<Record<"clear" | "reading" | "attaching" | "ours" | "others" | "in-text", string>>;
  protecting(percent: number): string;
  readonly problems: Readonly<Record<ProblemKind, string>>;
  /** On a button, below an attachment that does not fit in twice. */
  readonly saveProtected: string;
  readonly leavePictures: string;
  readonly leavePicturesHelp: string;

  readonly readersCan: string;
  readonly may: Readonly<Record<ReadersMay, string>>;
  readonly meetings: Readonly<Record<Meeting["what"], (who: string) => string>>;

  readonly obstacles: Readonly<Record<MailObstacle, string>>;
  willProtect(count: number): string;
  readonly willLabel: string;
  readonly nothingToProtect: string;
  readonly willProtectAnew: string;
  readonly willRegrant: string;
  protectAs(label: string): string;
  labelAs(label: string): string;
  readonly andSend: string;
  readonly labelAndSend: string;
  readonly working: string;
  readonly ready: string;
  readonly readySend: string;
  readonly labelledSend: string;
  notReady(count: number): string;
  alone(names: readonly string[]): string;
  readonly sent: string;
  readonly unchanged: string;

  readonly readTitle: string;
  readonly readNone: string;
  readonly readHelp: string;
  readonly open: string;
  readonly opening: string;
  readonly openInViewer: string;
  readonly openedInViewer: string;
  readonly noWindow: string;
  readonly tooLargeForViewer: string;
  readonly save: string;
  readonly saveHelp: string;
  protectedBy(who: string): string;
  youMay(rights: readonly string[]): string;
  readonly youOwnIt: string;
  readonly view: string;
  until(when: string): string;
  readonly wrapped: string;
  readonly marks: Readonly<Record<"C" | "S" | "V", string>>;
  readonly notProtected: string;
  readonly refused: Readonly<Record<"denied" | "expired" | "revoked" | "damaged" | "other-organisation", string>>;
}

const languages: Readonly<Record<string, MailMessages>> = { en, de };

/** @param language - a tag: `de-AT`. */
export const mailMessagesIn = (language: string): MailMessages =>
  languages[language.split("-")[0]!.toLowerCase()] ?? en;
