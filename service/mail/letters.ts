import type { Language } from "../../shared/language.js";
import { lineOf } from "../../shared/mail-line.js";
import type { Letter } from "./letter.js";
import { type MailWords, wordsIn } from "./words.js";

/** Somebody as a mail names them. */
export interface Correspondent {
  readonly name: string;
  readonly address: string;
}

/** Characters of a name in a mail at most: a longer one would hide what stands behind it. */
const maxNameChars = 80;

/** A guest has no other name than their address. */
const shown = ({ name, address }: Correspondent): string =>
  name === address ? lineOf(address, 254) : `${lineOf(name, maxNameChars)} (${lineOf(address, 254)})`;
const fileIn = (name: string | null, { aFile, quoted }: MailWords): string =>
  name === null || lineOf(name) === "" ? aFile : quoted(lineOf(name, maxNameChars));

/** As people read it out; whoever pastes it may leave the space. */
const grouped = (code: string): string => code.replace(/(\d{4})(?=\d)/g, "$1 ");

export interface CodeLetter {
  readonly to: string;
  readonly language: Language;
  readonly organisation: string;
  readonly sender: Correspondent;
  /** As its policy has it. */
  readonly file: string | null;
  readonly code: string;
  readonly minutes: number;
}

/** A code that lets a guest in, where they asked for it. There is no link: programs that check mails follow those. */
export function codeLetter({ to, language, organisation, sender, file, code, minutes }: CodeLetter): Letter {
  const say = wordsIn(language);
  const name = fileIn(file, say);
  const paragraphs = [say.code(shown(sender), name), say.codeUse(minutes, organisation), say.codeNotYours];
  return { to, language, subject: say.codeSubject(name, organisation), paragraphs, code: grouped(code) };
}

/** Who asks, and why. */
export interface AskerInLetter extends Correspondent {
  readonly reason: string;
}

export interface RequestLetter {
  readonly to: string;
  readonly language: Language;
  /** At least one. */
  readonly askers: readonly AskerInLetter[];
  /** There are others besides. */
  readonly more: boolean;
  readonly file: string | null;
  /** A page where the owner signs in and answers; `null` where there are no pages. */
  readonly page: URL | null;
}

/** Somebody, or several, ask the owner of a file. */
export function requestLetter({ to, language, askers, more, file, page }: RequestLetter): Letter {
  const say = wordsIn(language);
  const name = fileIn(file, say);
  const [first, ...others] = askers;
  const isOne = others.length === 0 && !more;
  const subject = isOne ? say.askedSubject(lineOf(first!.name, maxNameChars), name) : say.severalSubject(name);
  const who = isOne
    ? [say.asked(shown(first!), name), say.reason(first!.reason)]
    : [say.several(name), ...askers.map((one) => say.reasonOf(shown(one), one.reason)), ...(more ? [say.more] : [])];
  const paragraphs = [...who, say.askedNext];
  const letter = { to, language, subject, paragraphs };
  return page === null ? letter : { ...letter, link: { url: page, text: say.askedLink } };
}
