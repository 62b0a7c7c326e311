import type { MailMessages } from "../messages.js";

export const de: MailMessages = {
  outlook: "Outlook",
  starting: "Die Mail wird angesehen …",
  noLabel: "Keine Bezeichnung",
  noLabelHelp: "Was angehängt ist, geht hinaus, wie es ist.",
  signInWhy: "Wer Sie sind, entscheidet, welche Bezeichnungen es gibt und wer die Anlagen schützt.",
  signInAndFinish: "Anmelden, schützen und senden",

  attachments: "Anlagen",
  none: "Nichts ist angehängt.",
  states: {
    clear: "Nicht geschützt",
    reading: "Wird gelesen …",
    attaching: "Die geschützte Datei wird angehängt …",
    ours: "Geschützt",
    others: "Von jemand anderem geschützt; bleibt, wie sie ist",
    "in-text": "Ein Bild im Text, lesbar wie der Text",
  },
  protecting: (percent) => `Wird geschützt … ${percent} %`,
  problems: {
    link: "Das ist ein Verweis auf eine Datei anderswo; sie lässt sich hier nicht schützen. Hängen Sie statt dessen eine Kopie an.",
    stays: "Die geschützte Kopie ist angehängt, aber Outlook nimmt diese Anlage nicht weg. Entfernen Sie sie selbst.",
    "stays-in-text":
      "Die geschützte Kopie ist angehängt, aber Outlook nimmt das Bild nicht aus dem Text. Löschen Sie es dort selbst.",
    refused:
      "Outlook gibt diese Anlage nicht heraus oder nimmt keine geschützte an. Entfernen Sie sie, und hängen Sie sie neu an.",
    silent: "Outlook antwortet nicht. Sie ist noch angehängt, wie sie war; versuchen Sie es noch einmal.",
    changed: "Sie hat sich beim Schützen geändert. Versuchen Sie es noch einmal.",
    large:
      "Eine Mail trägt 25 MB, und diese Anlage und ihre geschützte Kopie müssen beide hineinpassen. Speichern Sie die geschützte Datei, und hängen Sie sie stattdessen an.",
    saved: "Die geschützte Datei liegt bei Ihren Downloads. Entfernen Sie diese hier, und hängen Sie jene an.",
    lost: "Outlook hat die geschützte Datei verloren. Sie liegt bei Ihren Downloads; hängen Sie sie wieder an.",
    failed: "Sie ließ sich nicht schützen. Sie ist noch angehängt, wie sie war; versuchen Sie es noch einmal.",
  },
  saveProtected: "Geschützte Datei speichern",
  leavePictures: "Bilder im Text lassen",
  leavePicturesHelp: "Sie bleiben lesbar wie der Text selbst. Sonst werden sie herausgenommen und geschützt angehängt.",

  readersCan: "Empfänger dürfen",
  may: {
    "Do Not Forward": "lesen und antworten; nicht weiterleiten, drucken, kopieren",
    "Encrypt-Only": "alles, nur nicht den Schutz entfernen",
    Viewer: "lesen",
    Reviewer: "lesen und ändern",
    "Co-author": "lesen, ändern, kopieren und drucken",
  },
  meetings: {
    guest: (who) =>
      `${who} ist außerhalb Ihrer Organisation. Anlagen öffnen sich dort im Browser, mit einem Code, der per Mail kommt.`,
    none: (who) =>
      `${who} ist außerhalb Ihrer Organisation und kann die Anlagen nicht öffnen: Sie lässt keine Gäste zu.`,
    unnamed: (who) =>
      `${who} ist nicht unter denen, die diese Bezeichnung nennt, und kann die Anlagen vielleicht nicht öffnen.`,
    "no-address": (who) => `${who} hat keine Mailadresse, für die sich Anlagen schützen ließen.`,
  },

  obstacles: {
    reason: "Sagen Sie erst, warum.",
    nobody: "Sagen Sie erst, an wen die Mail geht: Für sie werden die Anlagen geschützt.",
    "no-address": "Berichtigen Sie erst die Empfänger: Für sie werden die Anlagen geschützt.",
  },
  willProtect: (count) =>
    count === 1
      ? "Eine Anlage wird durch eine geschützte Datei ersetzt."
      : `${count} Anlagen werden durch geschützte Dateien ersetzt.`,
  willLabel: "Die Mail bekommt die Bezeichnung. Anlagen bleiben, wie sie sind.",
  nothingToProtect: "Die Mail bekommt die Bezeichnung. Was Sie von jetzt an anhängen, wird geschützt.",
  willProtectAnew: "Was angehängt ist, wird neu geschützt, unter dieser Bezeichnung.",
  willRegrant: "Was Empfänger dürfen, wird für alle Anlagen geändert.",
  protectAs: (label) => `Schützen als ${label}`,
  labelAs: (label) => `Bezeichnen als ${label}`,
  andSend: "Schützen und senden",
  labelAndSend: "Bezeichnen und senden",
  working: "Die Anlagen werden geschützt",
  ready: "Die Mail kann gesendet werden.",
  labelledSend: "Die Mail hat ihre Bezeichnung. Drücken Sie in Outlook auf Senden.",
  readySend: "Alles ist geschützt. Drücken Sie in Outlook auf Senden.",
  notReady: (count) =>
    count === 1
      ? "Eine Anlage kann noch nicht hinaus; siehe oben."
      : `${count} Anlagen können noch nicht hinaus; siehe oben.`,
  alone: (names) =>
    `${names.join(", ")} ${names.length === 1 ? "geht" : "gehen"} ohne Kopie für Leute ohne Programm hinaus: Die Mail würde zu groß.`,
  sent: "Die Mail ist unterwegs.",
  unchanged:
    "Anlagen, die nicht als geschützt dastehen, sind noch angehängt, wie sie waren, und die Mail wird zurückgehalten.",

  readTitle: "Geschützte Anlagen",
  readNone: "Nichts, was an dieser Mail hängt, ist geschützt.",
  readHelp: "Öffnen Sie eine, um zu sehen, was Sie damit dürfen. Entschlüsselt wird sie nur auf diesem Gerät.",
  open: "Ansehen",
  opening: "Eine Lizenz wird erfragt …",
  openInViewer: "Im Betrachter öffnen",
  openedInViewer: "Sie ist in einem Fenster Ihres Browsers offen.",
  noWindow: "Es ging kein Fenster auf. Speichern Sie die Datei, und öffnen Sie sie im Betrachter oder mit dem Agenten.",
  tooLargeForViewer:
    "Sie ist zu groß zum Übergeben. Speichern Sie sie, und öffnen Sie sie im Betrachter oder mit dem Agenten.",
  save: "Die geschützte Datei speichern",
  saveHelp: "Mit dem Agenten auf diesem Rechner öffnet ein Doppelklick sie in ihrem eigenen Programm.",
  protectedBy: (who) => `Geschützt von ${who}.`,
  youMay: (rights) => `Sie dürfen: ${rights.join(", ")}.`,
  youOwnIt: "Sie haben sie geschützt und dürfen alles.",
  view: "lesen",
  until: (when) => `Bis ${when}.`,
  wrapped: "Sie ist als Ganzes verpackt: Einmal offen, lässt sie sich ohne Schutz aufheben.",
  marks: {
    C: "durch Kryptografie: ohne Lizenz kein Inhalt",
    S: "durch den Dienst: Zugang lässt sich zurückziehen und endet",
    V: "durch Betrachter und Agent: schreckt ab, lässt sich nicht erzwingen",
  },
  notProtected: "Sie ist nicht geschützt, was auch immer ihr Name sagt.",
  refused: {
    denied: "Sie haben keinen Zugang dazu bekommen. Fragen Sie, wer sie Ihnen geschickt hat.",
    expired: "Der Zugang dazu ist abgelaufen. Fragen Sie, wer sie Ihnen geschickt hat.",
    revoked: "Sie wurde zurückgezogen. Fragen Sie, wer sie Ihnen geschickt hat.",
    damaged: "Sie ist nicht, wie ihr Autor sie hinterließ, und bleibt zu. Bitten Sie um eine neue Kopie.",
    "other-organisation":
      "Sie gehört einer anderen Organisation. Speichern Sie sie, und öffnen Sie sie in deren Betrachter.",
  },
};
