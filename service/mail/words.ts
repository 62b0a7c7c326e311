import type { Language } from "../../shared/language.js";

/** Every text of a mail. What others chose comes in as a value, and stays one line. */
export interface MailWords {
  /** For a file without a name. */
  aFile: string;
  quoted(name: string): string;
  codeSubject(file: string, organisation: string): string;
  code(sender: string, file: string): string;
  codeUse(minutes: number, organisation: string): string;
  codeNotYours: string;
  askedSubject(who: string, file: string): string;
  severalSubject(file: string): string;
  asked(who: string, file: string): string;
  several(file: string): string;
  reason(text: string): string;
  reasonOf(who: string, text: string): string;
  more: string;
  askedNext: string;
  askedLink: string;
}

const en: MailWords = {
  aFile: "a file",
  quoted: (name) => `“${name}”`,
  codeSubject: (file, organisation) => `Your code for ${file} from ${organisation}`,
  code: (sender, file) => `${sender} sent you ${file}. This code opens it:`,
  codeUse: (minutes, organisation) =>
    `Type it in the window that asked for it, within ${minutes} minutes. Nobody at ${organisation} will ever ask you for it.`,
  codeNotYours: "You did not ask for a code? Then somebody typed your address; you need do nothing.",
  askedSubject: (who, file) => `${who} asks for access to ${file}`,
  severalSubject: (file) => `Several people ask for access to ${file}`,
  asked: (who, file) => `${who} asks for access to ${file}, which is yours.`,
  several: (file) => `Several people ask for access to ${file}, which is yours.`,
  reason: (text) => `The reason: “${text}”`,
  reasonOf: (who, text) => `${who}: “${text}”`,
  more: "And others.",
  askedNext: "You decide, after signing in. Until then nothing changes.",
  askedLink: "See who asks, and answer",
};

const de: MailWords = {
  aFile: "eine Datei",
  quoted: (name) => `„${name}“`,
  codeSubject: (file, organisation) => `Ihr Code für ${file} von ${organisation}`,
  code: (sender, file) => `${sender} hat Ihnen ${file} geschickt. Dieser Code öffnet sie:`,
  codeUse: (minutes, organisation) =>
    `Geben Sie ihn innerhalb von ${minutes} Minuten in dem Fenster ein, das danach fragt. Niemand von ${organisation} wird Sie je danach fragen.`,
  codeNotYours: "Sie haben keinen Code angefragt? Dann hat jemand Ihre Adresse eingegeben; Sie müssen nichts tun.",
  askedSubject: (who, file) => `${who} bittet um Zugriff auf ${file}`,
  severalSubject: (file) => `Mehrere bitten um Zugriff auf ${file}`,
  asked: (who, file) => `${who} bittet um Zugriff auf ${file}, die Ihnen gehört.`,
  several: (file) => `Mehrere bitten um Zugriff auf ${file}, die Ihnen gehört.`,
  reason: (text) => `Der Grund: „${text}“`,
  reasonOf: (who, text) => `${who}: „${text}“`,
  more: "Und andere.",
  askedNext: "Sie entscheiden, nachdem Sie sich angemeldet haben. Bis dahin ändert sich nichts.",
  askedLink: "Sehen, wer fragt, und antworten",
};

const words: Record<Language, MailWords> = { en, de };

export const wordsIn = (language: Language): MailWords => words[language];
