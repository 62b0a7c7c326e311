import type { Messages } from "../messages.js";

export const de: Messages = {
  open: "Geschützte Datei öffnen",
  openWhat: "Eine .ppdf, .ptxt, .pjpg, .pfile … aus einer Mail, von einem Link oder von diesem Gerät.",
  choose: "Datei auswählen",
  dropHere: "oder hier ablegen",
  neverSent: "Die Datei bleibt auf diesem Gerät. Der Dienst wird nach Ihren Rechten gefragt und sieht nie Inhalte.",
  offline:
    "Im Moment gibt es kein Netz. Was offen ist, bleibt offen; für eine andere Datei wird der Dienst gefragt, das geht wieder, sobald ein Netz da ist.",
  reading: "Die Datei wird gelesen…",
  takingOver: "Die Datei wird übernommen…",
  notTaken:
    "Die Datei ist nicht von ihrer Seite herübergekommen. Weiter geht es im Betrachter: Wählen Sie die Seite dort aus.",
  toViewer: "Weiter zum Betrachter",
  asking: "Ihre Rechte werden erfragt…",
  coming: "Die erste Seite wird geöffnet …",
  cancel: "Abbrechen",
  openAnother: "Andere Datei öffnen",

  belongsTo: (organisation) => `Geschützt von ${organisation}`,
  copyInstead: (document, short, long) =>
    `Um es hier zu lesen, wählen Sie die PDF-Kopie: ${short} oder ${long}. Sie liegt oder kommt meist mit ${document} und folgt denselben Regeln.`,
  chooseCopy: "PDF-Kopie wählen",
  signIn: "Zum Öffnen anmelden",
  signInWhy: "Wer Sie sind, entscheidet, was Sie damit tun dürfen.",
  signingIn: "Anmeldung läuft…",
  signingInWhere: "Machen Sie in dem Fenster weiter, das sich gerade geöffnet hat.",
  signedIn: "Sie sind angemeldet",
  signedInNext: "Sie können dieses Fenster schließen.",

  guests: {
    offer: "Ich habe kein Konto: Code per Mail",
    none: {
      "no-mail": (organisation) =>
        `Kein Konto dort? Der Dienst von ${organisation} verschickt noch keine Mail und kann Ihnen keinen Code schicken. Sagen Sie es denen, von denen die Datei kommt.`,
      off: (organisation) => `Kein Konto dort? ${organisation} öffnet seine Dateien nur für Menschen mit Konto.`,
    },
    what: "Wenn Ihnen diese Datei geschickt wurde, bekommen Sie einen Code an die Adresse, an die sie ging. Die Mail nennt, von wem sie ist.",
    address: "Ihre Mailadresse",
    send: "Code per Mail",
    sending: "Wird angefragt …",
    sent: "Geben Sie den Code aus der Mail ein",
    sentWhere: (file, address) => `Wenn ${file} an ${address} geschickt wurde, ist ein Code dorthin unterwegs.`,
    code: "Code",
    codeHelp: (digits, minutes) =>
      `${digits} Ziffern; er gilt ${minutes} Minuten und nur auf dieser Seite. Keine Mail? Sehen Sie im Spam-Ordner nach, und ob die Datei an diese Adresse ging.`,
    open: "Öffnen",
    checking: "Wird geprüft …",
    again: "Neuer Code per Mail",
    againIn: (seconds) => `Neuer Code per Mail (in ${seconds}\u00a0s)`,
    otherAddress: "Andere Adresse verwenden",
    signIn: "Mit einem Konto anmelden",
    noAddress: "Das ist keine Mailadresse. Schreiben Sie sie so: bob@gmail.example.",
    notDigits: (digits) => `Der Code hat ${digits} Ziffern. Geben Sie alle ein.`,
    wrong: (left) =>
      left === 1
        ? "Das ist nicht der Code. Sie haben noch einen Versuch: Vergleichen Sie mit der neuesten Mail."
        : `Das ist nicht der Code. Vergleichen Sie mit der neuesten Mail; Sie haben noch ${left} Versuche.`,
    early: (seconds) =>
      `Warten Sie ${seconds} ${seconds === 1 ? "Sekunde" : "Sekunden"}, bevor Sie es noch einmal versuchen.`,
    over: "Dieser Code ist zu Ende. Lassen Sie sich einen neuen schicken.",
    tooOften: "Von hier wurden zu viele Codes angefragt. Warten Sie einige Minuten und versuchen Sie es noch einmal.",
    unreachable: "Der Schutzdienst ist nicht erreichbar. Versuchen Sie es noch einmal, wenn er wieder da ist.",
    failed:
      "Das ging jetzt nicht. Versuchen Sie es noch einmal; bleibt es so, sagen Sie es denen, von denen die Datei kommt.",
    usePasskey: "Einen Passkey verwenden, den ich hier behalten habe",
    noPasskey: "Es wurde kein Passkey verwendet. Haben Sie keinen behalten, lassen Sie sich einen Code mailen.",
    passkeyOver:
      "Dieser Passkey öffnet die Tür nicht mehr. Lassen Sie sich einen Code mailen; dann können Sie einen neuen behalten.",
    keepPasskey: (address) => `Nächstes Mal ohne Code? Behalten Sie einen Passkey für ${address}.`,
    keep: "Passkey behalten",
    keeping: "Machen Sie dort weiter, wo Ihr Browser fragt …",
    notNow: "Jetzt nicht",
    close: "Schließen",
    kept: {
      kept: "Behalten. Wählen Sie nächstes Mal „Einen Passkey verwenden“; alle 90 Tage wird wieder einmal ein Code verlangt.",
      known: "Dieser Browser hat schon einen Passkey für Sie.",
      cancelled: "Es wurde kein Passkey behalten. Nächstes Mal bekommen Sie wieder einen Code.",
      failed: "Der Passkey ließ sich jetzt nicht behalten. Nächstes Mal bekommen Sie wieder einen Code.",
    },
  },

  foreign: (file, host) =>
    `${file} gehört einer anderen Organisation (${host}). Beim Öffnen erfährt deren Dienst, wer Sie sind.`,
  foreignNext: (host) => `Gehen Sie nur weiter, wenn Sie ${host} kennen. Wählen Sie die Datei dort noch einmal aus.`,
  foreignUnsafe:
    "Ihre Adresse ist keine, zu der man von hier aus sicher gehen kann. Fragen Sie, wer sie geschickt hat.",
  goTo: (host) => `Weiter zu ${host}`,

  refusals: {
    denied: ({ file, me, owner }) => `${me} hat keinen Zugriff auf ${file} bekommen. Geschützt hat es ${owner}.`,
    expired: ({ file }) => `Der Zugriff auf ${file} ist beendet.`,
    revoked: ({ file, owner }) => `${owner} hat ${file} zurückgezogen.`,
    damaged: ({ file }) =>
      `${file} ist nicht so, wie der Autor die Datei hinterlassen hat, und bleibt deshalb zu. Bitten Sie um eine neue Kopie.`,
    "not-protected": ({ file }) =>
      `${file} ist nicht geschützt. Öffnen Sie die Datei mit dem Programm, zu dem sie gehört.`,
    newer: ({ file }) =>
      `${file} wurde auf eine Weise geschützt, die diese Ansicht nicht kennt. Sagen Sie es denen, die sie betreuen.`,
    unreachable: ({ file }) => `Der Schutzdienst ist nicht erreichbar, und ohne ihn bleibt ${file} zu.`,
    "too-often": () => "Der Dienst wird gerade zu oft gefragt. Versuchen Sie es in einer Minute noch einmal.",
    "no-window": () =>
      "Dieser Browser hat kein Fenster zum Anmelden geöffnet. Erlauben Sie Fenster für diese Seite und versuchen Sie es noch einmal.",
    cancelled: ({ file }) => `Sie haben sich nicht angemeldet, also bleibt ${file} zu.`,
    "signed-out": () => "Ihre Anmeldung ist beendet. Melden Sie sich noch einmal an.",
    "other-key": () =>
      "Dieser Dienst zeigt einen anderen Schlüssel als den, dem dieser Browser vertraut hat. Fragen Sie Ihre Administration, ob er gewechselt wurde.",
    changed: ({ file }) =>
      `${file} wurde geändert oder verschoben, seit Sie die Datei gewählt haben. Wählen Sie sie noch einmal.`,
    "too-large": ({ file }) => `${file} ist zu groß, um hier gezeigt zu werden.`,
    unsuitable: ({ file }) => `${file} öffnet sich für Sie, aber dieser Browser kann den Inhalt nicht zeigen.`,
    outdated: ({ file }) =>
      `Diese Seite ist inzwischen älter als der Dienst. Laden Sie sie neu und wählen Sie ${file} noch einmal.`,
    office: ({ file }) =>
      `${file} öffnet sich für Sie im eigenen Programm, auf einem Rechner mit Sealwright. Ein Browser kann es nicht zeigen.`,
    failed: ({ file }) =>
      `${file} ließ sich gerade nicht öffnen. Versuchen Sie es noch einmal; bleibt es so, sagen Sie es denen, die den Dienst betreuen.`,
  },
  ask: (person) => `${person} fragen`,
  askSubject: (file) => `Zugriff auf ${file}`,
  askWhy: (person) => `Wozu brauchen Sie es? Das liest ${person}, mit Ihrem Namen.`,
  send: "Um Zugriff bitten",
  sending: "Wird gefragt…",
  asked: (person) => `${person} wurde gefragt. Sobald Sie Zugriff haben, öffnet sich dieselbe Datei.`,
  notAsked: ({ owner }) =>
    `Der Schutzdienst ist gerade nicht erreichbar, also wurde ${owner} nicht gefragt. Ihr Grund bleibt hier stehen: Versuchen Sie es später noch einmal.`,
  askMore: (person) => `${person} um mehr bitten`,
  askedMore: (person) => `${person} wurde gefragt. Sobald Sie mehr dürfen, öffnen Sie die Datei noch einmal.`,
  openAgain: "Noch einmal öffnen",
  otherAccount: "Anderes Konto verwenden",
  loadAgain: "Seite neu laden",
  tryAgain: "Noch einmal versuchen",
  trustNewKey: "Er wurde gewechselt: dem neuen Schlüssel vertrauen",
  details: "Für die Betreuung",

  wrapped: "Diese Datei wird ganz herausgegeben",
  wrappedWhat: (file) =>
    `Hier lässt sich ${file} nicht zeigen. Sie bekommen die Datei ohne Schutz: Was dann mit ihr geschieht, liegt bei Ihnen, und keine Regel hält sie mehr.`,
  save: (file) => `${file} ohne Schutz speichern`,
  saving: (percent) => `Wird geöffnet… ${percent} %`,
  saved: (file) => `${file} ist gespeichert, so wie der Autor die Datei hinterlassen hat.`,

  rights: "Ihre Rechte",
  viewOnly: "Nur ansehen",
  mayAlso: (rights) => `Ansehen, ${rights.join(", ")}`,
  until: (date) => `bis ${date}`,
  can: {
    view: "Sie dürfen es ansehen",
    until: "Der Zugriff endet",
    author: "So, wie der Autor es hinterlassen hat",
    print: "drucken",
    extract: "kopieren",
    export: "speichern",
  },
  cannot: {
    view: "Sie dürfen es nicht ansehen",
    until: "Ein Ende ist nicht gesetzt",
    author: "Noch nicht geprüft, ob es so ist, wie der Autor es hinterlassen hat",
    print: "kein Drucken",
    extract: "kein Kopieren",
    export: "kein Speichern ohne Schutz",
  },
  levels: {
    C: "Durch Kryptografie: Ohne Lizenz kann es niemand.",
    S: "Durch den Dienst: Er entscheidet bei jeder Frage und hält es fest.",
    V: "Durch diese Ansicht: Sie hält ehrliche Leute ab und keine Kamera auf.",
  },
  byWhom: "Geschützt von",
  checking: "Autor wird geprüft…",
  checked: "so, wie der Autor es hinterlassen hat",
  reader: "Angemeldet als",
  signOut: "Abmelden",
  print: "Drucken",
  printFrom: "Seiten von",
  printTo: "bis",
  printAtMost: (pages) => `Höchstens ${pages} auf einmal.`,
  printing: (page, count) => `Seite ${page} von ${count} wird vorbereitet…`,
  printFailed: "Diese Seiten ließen sich nicht drucken. Drucken Sie weniger auf einmal.",
  thumbnails: "Alle Seiten, klein",
  page: "Seite",
  find: "Suchen",
  findNext: "Weitersuchen",
  notFound: "Das steht nirgends in dieser Datei.",
  foundOn: (page) => `Gefunden auf Seite ${page}.`,
  zoomIn: "Größer",
  zoomOut: "Kleiner",
  fit: "An die Breite anpassen",
  printBlank: "Diese Seite wird nicht gedruckt. Wo Sie drucken dürfen, nehmen Sie Drucken in der Seite.",
};
