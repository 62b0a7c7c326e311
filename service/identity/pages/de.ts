import type { Messages } from "./messages.js";

export const de: Messages = {
  signIn: "Anmelden",
  address: "Mailadresse",
  password: "Passwort",
  show: "Anzeigen",
  hide: "Verbergen",
  cancel: "Abbrechen",
  continue: "Weiter",
  or: "oder",
  wrong: "Mailadresse und Passwort gehören nicht zusammen. Prüfen Sie beide und versuchen Sie es noch einmal.",
  limited: (seconds) => `Zu viele falsche Passwörter. Versuchen Sie es in ${seconds} Sekunden noch einmal.`,

  continueWith: (provider) => `Weiter mit ${provider}`,
  goingOn: (provider) => `Weiter zu ${provider}`,
  providerTroubles: {
    cancelled: (provider) => `Sie haben sich nicht bei ${provider} angemeldet. Nichts ist geändert.`,
    unreachable: (provider) => `${provider} ist gerade nicht erreichbar. Versuchen Sie es in einer Minute noch einmal.`,
    unbelievable: (provider) =>
      `Der Antwort von ${provider} ist nicht zu trauen. Versuchen Sie es noch einmal; bleibt es so, sagen Sie es denen, die diesen Dienst betreuen.`,
    "no-address": (provider) =>
      `${provider} nennt Ihre Mailadresse nicht, und ohne sie können Sie sich hier nicht anmelden.`,
    unverified: (provider) =>
      `${provider} hat Ihre Mailadresse nicht geprüft. Lassen Sie sie dort prüfen, dann melden Sie sich hier noch einmal an.`,
    "foreign-domain": (provider) =>
      `${provider} spricht nicht für die Domain Ihrer Mailadresse. Melden Sie sich auf anderem Weg an.`,
    taken: () =>
      "Ihre Mailadresse gehört oder gehörte hier zu einem anderen Konto. Fragen Sie die, die diesen Dienst betreuen.",
    "switched-off": () => "Ihr Konto ist hier abgeschaltet. Fragen Sie die, die diesen Dienst betreuen.",
  },

  consent: "Ihr Konto auf diesem Computer verwenden?",
  consentThere: "Ihr Konto auf jenem Gerät verwenden?",
  consentHere: (who) => `Sealwright öffnet und schützt auf diesem Computer dann Dateien als ${who}.`,
  consentDevice: (who) => `Das Gerät mit diesem Code öffnet und schützt dann Dateien als ${who}.`,
  consentWarning: "Fahren Sie nur fort, wenn Sie diese Anmeldung gerade selbst begonnen haben.",
  consentDeviceWarning:
    "Fahren Sie nur fort, wenn das Gerät diesen Code zeigt und Sie die Anmeldung dort selbst begonnen haben.",
  code: "Code",
  askedFrom: (ip) => `Angefragt von der Netzwerkadresse ${ip}`,
  otherAccount: "Anderes Konto verwenden",

  changePassword: "Passwort ändern",
  chooseOwn: "Eigenes Passwort wählen",
  chooseOwnWhy: "Das bisherige haben Sie bekommen. Das neue sollten nur Sie kennen.",
  currentPassword: "Aktuelles Passwort",
  newPassword: "Neues Passwort",
  again: "Neues Passwort noch einmal",
  passwordRule: (characters) =>
    `Mindestens ${characters} Zeichen. Ein paar Wörter hintereinander sind leicht zu merken und schwer zu erraten.`,
  passwordEnds: "Überall, wo Sie angemeldet sind, müssen Sie sich neu anmelden.",
  save: "Passwort speichern",
  troubles: {
    short: "Dieses Passwort ist zu kurz. Nehmen Sie mindestens 12 Zeichen.",
    long: "Dieses Passwort ist zu lang. Bleiben Sie unter 1024 Zeichen.",
    common: "Dieses Passwort wird beim Raten mit als Erstes versucht. Wählen Sie ein anderes.",
    personal: "Dieses Passwort enthält Ihren Namen, Ihre Adresse oder Organisation. Wählen Sie eines ohne sie.",
    repeated: "Dieses Passwort wiederholt sich. Wählen Sie eines, das mehr wechselt.",
    different: "Die beiden neuen Passwörter sind verschieden. Geben Sie zweimal dasselbe ein.",
    same: "Das ist Ihr jetziges Passwort. Wählen Sie ein anderes.",
  },
  wrongCurrent:
    "Mailadresse und aktuelles Passwort gehören nicht zusammen. Prüfen Sie beide und versuchen Sie es noch einmal.",
  passwordChanged: "Ihr Passwort ist geändert",
  passwordChangedNext:
    "Melden Sie sich überall damit an, wo Sie Sealwright verwenden. Sie können dieses Fenster schließen.",

  connectDevice: "Anderes Gerät anmelden",
  enterCode: "Geben Sie den Code ein, den Ihr Gerät zeigt.",
  compareCode: "Zeigt Ihr Gerät diesen Code? Fahren Sie nur dann fort.",
  noSuchCode: "Diesen Code gibt es nicht. Vergleichen Sie ihn mit dem, den Ihr Gerät zeigt.",
  noCode: "Geben Sie zuerst den Code ein. Ihr Gerät zeigt ihn.",
  codeEnded: "Dieser Code ist abgelaufen. Beginnen Sie die Anmeldung auf dem Gerät neu, dann zeigt es einen neuen.",
  codeUsed: "Dieser Code wurde schon benutzt. Beginnen Sie die Anmeldung auf dem Gerät neu, dann zeigt es einen neuen.",
  deviceConnected: "Ihr Gerät ist angemeldet",
  deviceConnectedNext: "Dort geht es weiter. Sie können dieses Fenster schließen.",
  deviceRefused: "Nichts wurde erlaubt",
  deviceRefusedNext: "Das Gerät ist nicht angemeldet. Sie können dieses Fenster schließen.",

  signOut: "Abmelden",
  signOutWhat: "Dieser Browser vergisst, wer Sie sind. Angemeldete Geräte bleiben angemeldet.",
  signedOut: "Sie sind abgemeldet",
  closeWindow: "Sie können dieses Fenster schließen.",

  cannotGoOn: "Die Anmeldung kann nicht weitergehen",
  tookTooLong:
    "Sie hat zu lange gedauert, oder Cookies sind abgeschaltet. Beginnen Sie in dem Programm neu, aus dem Sie kamen.",
  notGiven:
    "Das Programm, das sie begonnen hat, verlangt etwas, das dieser Dienst nicht gibt. Sagen Sie es denen, die ihn betreuen.",
  tooMany: "Aus Ihrem Netzwerk kamen zu viele Anfragen. Warten Sie eine Minute und versuchen Sie es noch einmal.",
  wentWrong: "Hier ist etwas schiefgegangen",
  tryLater: "Versuchen Sie es in einer Minute noch einmal.",
};
