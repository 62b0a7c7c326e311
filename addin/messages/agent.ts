import type { PairingTrouble } from "../agent-side.js";
import type { Program } from "../document.js";
import type { Standing } from "../nearby-agent.js";

/** Every text about the agent on this computer. */
export interface AgentMessages {
  readonly connected: string;
  readonly looking: string;
  /** Why it does not protect here, and what to do about it. @param who - it is signed in as, or where. */
  standings: Readonly<Record<Exclude<Standing, "connected" | "looking">, (who: string) => string>>;
  readonly lookAgain: string;
  readonly allow: string;
  readonly pair: string;
  readonly pairAnew: string;
  readonly signInWithout: string;
  readonly without: string;

  notMet(program: string): string;
  readonly notMetWhy: string;
  readonly showCode: string;
  readonly showing: string;
  readonly shown: string;
  readonly byHand: string;
  readonly code: string;
  readonly connect: string;
  readonly connecting: string;
  readonly troubles: Readonly<Record<PairingTrouble, string>>;

  /** Before: what will happen to the document's own file, and when. @param saves - whether the pane saves it. */
  willProtectFile(name: string, program: string, saves: boolean): string;
  readonly copyInstead: string;
  waits(name: string, program: string): string;
  readonly waitsTitle: string;
  readonly saveFirst: string;
  fileMade(name: string): string;
  refused(name: string, program: string): string;
  pages(name: string): string;
  readonly noPages: string;
  readonly saveUndone: string;
}

export const programNames: Readonly<Record<Program, string>> = {
  word: "Word",
  excel: "Excel",
  powerpoint: "PowerPoint",
};

export const agentEn: AgentMessages = {
  connected: "Agent connected",
  looking: "Looking for the agent on this computer…",
  standings: {
    "not-paired": () => "This pane and the agent on this computer have not met yet.",
    unreachable: () => "The protection agent is not running on this computer. Start it with “seal agent”.",
    certificate: () =>
      "The agent runs on this computer, but this program does not trust its certificate. “seal install” sees to that; then open this pane again.",
    "browser-asks": () =>
      "This browser asks before it lets Office talk to programs on this computer. Choose “Allow” when it does.",
    "browser-refused": () =>
      "This browser does not let Office talk to programs on this computer. Choose the sign before the address of this page, allow access to this device or the local network, and open the page again.",
    untrusted: () =>
      "Another program on this computer answers in place of the agent; it was told nothing. If you have set up the agent anew, pair it again; else ask whoever looks after this computer.",
    "other-version": () =>
      "The agent on this computer is of another version than this pane. Update it, or open this pane anew.",
    "signed-out": () => "Nobody is signed in to the agent on this computer. Sign in with “seal login”.",
    "too-often": () => "Too many wrong codes. Wait a minute, and try again.",
    busy: () => "The agent on this computer is connected to too many windows. Close some of them.",
    failing: () => "Something is wrong with the agent on this computer. “seal doctor” says what.",
    "other-service": (who) => `The agent on this computer belongs to another service, ${who}.`,
    "other-person": (who) => `The agent on this computer is signed in as ${who}, and you are somebody else here.`,
  },
  lookAgain: "Look again",
  allow: "Let it ask",
  pair: "Pair with the agent",
  pairAnew: "Pair again",
  signInWithout: "Sign in, and protect without it",
  without: "Protect without it",

  notMet: (program) => `${program} and the agent have not met yet`,
  notMetWhy: "Type the code the agent shows. This is needed once; then it protects the document's own file.",
  showCode: "Show the code",
  showing: "The agent is asked for a code…",
  shown: "The agent shows the code in a window of your browser.",
  byHand: "The agent has no window here. Type “seal pair” in a terminal; it shows the code there.",
  code: "Code",
  connect: "Connect",
  connecting: "Connecting…",
  troubles: {
    "no-code": "Type the eight letters and digits of the code.",
    "wrong-code": "This is not the code that the agent shows, or it is over. Let it show another one.",
    "too-often": "Too many wrong codes. Wait a minute, and try again.",
    "signed-out": "Nobody is signed in to the agent. Sign in with “seal login”, and try again.",
    gone: "The agent does not answer any more. Start it, and try again.",
  },

  willProtectFile: (name, program, saves) =>
    saves
      ? `${name} is saved now, and protected as soon as you close it. Until then it stays as it is.`
      : `${name} is protected as soon as you have saved and closed it in ${program}. Until then it stays as it is.`,
  copyInstead: "Protect a copy instead",
  waitsTitle: "Protected when you close it",
  waits: (name, program) =>
    `${name} is open in ${program}; it will be protected when you close it. This pane can be closed before.`,
  saveFirst: "Save it before you close it: what is saved is what is protected.",
  fileMade: (name) => `${name} is protected, where it was.`,
  refused: (name, program) =>
    `The agent does not see ${name} open in ${program} on this computer, so it protected a copy.`,
  pages: (name) => `${name}, to look at on a phone, is saved beside it.`,
  noPages: "A copy to look at could not be made on this computer.",
  saveUndone: "Save it to keep that.",
};

export const agentDe: AgentMessages = {
  connected: "Agent verbunden",
  looking: "Der Agent auf diesem Computer wird gesucht…",
  standings: {
    "not-paired": () => "Dieser Bereich und der Agent auf diesem Computer kennen sich noch nicht.",
    unreachable: () => "Der Schutz-Agent läuft auf diesem Computer nicht. Starten Sie ihn mit „seal agent“.",
    certificate: () =>
      "Der Agent läuft auf diesem Computer, aber dieses Programm vertraut seinem Zertifikat nicht. Dafür sorgt „seal install“; danach öffnen Sie diesen Bereich neu.",
    "browser-asks": () =>
      "Dieser Browser fragt, bevor Office mit Programmen auf diesem Computer sprechen darf. Wählen Sie „Zulassen“, wenn er fragt.",
    "browser-refused": () =>
      "Dieser Browser lässt Office nicht mit Programmen auf diesem Computer sprechen. Klicken Sie auf das Zeichen vor der Adresse dieser Seite, erlauben Sie den Zugriff auf dieses Gerät oder das lokale Netzwerk, und öffnen Sie die Seite neu.",
    untrusted: () =>
      "Ein anderes Programm auf diesem Computer antwortet anstelle des Agenten; es hat nichts erfahren. Haben Sie den Agenten neu eingerichtet, dann koppeln Sie ihn neu; sonst fragen Sie, wer sich um diesen Computer kümmert.",
    "other-version": () =>
      "Der Agent auf diesem Computer hat eine andere Version als dieser Bereich. Aktualisieren Sie ihn, oder öffnen Sie den Bereich neu.",
    "signed-out": () => "Am Agenten auf diesem Computer ist niemand angemeldet. Melden Sie sich mit „seal login“ an.",
    "too-often": () => "Zu viele falsche Codes. Warten Sie eine Minute, und versuchen Sie es noch einmal.",
    busy: () => "Der Agent auf diesem Computer ist mit zu vielen Fenstern verbunden. Schließen Sie einige davon.",
    failing: () => "Mit dem Agenten auf diesem Computer stimmt etwas nicht. „seal doctor“ sagt, was.",
    "other-service": (who) => `Der Agent auf diesem Computer gehört zu einem anderen Dienst, ${who}.`,
    "other-person": (who) => `Am Agenten auf diesem Computer ist ${who} angemeldet, hier sind Sie jemand anderes.`,
  },
  lookAgain: "Noch einmal suchen",
  allow: "Fragen lassen",
  pair: "Mit dem Agenten koppeln",
  pairAnew: "Neu koppeln",
  signInWithout: "Anmelden und ohne ihn schützen",
  without: "Ohne ihn schützen",

  notMet: (program) => `${program} und der Agent kennen sich noch nicht`,
  notMetWhy:
    "Geben Sie den Code ein, den der Agent zeigt. Das ist einmal nötig; danach schützt er die Datei des Dokuments selbst.",
  showCode: "Code anzeigen",
  showing: "Der Agent wird um einen Code gebeten…",
  shown: "Der Agent zeigt den Code in einem Fenster Ihres Browsers.",
  byHand: "Der Agent hat hier kein Fenster. Geben Sie „seal pair“ in einem Terminal ein; dort zeigt er den Code.",
  code: "Code",
  connect: "Verbinden",
  connecting: "Wird verbunden…",
  troubles: {
    "no-code": "Geben Sie die acht Buchstaben und Ziffern des Codes ein.",
    "wrong-code":
      "Das ist nicht der Code, den der Agent zeigt, oder er gilt nicht mehr. Lassen Sie einen neuen anzeigen.",
    "too-often": "Zu viele falsche Codes. Warten Sie eine Minute, und versuchen Sie es noch einmal.",
    "signed-out":
      "Am Agenten ist niemand angemeldet. Melden Sie sich mit „seal login“ an, und versuchen Sie es noch einmal.",
    gone: "Der Agent antwortet nicht mehr. Starten Sie ihn, und versuchen Sie es noch einmal.",
  },

  willProtectFile: (name, program, saves) =>
    saves
      ? `${name} wird jetzt gespeichert, und geschützt, sobald Sie das Dokument schließen. Bis dahin bleibt es, wie es ist.`
      : `${name} wird geschützt, sobald Sie es in ${program} gespeichert und geschlossen haben. Bis dahin bleibt es, wie es ist.`,
  copyInstead: "Stattdessen eine Kopie schützen",
  waitsTitle: "Geschützt, wenn Sie schließen",
  waits: (name, program) =>
    `${name} ist in ${program} geöffnet und wird geschützt, wenn Sie es schließen. Dieser Bereich kann vorher geschlossen werden.`,
  saveFirst: "Speichern Sie es, bevor Sie es schließen: Geschützt wird, was gespeichert ist.",
  fileMade: (name) => `${name} ist geschützt, wo es lag.`,
  refused: (name, program) =>
    `Der Agent sieht auf diesem Computer nicht, dass ${name} in ${program} geöffnet ist, und hat deshalb eine Kopie geschützt.`,
  pages: (name) => `${name}, zum Ansehen auf dem Telefon, ist daneben gespeichert.`,
  noPages: "Eine Kopie zum Ansehen ließ sich auf diesem Computer nicht machen.",
  saveUndone: "Speichern Sie es, damit das so bleibt.",
};
