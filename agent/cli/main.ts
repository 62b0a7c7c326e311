import { Command, CommanderError } from "commander";
import { codeOf } from "../../shared/errors.js";
import { defineAccount } from "./commands/account.js";
import { defineAdmin } from "./commands/admin.js";
import { defineDevices } from "./commands/devices.js";
import { defineFiles } from "./commands/files.js";
import { defineProcesses } from "./commands/processes.js";
import { defineTracking } from "./commands/tracking.js";
import { defineWatching } from "./commands/watching.js";
import { exitOf, exits } from "./exit.js";
import { endQuietlyOnClosedOutput, say, sayError } from "./say.js";

declare const SEALWRIGHT_VERSION: string;

/** In the order help shows them. */
const parts = [defineFiles, defineTracking, defineAccount, defineDevices, defineWatching, defineProcesses, defineAdmin];

function build(): Command {
  const program = new Command("seal")
    .description("protect files so that they open only for the people their policy names")
    .version(SEALWRIGHT_VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => say(text.trim().replace(/^error: /, "error: ")) });
  for (const part of parts) part(program);
  const inherit = (command: Command) => {
    for (const child of command.commands) inherit(child.copyInheritedSettings(command));
  };
  inherit(program);
  return program;
}

export async function main(args: readonly string[]): Promise<void> {
  endQuietlyOnClosedOutput();
  try {
    await build().parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exits.done : exits.usage;
    else {
      sayError(error);
      process.exitCode = exitOf(codeOf(error));
    }
  }
}

await main(process.argv.slice(2));
