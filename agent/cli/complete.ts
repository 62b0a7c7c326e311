import type { Command, Option } from "commander";
import { type KnownNames, knownNames } from "../known-names.js";
import { exits } from "./exit.js";
import { pathOf } from "./manual/pages.js";
import { print, shown } from "./say.js";

/** What may stand next: words of ours, each with its description, or paths, which every shell knows best itself. */
export interface Completion {
  readonly words: readonly (readonly [word: string, text: string])[];
  readonly paths: "files" | "folders" | null;
}

const none: Completion = { words: [], paths: null };
const files: Completion = { words: [], paths: "files" };
const folders: Completion = { words: [], paths: "folders" };
const listed = (names: readonly string[], text: string): Completion => ({
  words: names.map((name) => [name, text]),
  paths: null,
});

/** By the name that stands for a value in the usage: `--out <dir>`. */
const values: Record<string, (names: KnownNames) => Completion> = {
  label: ({ labels }) => listed(labels, "label"),
  template: ({ templates }) => listed(templates, "template"),
  path: () => files,
  file: () => files,
  dir: () => folders,
};

/** Where an argument is something more definite than its name says. */
const definite: Record<string, (names: KnownNames) => Completion> = {
  "watch remove": ({ folders: watched }) => listed(watched, "watched folder"),
};

/**
 * @param words - as typed behind `seal`, without quotes; the last is the one to complete, and may be empty.
 * @returns what the tree of commands and the home know; of `words`, only what begins as the last one does.
 */
export function completionOf(program: Command, words: readonly string[], names: KnownNames): Completion {
  const last = words.at(-1) ?? "";
  const { command, awaiting, given } = walk(program, words.slice(0, -1));
  const found = suggest(command, { last, awaiting, given }, names);
  return { ...found, words: found.words.filter(([word]) => word.startsWith(last) && word === shown(word)) };
}

interface Position {
  command: Command;
  /** The option whose value comes next. */
  awaiting: Option | null;
  /** The options so far. */
  given: Set<string>;
}

function walk(program: Command, words: readonly string[]): Position {
  const position: Position = { command: program, awaiting: null, given: new Set() };
  for (const word of words) {
    const option = position.awaiting
      ? null
      : position.command.options.find(({ long, short }) => long === word || short === word);
    if (option) position.given.add(option.long ?? word);
    else if (!position.awaiting) position.command = childOf(position.command, word) ?? position.command;
    position.awaiting = option && (option.required || option.optional) ? option : null;
  }
  return position;
}

/** Behind `help` the commands are told once more. */
function childOf(command: Command, word: string): Command | undefined {
  const from = command.name() === "help" ? command.parent! : command;
  return from.commands.find((child) => child.name() === word);
}

const isShown = (command: Command): boolean => command.createHelp().visibleCommands(command.parent!).includes(command);

function suggest(
  command: Command,
  { last, awaiting, given }: { last: string; awaiting: Option | null; given: Set<string> },
  names: KnownNames,
): Completion {
  if (awaiting?.argChoices) return listed(awaiting.argChoices, awaiting.description);
  if (awaiting) return (values[valueName(awaiting.flags)] ?? (() => none))(names);
  if (last.startsWith("-")) return optionsOf(command, given);
  const group = command.name() === "help" ? command.parent! : command;
  if (group.commands.length > 0)
    return { words: group.commands.filter(isShown).map((one) => [one.name(), one.description()]), paths: null };
  const [argument] = command.registeredArguments;
  if (argument === undefined) return none;
  if (argument.argChoices) return listed(argument.argChoices, argument.description);
  return (definite[pathOf(command)] ?? values[argument.name()] ?? (() => none))(names);
}

const valueName = (flags: string): string => /<([^>]+)>/.exec(flags)?.[1] ?? "";

/** Those that may come more than once are offered again. */
function optionsOf(command: Command, given: ReadonlySet<string>): Completion {
  const options = command.createHelp().visibleOptions(command);
  const open = options.filter(({ long, parseArg }) => long && (parseArg !== undefined || !given.has(long)));
  return { words: open.map(({ long, description }) => [long!, description]), paths: null };
}

/** `seal complete -- WORDS…`, for the scripts of `seal completion`: a word, a tab and its description on each line. */
export async function complete(program: Command, words: readonly string[]): Promise<number> {
  const completion = completionOf(program, words, await knownNames());
  if (completion.paths !== null) print(`:${completion.paths}`);
  for (const [word, text] of completion.words) print(`${word}\t${text}`);
  return exits.done;
}
