import { type Command, Help } from "commander";
import { RightsError } from "../../shared/errors.js";
import { exitMeanings, exits } from "./exit.js";
import type { Page } from "./manual/page.js";
import { pageOf } from "./manual/pages.js";
import { print } from "./say.js";

/** Lines longer than this are hard to read, however wide the terminal is. */
const widestColumns = 100;

/** Columns of help: the terminal's, within reason; 80 where there is no terminal. */
export const helpWidth = (): number => Math.min(process.stdout.columns || 80, widestColumns);

/** As commander makes it, and what the manual says besides. */
export function formatHelp(command: Command, helper: Help): string {
  const listed = Help.prototype.formatHelp.call(helper, command, helper);
  const page = pageOf(command);
  return page === undefined ? listed : [listed.trimEnd(), ...sections(page, helper)].join("\n\n").concat("\n");
}

function sections(page: Page, helper: Help): string[] {
  const width = helper.helpWidth ?? helpWidth();
  const wrapped = (text: string) => helper.boxWrap(text, width);
  const examples = page.examples.map(([what, line]) => `  ${what}\n    $ ${line}`);
  const codes = ["done", "failed", "usage", ...(page.exits ?? [])] as const;
  const meanings = codes.map((name) => `  ${exits[name]}  ${exitMeanings[name]}`);
  return [
    ...(page.about ?? []).map(wrapped),
    `examples:\n${examples.join("\n")}`,
    ...(page.exits === undefined ? [] : [`exit codes:\n${meanings.join("\n")}`]),
  ];
}

/** `seal help`, `seal help watch add`. @throws RightsError `usage` when a word goes beyond a command. */
export async function help(program: Command, words: readonly string[]): Promise<void> {
  let command = program;
  for (const [i, word] of words.entries()) {
    const child = command.commands.find((one) => one.name() === word);
    if (command.commands.length === 0)
      throw new RightsError("usage", `seal ${words.slice(0, i).join(" ")} has no commands of its own`);
    if (child) command = child;
    else if (command !== program) command.error(`error: unknown command '${word}'`);
    else await program.parseAsync([word], { from: "user" }); // fails, and says what may have been meant
  }
  command.outputHelp();
}

const beginnings: readonly (readonly [line: string, text: string])[] = [
  ["seal up", "everything on this machine, to try it"],
  ["seal login URL", "sign in to your organisation's service"],
  ["seal protect FILE", "protect a file where it lies"],
  ["seal open FILE", "open a protected file with its program"],
  ["seal watch add DIR", "protect whatever comes into a folder"],
  ["seal doctor", "see whether all is well, and what to do"],
];

/** `seal` alone. */
export function begin(): void {
  const width = Math.max(...beginnings.map(([line]) => line.length));
  print("seal protects files so that they open only for the people their policy names\n");
  for (const [line, text] of beginnings) print(`  ${line.padEnd(width)}   ${text}`);
  print("\nall commands: seal help          one of them: seal help protect");
}
