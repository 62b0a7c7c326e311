import type { Trouble } from "./requests-desk.js";

/** Every text of the page where owners answer. */
export interface RequestsMessages {
  readonly title: string;
  readonly what: string;
  readonly signIn: string;
  readonly signingIn: string;
  readonly signingInWhere: string;
  readonly asking: string;
  readonly cancel: string;
  readonly none: string;
  readonly noneNext: string;
  wants(name: string, file: string): string;
  readonly aFile: string;
  asked(date: string): string;
  readonly also: string;
  readonly rights: Readonly<Record<Offered, string>>;
  letIn(name: string): string;
  readonly refuse: string;
  readonly sending: string;
  granted(name: string, file: string): string;
  refused(name: string): string;
  readonly troubles: Readonly<Record<Trouble, string>>;
  readonly reader: string;
  readonly signOut: string;
  readonly otherAccount: string;
}

/** What may be given besides looking, in the order it is shown. */
export const offered = ["PRINT", "EXTRACT", "EDIT", "EXPORT"] as const;
export type Offered = (typeof offered)[number];

const en: RequestsMessages = {
  title: "Who asks you for access",
  what: "Sign in to see who asks for files that are yours, and why. Nothing changes before you answer.",
  signIn: "Sign in",
  signingIn: "Signing in…",
  signingInWhere: "Go on in the window that has just opened.",
  asking: "Asking the service…",
  cancel: "Cancel",
  none: "Nobody asks you for access",
  noneNext: "Who is refused by a file of yours can ask you in the viewer; it then stands here, and you are mailed.",
  wants: (name, file) => `${name} asks for ${file}`,
  aFile: "a file of yours",
  asked: (date) => `Asked on ${date}`,
  also: "Besides looking at it, they may",
  rights: { PRINT: "print", EXTRACT: "copy text", EDIT: "edit", EXPORT: "save it without protection" },
  letIn: (name) => `Let ${name} in`,
  refuse: "Refuse",
  sending: "Answering…",
  granted: (name, file) => `${name} may open ${file} now, every copy of it.`,
  refused: (name) => `Refused. ${name} keeps what they had before.`,
  troubles: {
    cancelled: "You did not sign in. Nothing changed.",
    "signed-out": "Your sign-in has ended. Sign in again to go on.",
    unreachable: "The protection service cannot be reached. Try again when it is back.",
    "too-often": "The service is asked too often at the moment. Wait a minute and try again.",
    "other-key":
      "This service shows another key than the one this browser trusted. Ask your administrator whether it was changed.",
    "not-possible":
      "This cannot be granted as it is: the file was withdrawn, its time has ended, or it was answered already. Restore it or give it a new end first.",
    failed: "That did not work now. Try again; if it stays so, tell whoever looks after the service.",
  },
  reader: "Signed in as",
  signOut: "Sign out",
  otherAccount: "Use another account",
};

const de: RequestsMessages = {
  title: "Wer Sie um Zugriff bittet",
  what: "Melden Sie sich an und sehen Sie, wer warum Dateien lesen möchte, die Ihnen gehören. Nichts ändert sich, bevor Sie antworten.",
  signIn: "Anmelden",
  signingIn: "Anmeldung läuft …",
  signingInWhere: "Weiter geht es in dem Fenster, das sich eben geöffnet hat.",
  asking: "Der Dienst wird gefragt …",
  cancel: "Abbrechen",
  none: "Niemand bittet Sie um Zugriff",
  noneNext:
    "Wen eine Ihrer Dateien abweist, der kann Sie im Viewer fragen; dann steht es hier, und Sie bekommen eine Mail.",
  wants: (name, file) => `${name} bittet um ${file}`,
  aFile: "eine Ihrer Dateien",
  asked: (date) => `Gefragt am ${date}`,
  also: "Außer ansehen auch",
  rights: { PRINT: "drucken", EXTRACT: "Text kopieren", EDIT: "bearbeiten", EXPORT: "ohne Schutz speichern" },
  letIn: (name) => `${name} Zugriff geben`,
  refuse: "Ablehnen",
  sending: "Antwort wird gesendet …",
  granted: (name, file) => `${name} kann ${file} jetzt öffnen, jede Kopie davon.`,
  refused: (name) => `Abgelehnt. ${name} behält, was vorher erlaubt war.`,
  troubles: {
    cancelled: "Sie haben sich nicht angemeldet. Nichts ist geändert.",
    "signed-out": "Ihre Anmeldung ist zu Ende. Melden Sie sich noch einmal an.",
    unreachable: "Der Schutzdienst ist nicht erreichbar. Versuchen Sie es noch einmal, wenn er wieder da ist.",
    "too-often": "Der Dienst wird gerade zu oft gefragt. Warten Sie eine Minute und versuchen Sie es noch einmal.",
    "other-key":
      "Dieser Dienst zeigt einen anderen Schlüssel als den, dem dieser Browser vertraut. Fragen Sie in Ihrer Administration, ob er gewechselt wurde.",
    "not-possible":
      "So lässt sich das nicht erlauben: Die Datei ist zurückgezogen, ihre Zeit ist zu Ende, oder die Bitte ist schon beantwortet. Geben Sie die Datei erst wieder frei oder setzen Sie ein neues Ende.",
    failed:
      "Das ging jetzt nicht. Versuchen Sie es noch einmal; bleibt es so, sagen Sie es denen, die den Dienst betreuen.",
  },
  reader: "Angemeldet als",
  signOut: "Abmelden",
  otherAccount: "Anderes Konto verwenden",
};

const languages: Readonly<Record<string, RequestsMessages>> = { en, de };

/** In the language the service chose for this page. */
export const requestsMessagesOf = (document: Document): RequestsMessages =>
  languages[document.documentElement.lang] ?? en;
