import { randomInt } from "node:crypto";

const consonants = "bdfghjkmnprstvwz";
const vowels = "aeiou";

const letter = (from: string): string => from[randomInt(from.length)]!;
const group = (): string => [consonants, vowels, consonants, vowels, consonants].map(letter).join("");

/** A password to be handed to somebody: four groups like `kibam`, 66 bits, and nothing that looks like something else. */
export const drawPassword = (): string => Array.from({ length: 4 }, group).join("-");
