import type { Language } from "../../../shared/language.js";
import type { PasswordTrouble } from "../password-rules.js";
import type { ProviderTrouble } from "../providers/other-providers.js";
import { de } from "./de.js";
import { en } from "./en.js";

/** Why a new password is not taken. */
export type NewPasswordTrouble = PasswordTrouble | "different" | "same";

/** Every text a person reads on the pages. Sentences say what is, then what to do. */
export interface Messages {
  signIn: string;
  address: string;
  password: string;
  show: string;
  hide: string;
  cancel: string;
  continue: string;
  or: string;
  wrong: string;
  limited(seconds: number): string;

  continueWith(provider: string): string;
  goingOn(provider: string): string;
  providerTroubles: Record<ProviderTrouble, (provider: string) => string>;

  consent: string;
  consentThere: string;
  /** What is agreed to, on this computer. */
  consentHere(who: string): string;
  /** The same for a device that showed a code. */
  consentDevice(who: string): string;
  consentWarning: string;
  consentDeviceWarning: string;
  code: string;
  askedFrom(ip: string): string;
  otherAccount: string;

  changePassword: string;
  chooseOwn: string;
  chooseOwnWhy: string;
  currentPassword: string;
  newPassword: string;
  again: string;
  passwordRule(characters: number): string;
  passwordEnds: string;
  save: string;
  troubles: Record<NewPasswordTrouble, string>;
  wrongCurrent: string;
  passwordChanged: string;
  passwordChangedNext: string;

  connectDevice: string;
  enterCode: string;
  /** The code came with the address: the person compares it. */
  compareCode: string;
  noSuchCode: string;
  noCode: string;
  codeEnded: string;
  codeUsed: string;
  deviceConnected: string;
  deviceConnectedNext: string;
  deviceRefused: string;
  deviceRefusedNext: string;

  signOut: string;
  signOutWhat: string;
  signedOut: string;
  closeWindow: string;

  cannotGoOn: string;
  tookTooLong: string;
  notGiven: string;
  tooMany: string;
  wentWrong: string;
  tryLater: string;
}

const all: Record<Language, Messages> = { en, de };

export const messagesIn = (language: Language): Messages => all[language];
