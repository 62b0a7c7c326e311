import type { Command } from "commander";

/** What a command's file exports: its arguments, its options, and the exit code it ends with. */
export type Run = (...given: never[]) => Promise<number>;

export const json = ["--json", "one object a line, for programs"] as const;

/** Loads a command's own file only when it is asked for: the others cost nothing at start. */
export function define(parent: Command, usage: string, text: string, load: () => Promise<Run>): Command {
  return parent
    .command(usage)
    .description(text)
    .action(async (...given: unknown[]) => {
      const run = (await load()) as (...given: unknown[]) => Promise<number>;
      process.exitCode = await run(...given.slice(0, -1));
    });
}
