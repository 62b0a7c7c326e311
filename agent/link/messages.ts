/** Every text of the pages that the agent shows in the person's browser. */
export interface Texts {
  readonly codeTitle: string;
  codeFor(origin: string): string;
  readonly codeNext: string;
  codeUntil(time: string): string;
  readonly codeUnasked: string;
  readonly askTitle: string;
  asks(client: string, origin: string, file: string): string;
  askWhat(owner: string): string;
  readonly allow: string;
  readonly deny: string;
  readonly allowed: string;
  readonly denied: string;
  readonly close: string;
  readonly tooLate: string;
  readonly tooLateNext: string;
}

const en: Texts = {
  codeTitle: "Pair a page with this computer",
  codeFor: (origin) => `The page at ${origin} wants to let the agent on this computer protect documents.`,
  codeNext: "Type this code there:",
  codeUntil: (time) => `It is valid until ${time}, for one page.`,
  codeUnasked: "You have not asked for this? Then close this window and tell nobody the code.",
  askTitle: "Take the protection off a document?",
  asks: (client, origin, file) => `${client} (${origin}) wants the clear content of ${file}.`,
  askWhat: (owner) => `${owner} protected it. Whoever has the clear content can do anything with it.`,
  allow: "Take the protection off",
  deny: "Leave it protected",
  allowed: "The page gets the document without protection",
  denied: "The document stays protected",
  close: "You can close this window.",
  tooLate: "This question is no longer open",
  tooLateNext: "The document stays protected. Begin again in the page if you want it otherwise.",
};

const de: Texts = {
  codeTitle: "Eine Seite mit diesem Computer koppeln",
  codeFor: (origin) => `Die Seite unter ${origin} möchte Dokumente vom Agenten auf diesem Computer schützen lassen.`,
  codeNext: "Geben Sie dort diesen Code ein:",
  codeUntil: (time) => `Er gilt bis ${time}, für eine Seite.`,
  codeUnasked: "Das haben Sie nicht veranlasst? Dann schließen Sie dieses Fenster und sagen Sie niemandem den Code.",
  askTitle: "Den Schutz eines Dokuments entfernen?",
  asks: (client, origin, file) => `${client} (${origin}) möchte den ungeschützten Inhalt von ${file}.`,
  askWhat: (owner) => `Geschützt hat es ${owner}. Wer den ungeschützten Inhalt hat, kann damit alles tun.`,
  allow: "Schutz entfernen",
  deny: "Geschützt lassen",
  allowed: "Die Seite bekommt das Dokument ohne Schutz",
  denied: "Das Dokument bleibt geschützt",
  close: "Sie können dieses Fenster schließen.",
  tooLate: "Diese Frage ist nicht mehr offen",
  tooLateNext: "Das Dokument bleibt geschützt. Beginnen Sie in der Seite neu, wenn Sie es anders möchten.",
};

export const textsFor = (language: "en" | "de"): Texts => (language === "de" ? de : en);
