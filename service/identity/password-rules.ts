import { domainOf } from "../../shared/address.js";

/** Length is what counts: nobody is told to mix kinds of characters. */
export const minPasswordCharacters = 12;

/** Characters of a password at most. */
export const maxPasswordCharacters = 1024;

export type PasswordTrouble = "short" | "long" | "common" | "personal" | "repeated";

/** Whose password it is: what a guesser knows of them. */
export interface PasswordOf {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly organisation: string;
}

/** Parts of names shorter than this are in too many other words. */
const minPart = 4;

/** What people build long bad passwords from. Once these are taken out, something must remain. */
const usual = [
  ...["password", "passwort", "kennwort", "passphrase", "qwertyuiop", "qwertzuiop", "qwerty", "qwertz", "asdfghjkl"],
  ...["asdfgh", "zxcvbnm", "yxcvbnm", "administrator", "admin", "welcome", "willkommen", "letmein", "iloveyou"],
  ...["changeme", "sealwright", "geheim", "secret", "sommer", "winter", "summer", "herbst", "master", "dragon"],
  ...["monkey", "football", "baseball", "princess", "sunshine", "hallo", "hello", "login", "guest"],
];

/** Letters and digits of a password that must remain beside usual words and runs. */
const minOwn = 6;

/** A usual word written with digits for letters is as usual. */
const letterOf: Record<string, string> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", "@": "a", $: "s" };

/** What is wrong with a password somebody chose, or `null`. Pure. */
export function passwordTrouble(password: string, whose: PasswordOf): PasswordTrouble | null {
  const text = password.normalize("NFC");
  if ([...text].length < minPasswordCharacters) return "short";
  if (text.length > maxPasswordCharacters) return "long";
  const lower = text.toLowerCase();
  if (new Set(lower).size < 5 || /^(.{1,6})\1+.{0,5}$/su.test(lower)) return "repeated";
  if (partsOf(whose).some((part) => lower.includes(part))) return "personal";
  return isUsual(lower) ? "common" : null;
}

function partsOf({ name, addresses, organisation }: PasswordOf): string[] {
  const parts = addresses.flatMap((address) => [address.split("@", 1)[0]!, domainOf(address).split(".", 1)[0]!]);
  const words = [name, organisation, ...parts].flatMap((text) => text.normalize("NFC").toLowerCase().split(notInWord));
  return words.filter((word) => [...word].length >= minPart);
}

const notInWord = /[^\p{L}\p{N}]+/u;

function isUsual(lower: string): boolean {
  const own = withoutRuns(lower);
  const plain = own.replace(/[013457@$]/g, (char) => letterOf[char]!);
  return [own, plain].some((text) => {
    const rest = usual.reduce((left, word) => left.replaceAll(word, ""), text);
    return (rest.match(/[\p{L}\p{N}]/gu) ?? []).length < minOwn;
  });
}

/** Takes out `1234`, `fedcba` and the like: three and more that follow each other. */
function withoutRuns(text: string): string {
  const points = [...text].map((char) => char.codePointAt(0)!);
  const step = (at: number) => points[at]! - points[at - 1]!;
  const isInRun = (at: number) => {
    const middles = [at - 1, at, at + 1].filter((middle) => middle > 0 && middle + 1 < points.length);
    return middles.some((middle) => Math.abs(step(middle)) === 1 && step(middle) === step(middle + 1));
  };
  return String.fromCodePoint(...points.filter((_point, at) => !isInRun(at)));
}
