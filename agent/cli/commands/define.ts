import type { Command, CommandOptions } from "commander";

/** What a command's file exports: its arguments, its options, and the exit code it ends with. */
export type Run = (...given: never[]) => Promise<number>;

export const json = ["--json", "one object a line, for programs"] as const;

/** For an option that is given once for each value. */
export const each = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** What several commands take, to say who may do what until when. */
export const grant = [
  "--grant <who:rights>",
  "who gets which rights or role, such as bob@x.example:VIEW",
  each,
] as const;
export const expires = ["--expires <end>", "when access ends: 30d, 2027-03-01, 2027-03-01T12:00Z or never"] as const;
export const offline = ["--offline <days>", "how long it opens without the service: 0 never, -1 for ever"] as const;

export const justification = [
  "--justification <text>",
  "why a less sensitive label, or none; where the organisation asks for it",
] as const;

/** Loads a command's own file only when it is asked for: the others cost nothing at start. */
export function define(
  parent: Command,
  usage: string,
  text: string,
  load: () => Promise<Run>,
  options: CommandOptions = {},
): Command {
  return parent
    .command(usage, options)
    .description(text)
    .action(async (...given: unknown[]) => {
      const run = (await load()) as (...given: unknown[]) => Promise<number>;
      process.exitCode = await run(...given.slice(0, -1));
    });
}
