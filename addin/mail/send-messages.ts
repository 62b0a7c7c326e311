import type { Verdict } from "./check.js";

/** What the events say: a refusal has 500 characters, a notification 150, a button 20. */
interface SendMessages {
  open(count: number, names: string): string;
  readonly recipients: string;
  readonly label: string;
  readonly labelNext: string;
  readonly labelButton: string;
  readonly unknown: string;
  readonly openShort: string;
  readonly recipientsShort: string;
  /** What the button does that finishes it. */
  readonly next: string;
  readonly button: string;
}

const en: SendMessages = {
  open: (count, names) =>
    count === 1
      ? `One attachment is not protected yet (${names}).`
      : `${count} attachments are not protected yet (${names}).`,
  recipients: "The recipients have changed since the attachments were protected for them.",
  label: "Your organisation wants a label on every mail, and this one has none yet.",
  labelNext: '"Pick a label" opens the pane for that.',
  labelButton: "Pick a label",
  unknown:
    "Outlook does not say what is attached, so it is not known whether all of it is protected. Try again in a moment.",
  openShort: "The label of this mail wants attachments protected, and some are not yet.",
  recipientsShort: "The recipients have changed since the attachments were protected for them.",
  next: '"Protect now" opens the pane, where one click finishes and sends.',
  button: "Protect now",
};

const de: SendMessages = {
  open: (count, names) =>
    count === 1
      ? `Eine Anlage ist noch nicht geschützt (${names}).`
      : `${count} Anlagen sind noch nicht geschützt (${names}).`,
  recipients: "Die Empfänger haben sich geändert, seit die Anlagen für sie geschützt wurden.",
  label: "Ihre Organisation will auf jeder Mail eine Bezeichnung, und diese hat noch keine.",
  labelNext: "„Bezeichnen“ öffnet den Bereich dafür.",
  labelButton: "Bezeichnen",
  unknown:
    "Outlook sagt nicht, was angehängt ist; so ist nicht bekannt, ob alles geschützt ist. Versuchen Sie es gleich noch einmal.",
  openShort: "Die Bezeichnung dieser Mail will geschützte Anlagen, und einige sind es noch nicht.",
  recipientsShort: "Die Empfänger haben sich geändert, seit die Anlagen für sie geschützt wurden.",
  next: "„Jetzt schützen“ öffnet den Bereich, in dem ein Klick alles erledigt und sendet.",
  button: "Jetzt schützen",
};

const messagesIn = (language: string): SendMessages => (/^de\b/i.test(language) ? de : en);

const maxRefusal = 500;
const maxNameChars = 40;
const maxNames = 5;

/** Why a mail is held back, and what to do. @param verdict - `null` where Outlook did not say enough to know. */
export function refusalOf(
  verdict: Verdict | null,
  language: string,
): { readonly text: string; readonly button: string } {
  const say = messagesIn(language);
  if (verdict?.may === false && verdict.why === "label")
    return { text: `${say.label} ${say.labelNext}`, button: say.labelButton };
  const text = verdict === null ? say.unknown : `${reason(verdict, say)} ${say.next}`;
  return { text: text.slice(0, maxRefusal), button: say.button };
}

function reason(verdict: Verdict, say: SendMessages): string {
  if (verdict.may || verdict.why !== "attachments") return say.recipients;
  const { names } = verdict;
  const shown = names
    .slice(0, maxNames)
    .map((name) => (name.length > maxNameChars ? `${name.slice(0, maxNameChars - 1)}…` : name));
  return say.open(names.length, [...shown, ...(names.length > maxNames ? ["…"] : [])].join(", "));
}

/** The same while the mail is being written. */
export function reminderOf(verdict: Verdict & { may: false }, language: string) {
  const say = messagesIn(language);
  return { text: verdict.why === "recipients" ? say.recipientsShort : say.openShort, button: say.button };
}
