import type { Language } from "../../shared/language.js";

/** Every text of a mail that `seal share` sends. */
export interface MailWords {
  subject(sender: string, count: number): string;
  intro(sender: string, count: number): string;
  readonly openPages: string;
  openFiles(viewer: string): string;
  /** @param who - people's addresses, or the label. */
  readers(who: string): string;
  byLabel(label: string): string;
  until(when: string): string;
  readonly noEnd: string;
}

export const mailWords: Readonly<Record<Language, MailWords>> = {
  en: {
    subject: (sender, count) => `${sender} sends you ${count === 1 ? "a protected file" : `${count} protected files`}`,
    intro: (sender, count) =>
      count === 1 ? `${sender} sends you a protected file:` : `${sender} sends you ${count} protected files:`,
    openPages:
      "To read it, on a phone too: open the attached .html in a browser, press Open, and sign in in the window that appears, or have a code mailed to you there.",
    openFiles: (viewer) => `The protected files themselves open with Sealwright, or in a browser at ${viewer}`,
    readers: (who) => `Sent to ${who}. Passing it on lets nobody else in.`,
    byLabel: (label) => `Who can open it is said by the label ${label}. Passing it on lets nobody else in.`,
    until: (when) => `Access ends on ${when}.`,
    noEnd: "No end of access is set.",
  },
  de: {
    subject: (sender, count) =>
      `${sender} schickt Ihnen ${count === 1 ? "eine geschützte Datei" : `${count} geschützte Dateien`}`,
    intro: (sender, count) =>
      count === 1
        ? `${sender} schickt Ihnen eine geschützte Datei:`
        : `${sender} schickt Ihnen ${count} geschützte Dateien:`,
    openPages:
      "So lesen Sie sie, auch auf dem Telefon: Öffnen Sie die angehängte .html in einem Browser, drücken Sie Öffnen, und melden Sie sich in dem Fenster an, das erscheint, oder lassen Sie sich dort einen Code schicken.",
    openFiles: (viewer) =>
      `Die geschützten Dateien selbst öffnen sich mit Sealwright oder in einem Browser bei ${viewer}`,
    readers: (who) => `Geschickt an ${who}. Weitergeben lässt niemand anderen hinein.`,
    byLabel: (label) => `Wer sie öffnen kann, sagt die Bezeichnung ${label}. Weitergeben lässt niemand anderen hinein.`,
    until: (when) => `Der Zugriff endet am ${when}.`,
    noEnd: "Ein Ende des Zugriffs ist nicht gesetzt.",
  },
};
