/** Every text of a sealed page. The words in it are part of the page's bytes: its script is known by its hash. */
interface Texts {
  readonly untitled: string;
  readonly why: string;
  readonly open: string;
  readonly save: string;
  readonly how: string;
  readonly waiting: string;
  readonly handed: string;
  readonly saved: string;
  readonly noWindow: string;
  readonly noAnswer: string;
  readonly damaged: string;
}

/** `{host}` stands for the service. */
export const pageTexts: Readonly<Record<"en" | "de", Texts>> = {
  en: {
    untitled: "Protected file",
    why: "Who you are decides what you may do with this file. It opens at {host}, where you sign in.",
    open: "Open",
    save: "Save the protected file",
    how: "The file goes from this page to the other window, on this device. The service never sees what is in it.",
    waiting: "Go on in the window that has just opened.",
    handed: "The file is in the other window. You can close this page.",
    saved: "The protected file is saved. It opens at {host} too: choose it there.",
    noWindow:
      "This browser opened no window. Allow it for this page and try again, or go to {host} and choose this page there.",
    noAnswer: "The other window did not take the file. Go to {host} and choose this page, or the saved file, there.",
    damaged: "This page did not arrive whole, so there is nothing to open. Ask whoever sent it to send it again.",
  },
  de: {
    untitled: "Geschützte Datei",
    why: "Wer Sie sind, bestimmt, was Sie mit dieser Datei tun dürfen. Sie öffnet sich bei {host}, dort melden Sie sich an.",
    open: "Öffnen",
    save: "Geschützte Datei speichern",
    how: "Die Datei geht auf diesem Gerät von dieser Seite in das andere Fenster. Der Dienst sieht nie, was darin steht.",
    waiting: "Weiter geht es in dem Fenster, das sich gerade geöffnet hat.",
    handed: "Die Datei ist im anderen Fenster. Diese Seite können Sie schließen.",
    saved: "Die geschützte Datei ist gespeichert. Auch sie öffnet sich bei {host}: Wählen Sie sie dort aus.",
    noWindow:
      "Dieser Browser hat kein Fenster geöffnet. Erlauben Sie es dieser Seite und versuchen Sie es noch einmal, oder gehen Sie zu {host} und wählen Sie diese Seite dort aus.",
    noAnswer:
      "Das andere Fenster hat die Datei nicht angenommen. Gehen Sie zu {host} und wählen Sie dort diese Seite oder die gespeicherte Datei aus.",
    damaged:
      "Diese Seite ist nicht vollständig angekommen, deshalb gibt es nichts zu öffnen. Bitten Sie den Absender, sie noch einmal zu schicken.",
  },
};

/** For where scripts do not run: in front of the link to the service, and behind it. */
export const withoutScripts: Readonly<Record<"en" | "de", readonly [string, string]>> = {
  en: [
    "There is a protected file in this page, which cannot open here: scripts do not run. Save this page to your device, go to",
    "with a browser, and choose it there.",
  ],
  de: [
    "In dieser Seite steckt eine geschützte Datei, die sich hier nicht öffnen kann: Skripte sind aus. Speichern Sie diese Seite auf Ihrem Gerät, gehen Sie mit einem Browser zu",
    "und wählen Sie sie dort aus.",
  ],
};
