import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { pageOf, pathOf } from "../../../agent/cli/manual/pages.js";
import { buildProgram } from "../../../agent/cli/program.js";

/** Every command that does something, or none of those that scripts call. */
function leaves(command: Command): Command[] {
  const shown = command.createHelp().visibleCommands(command);
  return command.commands.length === 0 ? [command] : shown.flatMap(leaves);
}

const program = buildProgram("1");
const commands = leaves(program).map((command) => [pathOf(command), command] as const);

/** The words of a line of an example, in the order a shell would give them, of each `seal` in it. */
const callsIn = (line: string): string[][] =>
  line
    .split(/[|;()]|&&/)
    .map((part): string[] => part.match(/'[^']*'|"[^"]*"|[^\s<>]+/g) ?? [])
    .map((words) => words.slice(words.indexOf("seal")))
    .filter(([first]) => first === "seal")
    .map((words) => words.slice(1));

function found(words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program;
  let rest = words;
  for (let child = program as Command | undefined; child; rest = child === program ? rest : rest.slice(1)) {
    command = child;
    child = command.commands.find((one) => one.name() === rest[0]);
  }
  return { command, rest };
}

describe("the manual", () => {
  it.each(commands)("shows seal %s by two or three examples", (_path, command) => {
    const examples = pageOf(command)?.examples ?? [];
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(examples.length).toBeLessThanOrEqual(3);
  });

  it.each(commands)("gives examples of seal %s with options that exist", (path, command) => {
    for (const [what, line] of pageOf(command)!.examples) {
      const calls = callsIn(line);
      expect(calls, what).not.toEqual([]);
      for (const call of calls) {
        const { command: called, rest } = found(call);
        const known = [...called.options, ...called.commands.flatMap(({ options }) => options)].map(({ long }) => long);
        for (const word of rest.filter((one) => one.startsWith("--")))
          expect(known, line).toContain(word.split("=")[0]);
      }
      expect(
        calls.some((call) => `${call.join(" ")} `.startsWith(`${path.split(" ")[0]} `)),
        line,
      ).toBe(true);
    }
  });

  it.each(commands)(
    "says in one line what seal %s and its options are, without a capital and a full stop",
    (_, command) => {
      for (const text of [command.description(), ...command.options.map(({ description }) => description)]) {
        expect(text).toMatch(/^([a-z\-'.]|PEM)/);
        expect(text).not.toMatch(/\.$/);
      }
    },
  );

  it.each([70, 80, 100])("fits %i columns, but for lines to copy and to read as one", (columns) => {
    for (const [path, command] of commands) {
      command.configureOutput({ getOutHelpWidth: () => columns });
      const lines = command.helpInformation().split("\n");
      for (const line of lines.filter((one) => !/^( {4}\$ |usage: )/.test(one)))
        expect(line.length, `${path}: ${line}`).toBeLessThanOrEqual(columns);
    }
  });
});
