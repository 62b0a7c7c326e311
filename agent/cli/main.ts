import { CommanderError } from "commander";
import { codeOf } from "../../shared/errors.js";
import { nodeHttp } from "../../shared/node/http.js";
import { useHttp } from "../../shared/protocol/http.js";
import { exitOf, exits } from "./exit.js";
import { begin } from "./help.js";
import { buildProgram } from "./program.js";
import { endQuietlyOnClosedOutput, sayError } from "./say.js";

declare const SEALWRIGHT_VERSION: string;

/** The command line: what `bin/seal.mjs` calls. @param args - without program and script. */
export async function main(args: readonly string[]): Promise<void> {
  endQuietlyOnClosedOutput();
  useHttp(nodeHttp);
  if (args.length === 0) return begin();
  try {
    await buildProgram(SEALWRIGHT_VERSION).parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exits.done : exits.usage;
    else {
      sayError(error);
      process.exitCode = exitOf(codeOf(error));
    }
  }
}
