import type { Kept } from "../browser/guest-passkey.js";
import { de } from "./messages/de.js";
import { en } from "./messages/en.js";

/** Every text a reader of the viewer sees. */
export interface Messages {
  readonly open: string;
  readonly openWhat: string;
  readonly choose: string;
  readonly dropHere: string;
  readonly neverSent: string;
  readonly offline: string;
  readonly reading: string;
  readonly takingOver: string;
  readonly notTaken: string;
  readonly toViewer: string;
  readonly asking: string;
  readonly coming: string;
  readonly cancel: string;
  readonly openAnother: string;

  belongsTo(organisation: string): string;
  /** @param names - what the copy may be called. */
  copyInstead(document: string, ...names: readonly [string, string]): string;
  readonly chooseCopy: string;
  readonly signIn: string;
  readonly signInWhy: string;
  readonly signingIn: string;
  readonly signingInWhere: string;
  readonly signedIn: string;
  readonly signedInNext: string;

  readonly guests: GuestMessages;

  foreign(file: string, host: string): string;
  foreignNext(host: string): string;
  readonly foreignUnsafe: string;
  goTo(host: string): string;

  readonly refusals: Refusals;
  ask(person: string): string;
  askSubject(file: string): string;
  askWhy(person: string): string;
  readonly send: string;
  readonly sending: string;
  asked(person: string): string;
  notAsked(about: { owner: string }): string;
  askMore(person: string): string;
  askedMore(person: string): string;
  readonly openAgain: string;
  readonly otherAccount: string;
  readonly tryAgain: string;
  readonly loadAgain: string;
  readonly trustNewKey: string;
  readonly details: string;

  readonly wrapped: string;
  wrappedWhat(file: string): string;
  save(file: string): string;
  saving(percent: number): string;
  saved(file: string): string;

  readonly rights: string;
  readonly viewOnly: string;
  mayAlso(rights: readonly string[]): string;
  until(date: string): string;
  readonly can: Readonly<Record<Shown, string>>;
  readonly cannot: Readonly<Record<Shown, string>>;
  readonly levels: Readonly<Record<Level, string>>;
  readonly byWhom: string;
  readonly checking: string;
  readonly checked: string;
  readonly reader: string;
  readonly signOut: string;
  readonly print: string;
  readonly printFrom: string;
  readonly printTo: string;
  printAtMost(pages: number): string;
  printing(page: number, count: number): string;
  readonly printFailed: string;
  readonly thumbnails: string;
  readonly page: string;
  readonly find: string;
  readonly findNext: string;
  readonly notFound: string;
  foundOn(page: number): string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly fit: string;
  readonly printBlank: string;
}

/** For people outside of the organisation, who come in by a mailed code. */
export interface GuestMessages {
  readonly offer: string;
  readonly none: Readonly<Record<"no-mail" | "off", (organisation: string) => string>>;
  readonly what: string;
  readonly address: string;
  readonly send: string;
  readonly sending: string;
  readonly sent: string;
  sentWhere(file: string, address: string): string;
  readonly code: string;
  codeHelp(digits: number, minutes: number): string;
  readonly open: string;
  readonly checking: string;
  readonly again: string;
  againIn(seconds: number): string;
  readonly otherAddress: string;
  readonly signIn: string;
  readonly noAddress: string;
  readonly notDigits: (digits: number) => string;
  wrong(left: number): string;
  early(seconds: number): string;
  readonly over: string;
  readonly tooOften: string;
  readonly unreachable: string;
  readonly failed: string;
  readonly usePasskey: string;
  readonly noPasskey: string;
  readonly passkeyOver: string;
  keepPasskey(address: string): string;
  readonly keep: string;
  readonly keeping: string;
  readonly notNow: string;
  readonly close: string;
  readonly kept: Readonly<Record<Kept | "failed", string>>;
}

/** What a person may or may not do here, in the order it is shown. */
export const shownRights = ["view", "until", "author", "print", "extract", "export"] as const;
export type Shown = (typeof shownRights)[number];

/** By what something is enforced: cryptography, the service, the viewer. */
export type Level = "C" | "S" | "V";

/** One sentence for each way in which a file stays closed. `file` is its name, `me` the reader, `owner` whom to ask. */
export type Refusals = Readonly<Record<RefusalKind, (about: { file: string; me: string; owner: string }) => string>>;

export type RefusalKind =
  | "denied"
  | "expired"
  | "revoked"
  | "damaged"
  | "not-protected"
  | "newer"
  | "unreachable"
  | "too-often"
  | "no-window"
  | "cancelled"
  | "signed-out"
  | "other-key"
  | "changed"
  | "too-large"
  | "unsuitable"
  | "office"
  | "outdated"
  | "failed";

const languages: Readonly<Record<string, Messages>> = { en, de };

/** In the language the service chose for this page. */
export const messagesOf = (document: Document): Messages => languages[document.documentElement.lang] ?? en;

/** How dates and numbers are written: as the reader set it for this language. */
export const localeFor = (language: string): string =>
  navigator.languages.find((one) => one === language || one.startsWith(`${language}-`)) ?? language;
