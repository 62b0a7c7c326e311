import type { NamedPolicy } from "../shared/rights.js";
import type { MarkKind, Program } from "./document.js";
import type { AgentMessages } from "./messages/agent.js";
import { de } from "./messages/de.js";
import { en } from "./messages/en.js";
import type { RoleName } from "./permissions.js";
import type { TroubleKind } from "./trouble.js";

/** Every text a person sees in the add-in. */
export interface Messages {
  readonly agent: AgentMessages;
  readonly outside: string;
  readonly outsideNext: string;
  readonly starting: string;

  readonly noLabel: string;
  readonly noLabelHelp: string;
  readonly unknownLabel: string;
  readonly labelNotTold: string;
  readonly cannotTell: string;

  readonly signIn: string;
  readonly signInWhy: string;
  readonly signingIn: string;
  readonly signingInWhere: string;
  readonly signOut: string;
  readonly otherAccount: string;
  readonly signedIn: string;
  readonly closeWindow: string;
  readonly strangeWindow: string;

  readonly labels: string;
  readonly isCurrent: string;
  readonly noLabels: string;
  readonly mayNotProtect: string;
  readonly custom: string;
  readonly customHelp: string;
  readonly withoutCustom: string;
  readonly who: string;
  readonly whoHint: string;
  readonly people: string;
  group(name: string): string;
  readonly may: string;
  readonly singleRights: string;
  readonly perPerson: string;
  readonly addPerson: string;
  removePerson(who: string): string;
  readonly named: Readonly<Record<NamedPolicy, { readonly name: string; readonly help: string }>>;
  readonly roles: Readonly<Record<RoleName, string>>;
  readonly rights: Readonly<Record<string, string>>;
  readonly until: string;
  readonly untilHelp: string;
  readonly offline: string;
  offlineDays(days: number): string;
  readonly permissionTroubles: Readonly<Record<"nobody" | "no-address" | "twice" | "past" | "too-many", string>>;
  readonly reason: string;
  readonly reasonToAudit: string;
  readonly reasonInDocument: string;
  readonly obstacles: Readonly<Record<"reason" | "label" | "no-place" | "no-address", string>>;

  readonly protect: string;
  protectAs(label: string): string;
  labelAs(label: string): string;
  readonly chooseFirst: string;
  willProtect(name: string): string;
  willProtectPages(name: string): string;
  readonly willLabel: string;
  readonly cancel: string;
  readonly steps: Readonly<Record<"labelling" | "reading" | "protecting", string>>;
  percent(done: number): string;

  readonly done: string;
  readonly doneLabel: string;
  readonly isUndone: string;
  saved(name: string): string;
  readonly stillClear: string;
  readonly pagesOnly: string;
  readonly saveToKeep: string;
  readonly notCarried: string;
  notShown(what: readonly string[], program: string): string;
  readonly marks: Readonly<Record<MarkKind, string>>;
  readonly programs: Readonly<Record<Program, string>>;
  readonly unsaved: Readonly<Record<Program, string>>;
  readonly save: string;
  readonly isSaved: string;
  readonly download: string;
  readonly undo: string;
  readonly undoing: string;
  undone(name: string | null): string;
  openedBefore(until: string): string;
  readonly another: string;
  whoCanOpen(names: readonly string[], more: number): string;

  readonly troubles: Readonly<Record<TroubleKind, string>>;
  readonly unchanged: string;
  readonly again: string;
  readonly back: string;
  readonly trustNewKey: string;
  readonly forSupport: string;
  readonly noForm: string;
  readonly inPage: string;
}

const languages: Readonly<Record<string, Messages>> = { en, de };

/** @param language - a tag: `de-AT`. */
export const messagesIn = (language: string): Messages => languages[language.split("-")[0]!.toLowerCase()] ?? en;
