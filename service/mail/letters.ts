import type { Language } from "../../shared/language.js";
import { type Letter, lineOf } from "./letter.js";
import { type MailWords, wordsIn } from "./words.js";

/** Somebody as a mail names them. */
export interface Correspondent {
  readonly name: string;
  readonly address: string;
}

/** Characters of a name in a mail at most: a longer one would hide what stands behind it. */
const maxNameChars = 80;

const shown = ({ name, address }: Correspondent): string => `${lineOf(name, maxNameChars)} (${lineOf(address, 254)})`;
const fileIn = (name: string | null, { aFile, quoted }: MailWords): string =>
  name === null || lineOf(name) === "" ? aFile : quoted(lineOf(name, maxNameChars));

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
  const paragraphs = [say.code(shown(sender), name), say.codeUse(minutes), say.codeNotYours];
  return { to, language, subject: say.codeSubject(name, organisation), paragraphs, code };
}

export interface RequestLetter {
  readonly to: string;
  readonly language: Language;
  readonly asker: Correspondent;
  readonly file: string | null;
  readonly reason: string;
  /** A page where the owner signs in and answers. */
  readonly page: URL;
}

/** Somebody asks the owner of a file. */
export function requestLetter({ to, language, asker, file, reason, page }: RequestLetter): Letter {
  const say = wordsIn(language);
  const name = fileIn(file, say);
  const paragraphs = [say.asked(shown(asker), name), say.reason(reason), say.askedNext];
  const subject = say.askedSubject(lineOf(asker.name, maxNameChars), name);
  return { to, language, subject, paragraphs, link: { url: page, text: say.askedLink } };
}
