import { Command } from "commander";
import { defineAccount } from "./commands/account.js";
import { defineAdmin } from "./commands/admin.js";
import { defineDevices } from "./commands/devices.js";
import { defineFiles } from "./commands/files.js";
import { defineGuidance } from "./commands/guidance.js";
import { definePairing } from "./commands/pairing.js";
import { defineProcesses } from "./commands/processes.js";
import { defineTracking } from "./commands/tracking.js";
import { defineWatching } from "./commands/watching.js";
import { formatHelp, helpWidth } from "./help.js";
import { pathOf } from "./manual/pages.js";
import { hint, say, shown } from "./say.js";

/** In the order help shows them. */
const parts: readonly (readonly [title: string, define: (program: Command) => void])[] = [
  ["files", defineFiles],
  ["documents already out there", defineTracking],
  ["you and your organisation", defineAccount],
  ["your devices", defineDevices],
  ["watched folders", defineWatching],
  ["pages", definePairing],
  ["processes", defineProcesses],
  ["administrators", defineAdmin],
  ["help", defineGuidance],
];

/** The whole tree of commands, which help, completion and the checks of the pages are made from. */
export function buildProgram(version: string): Command {
  const program = new Command("seal")
    .description("protect files so that they open only for the people their policy names")
    .version(version)
    .exitOverride()
    .configureHelp({ styleTitle: (title) => title.toLowerCase(), formatHelp })
    .configureOutput({ getOutHelpWidth: helpWidth, getErrHelpWidth: helpWidth });
  for (const [title, define] of parts) define(program.commandsGroup(`${title}:`));
  settle(program);
  return program;
}

/** What holds for all, and errors that say where to read on. */
function settle(command: Command): void {
  command.helpCommand(false).configureOutput({ outputError: (text) => sayWrongUsage(text, pathOf(command)) });
  for (const child of command.commands) settle(child.copyInheritedSettings(command));
}

/** @param text - as commander puts it: "error: …", and in a last line what may have been meant. */
function sayWrongUsage(text: string, path: string): void {
  const [, error = "", names] = /^(.*?)(?:\n\(Did you mean (?:one of )?(.*)\?\))?\s*$/s.exec(text) ?? [];
  say(shown(error));
  hint(names === undefined ? `see: ${`seal help ${path}`.trim()}` : `did you mean ${names}?`);
}
