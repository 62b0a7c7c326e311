import type { Language } from "../../shared/language.js";
import { lineOf } from "../../shared/mail-line.js";
import { mailWords } from "./messages.js";

/** What a mail with shared files tells. Names, subject and message are what people chose. */
export interface Letter {
  readonly language: Language;
  readonly sender: { readonly name: string; readonly address: string };
  readonly to: readonly string[];
  readonly subject: string | null;
  /** In the sender's words; it stands in the mail in clear. */
  readonly message: string | null;
  readonly files: readonly { readonly name: string; readonly until: string | null }[];
  /** The label that says who can open them; `null` where it is who they are sent to. */
  readonly label: string | null;
  readonly viewer: string | null;
  readonly hasPages: boolean;
}

/** Lines of a message are the sender's; of everything else each stays one line, whatever is in it. */
const maxMessageChars = 20_000;
const maxSubjectChars = 150;
const maxNamed = 20;

export const subjectOf = ({ subject, language, sender, files }: Letter): string =>
  lineOf(subject ?? mailWords[language].subject(sender.name, files.length), maxSubjectChars);

const messageOf = (text: string): string =>
  text
    .slice(0, maxMessageChars)
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => lineOf(line))
    .join("\n");

export function textOf(letter: Letter): string {
  const { language, sender, message, files, label, viewer, hasPages } = letter;
  const words = mailWords[language];
  const one = (line: string) => lineOf(line);
  const parts = [
    ...(message === null ? [] : [messageOf(message)]),
    one(words.intro(`${sender.name} (${sender.address})`, files.length)),
    files.map((file) => `  ${lineOf(file.name)}`).join("\n"),
    ...(hasPages ? [words.openPages] : []),
    ...(viewer === null ? [] : [one(words.openFiles(viewer))]),
    one(label === null ? words.readers(toLine(letter.to)) : words.byLabel(label)),
    ...endsOf(letter),
  ];
  return `${parts.join("\n\n")}\n`;
}

function toLine(to: readonly string[]): string {
  const more = to.length > maxNamed ? ` +${to.length - maxNamed}` : "";
  return to.slice(0, maxNamed).join(", ") + more;
}

/** One sentence where all end alike, else one for each. */
function endsOf({ files, language }: Letter): string[] {
  const words = mailWords[language];
  const endOf = (until: string | null) => (until === null ? words.noEnd : words.until(dateIn(until, language)));
  const ends = new Set(files.map(({ until }) => endOf(until)));
  if (ends.size === 1) return [...ends];
  return files.map(({ name, until }) => `${lineOf(name)}: ${endOf(until)}`);
}

const dateIn = (time: string, language: Language): string =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : "de-DE", {
    dateStyle: "long",
    timeStyle: "long",
    timeZone: "UTC",
  }).format(new Date(time));
