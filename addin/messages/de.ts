import type { Messages } from "../messages.js";
import { agentDe, programNames } from "./agent.js";

export const de: Messages = {
  agent: agentDe,
  outside: "Diese Seite gehört neben ein Dokument",
  outsideNext:
    "Öffnen Sie Word, Excel oder PowerPoint und wählen Sie Schützen auf der Registerkarte Start. Fehlt diese Schaltfläche, fragen Sie, wer sich in Ihrer Organisation um Office kümmert.",
  starting: "Das Dokument wird angesehen…",

  noLabel: "Keine Bezeichnung",
  noLabelHelp: "Wer dieses Dokument bekommt, kann es öffnen.",
  unknownLabel: "Eine Bezeichnung einer anderen Organisation, oder eine, die Ihnen nicht angeboten wird.",
  labelNotTold: "Bezeichnung unbekannt",
  cannotTell: "Diese Version von Office sagt nicht, welche Bezeichnung das Dokument hat.",

  signIn: "Anmelden",
  signInWhy: "Wer Sie sind, entscheidet, welche Bezeichnungen es gibt und wer das Dokument schützt.",
  signingIn: "Anmeldung läuft…",
  signingInWhere: "Weiter geht es in dem Fenster, das sich eben geöffnet hat.",
  signOut: "Abmelden",
  otherAccount: "Anderes Konto verwenden",
  signedIn: "Sie sind angemeldet",
  closeWindow: "Sie können dieses Fenster schließen.",
  strangeWindow: "Dieses Fenster hat etwas anderes als das Add-In geöffnet",

  labels: "Bezeichnungen",
  isCurrent: "hat das Dokument",
  noLabels:
    "Ihre Organisation bietet Ihnen keine Bezeichnungen an. Wer das Dokument öffnen darf, können Sie trotzdem bestimmen.",
  mayNotProtect:
    "In Ihrer Organisation dürfen nur manche Dateien schützen, und Sie gehören nicht dazu. Was man Ihnen schickt, öffnet sich weiterhin.",
  custom: "Eigene Berechtigungen…",
  customHelp: "Sie sagen anstelle einer Bezeichnung, wer es öffnen darf.",
  withoutCustom: "Ohne eigene Berechtigungen",
  who: "Person, Gruppe oder Domäne",
  whoHint: "bob@contoso.com oder @contoso.com",
  people: "Gefundene Personen und Gruppen",
  group: (name) => `${name} (Gruppe)`,
  may: "Darf",
  singleRights: "Einzelne Rechte…",
  perPerson: "Für jede Person eigene",
  addPerson: "Person hinzufügen",
  removePerson: (who) => `${who} entfernen`,
  named: {
    "Do Not Forward": {
      name: "Nicht weiterleiten",
      help: "Lesen und antworten, aber nicht weiterleiten, drucken, kopieren.",
    },
    "Encrypt-Only": { name: "Nur verschlüsseln", help: "Alles ist erlaubt, nur nicht, den Schutz zu entfernen." },
  },
  roles: {
    Viewer: "Ansehen",
    Reviewer: "Überprüfen",
    "Co-author": "Mitverfassen",
    "Co-owner": "Mitbesitzen",
  },
  rights: {
    VIEWRIGHTSDATA: "Berechtigungen sehen",
    COMMENT: "kommentieren",
    DOCEDIT: "Inhalt ändern",
    EDIT: "Änderungen speichern",
    PRINT: "drucken",
    EXTRACT: "kopieren",
    AUDITEDEXTRACT: "kopieren, mit Vermerk",
    REPLY: "antworten",
    REPLYALL: "allen antworten",
    FORWARD: "weiterleiten",
    OBJMODEL: "von Programmen lesen lassen",
    EXPORT: "ungeschützt speichern",
    EDITRIGHTSDATA: "Berechtigungen ändern",
  },
  until: "Bis",
  untilHelp: "Leer: ohne Ende.",
  offline: "Öffnet sich ohne den Dienst",
  offlineDays: (days) =>
    days === 0 ? "nie" : days === -1 ? "unbegrenzt" : days === 1 ? "einen Tag lang" : `${days} Tage lang`,
  permissionTroubles: {
    nobody: "Noch ist niemand genannt. Geben Sie eine Adresse ein.",
    "no-address": "Das ist keine Adresse. Schreiben Sie bob@contoso.com, oder @contoso.com für alle dort.",
    twice: "Diese Adresse ist zweimal genannt. Entfernen Sie eine.",
    past: "Dieser Tag ist vorbei. Wählen Sie einen späteren.",
    "too-many": "Das sind zu viele Namen für ein Dokument. Nennen Sie Gruppen oder eine Domäne.",
  },
  reason: "Warum genügt eine weniger vertrauliche Bezeichnung?",
  reasonToAudit: "Ihre Administratoren können es lesen.",
  reasonInDocument: "Es bleibt im Dokument stehen.",
  obstacles: {
    reason: "Sagen Sie zuerst, warum.",
    "no-address": "Eine Adresse ist noch nicht vollständig.",
    label: "Jedes Dokument bekommt hier eine Bezeichnung. Wählen Sie eine.",
    "no-place":
      "Diese Version von Office lässt kein Add-In eine Bezeichnung in ein Dokument schreiben. Wählen Sie eine, die es schützt.",
  },

  protect: "Schützen",
  protectAs: (label) => `Schützen als ${label}`,
  labelAs: (label) => `Bezeichnen als ${label}`,
  chooseFirst: "Wählen Sie zuerst eine Bezeichnung.",
  willProtect: (name) => `Eine geschützte Kopie, ${name}, wird gespeichert. Dieses Dokument bleibt offen, wie es ist.`,
  willProtectPages: (name) =>
    `Office gibt hier nur die Seiten dieses Dokuments her. ${name}, eine geschützte Kopie zum Ansehen, wird gespeichert.`,
  willLabel: "Das Dokument bekommt die Bezeichnung. Geschützt wird es dadurch nicht.",
  cancel: "Abbrechen",
  steps: { labelling: "Wird bezeichnet", reading: "Dokument wird gelesen", protecting: "Wird geschützt" },
  percent: (done) => `${done} %`,

  done: "Geschützt",
  doneLabel: "Bezeichnet",
  isUndone: "Rückgängig gemacht",
  saved: (name) => `${name} ist geschützt und bei Ihren Downloads gespeichert.`,
  stillClear:
    "Das Dokument, das Sie offen haben, ist es nicht: Schließen Sie es, legen Sie die geschützte Kopie an seine Stelle, und löschen Sie das ungeschützte, wenn Sie es nicht mehr brauchen.",
  pagesOnly: "Es ist eine Kopie zum Ansehen. Um das Dokument selbst zu schützen, öffnen Sie es im Desktop-Programm.",
  saveToKeep: "Speichern Sie das Dokument, damit die Bezeichnung bleibt.",
  notCarried: "Diese Version von Office lässt Add-Ins die Bezeichnung nicht in das Dokument schreiben.",
  notShown: (what, program) => `${program} lässt kein Add-In ${what.join(" und ")} dieser Bezeichnung einsetzen.`,
  marks: { header: "die Kopfzeile", footer: "die Fußzeile", watermark: "das Wasserzeichen" },
  programs: programNames,
  unsaved: { word: "Dokument", excel: "Arbeitsmappe", powerpoint: "Präsentation" },
  save: "Dokument speichern",
  isSaved: "Das Dokument ist gespeichert, mit seiner Bezeichnung.",
  download: "Geschützte Kopie noch einmal speichern",
  undo: "Rückgängig",
  undoing: "Wird rückgängig gemacht…",
  undone: (name) =>
    name === null
      ? "Das Dokument ist, wie es war."
      : `Das Dokument ist, wie es war. ${name} wurde zurückgezogen: Es öffnet sich für niemanden sonst mehr. Löschen Sie es aus Ihren Downloads.`,
  openedBefore: (until) => `Wer es schon geöffnet hat, kann das ohne den Dienst noch bis ${until}.`,
  another: "Zurück zu den Bezeichnungen",
  whoCanOpen: (names, more) =>
    `Sie können es öffnen, und ${names.join(", ")}${more > 0 ? ` und ${more} weitere` : ""}.`,

  troubles: {
    silent: "Office antwortet nicht. Versuchen Sie es noch einmal; sonst schließen und öffnen Sie das Dokument.",
    refused:
      "Office gibt dieses Dokument nicht an Add-Ins. Speichern Sie es auf diesem Computer, öffnen Sie es dort, und versuchen Sie es noch einmal.",
    unsuitable:
      "Dieses Dokument lässt sich hier nicht schützen: Es ist größer als 2 GB, oder Office gab etwas anderes, als es sagte.",
    changed: "Das Dokument hat sich beim Lesen geändert. Speichern Sie es, und versuchen Sie es noch einmal.",
    "not-signed-in": "Sie haben sich nicht angemeldet, oder Office hat kein Fenster dafür geöffnet.",
    "signed-out": "Ihre Anmeldung ist zu Ende. Melden Sie sich wieder an; was Sie gewählt haben, bleibt.",
    unreachable: "Der Schutzdienst ist nicht erreichbar. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.",
    "too-often": "Der Dienst wird gerade zu oft gefragt. Warten Sie eine Minute, und versuchen Sie es noch einmal.",
    denied:
      "Der Dienst lässt Sie es so nicht schützen: Bezeichnungen oder Berechtigungen haben sich geändert. Wählen Sie noch einmal.",
    "other-key":
      "Dieser Dienst zeigt einen anderen Schlüssel als den, dem hier bisher vertraut wurde. Fragen Sie Ihre Administration, ob er gewechselt wurde.",
    "agent-gone":
      "Der Agent auf diesem Computer antwortet nicht mehr. Starten Sie ihn, und versuchen Sie es noch einmal.",
    "agent-unpaired":
      "Dieser Bereich und der Agent sind nicht mehr gekoppelt. Versuchen Sie es noch einmal, um sie zu koppeln.",
    "agent-signed-out":
      "Am Agenten ist niemand mehr angemeldet, oder dieser Computer wurde entfernt. Melden Sie sich mit „seal login“ an, und versuchen Sie es noch einmal.",
    "agent-strange": "Ein anderes Programm antwortet anstelle des Agenten. Es hat nichts erfahren.",
    "agent-version":
      "Der Agent hat eine andere Version als dieser Bereich. Aktualisieren Sie ihn, oder öffnen Sie den Bereich neu.",
    "agent-busy":
      "Der Agent hat gerade genug Dokumente in Arbeit. Warten Sie, bis eines fertig ist, und versuchen Sie es noch einmal.",
    "disk-full":
      "Auf diesem Computer ist kein Platz, um es zu schützen. Schaffen Sie welchen, und versuchen Sie es noch einmal.",
    already: "Dieses Dokument ist schon geschützt.",
    "in-use":
      "Ein anderes Programm hat das Dokument geöffnet. Schließen Sie es dort, und versuchen Sie es noch einmal.",
    failed:
      "Es ließ sich gerade nicht schützen. Versuchen Sie es noch einmal; sonst sagen Sie es, wer sich um den Dienst kümmert.",
  },
  unchanged: "Das Dokument ist, wie es war.",
  again: "Noch einmal versuchen",
  back: "Zurück",
  trustNewKey: "Er wurde gewechselt: neuem Schlüssel vertrauen",
  forSupport: "Für den Support",
  noForm:
    "Office gibt dieses Dokument hier nicht an Add-Ins, es lässt sich also nicht schützen. Bezeichnungen lassen sich setzen.",
  inPage: "Schützt in diesem Bereich",
};
