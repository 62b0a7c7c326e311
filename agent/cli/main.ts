import { Command, CommanderError } from "commander";
import { codeOf } from "../../shared/errors.js";
import { exitOf, exits } from "./exit.js";
import { endQuietlyOnClosedOutput, say, sayError } from "./say.js";

declare const SEALWRIGHT_VERSION: string;

type Run = (...given: never[]) => Promise<number>;

const json = ["--json", "one object a line, for programs"] as const;

/** Loads a command's own file only when it is asked for: the others cost nothing at start. */
function define(program: Command, usage: string, text: string, load: () => Promise<Run>): Command {
  return program
    .command(usage)
    .description(text)
    .action(async (...given: unknown[]) => {
      const run = (await load()) as (...given: unknown[]) => Promise<number>;
      process.exitCode = await run(...given.slice(0, -1));
    });
}

function defineAccount(program: Command): void {
  define(
    program,
    "login <url>",
    "sign in to an organisation's service",
    async () => (await import("./sign-in.js")).login,
  )
    .option("--user <address>", "who signs in")
    .option("--password-stdin", "read the password from standard input");
  define(
    program,
    "logout",
    "forget who is signed in, with keys and licenses",
    async () => (await import("./sign-in.js")).logout,
  );
  define(program, "whoami", "who is signed in, and where", async () => (await import("./sign-in.js")).whoami).option(
    ...json,
  );
  define(program, "labels", "the labels you can choose from", async () => (await import("./labels.js")).labels).option(
    ...json,
  );
}

function defineFiles(program: Command): void {
  define(
    program,
    "protect <path...>",
    "protect files where they lie",
    async () => (await import("./protect.js")).protect,
  )
    .option("--label <label>", "name, Parent/Child or id; else the default label")
    .option("--generic", "wrap as .pfile whatever the type")
    .option("--out <dir>", "put the protected files there and keep the clear ones")
    .option("--keep", "keep the clear files beside them")
    .option(...json);
  define(
    program,
    "open <path>",
    "open a protected file with its program",
    async () => (await import("./open.js")).open,
  );
  define(
    program,
    "cat <path>",
    "write the content to standard output; - reads standard input",
    async () => (await import("./read.js")).cat,
  );
  define(program, "unprotect <path...>", "take the protection off", async () => (await import("./read.js")).unprotect)
    .option("--out <dir>", "put the clear files there and keep the protected ones")
    .option(...json);
  define(
    program,
    "status <path...>",
    "what files say of themselves",
    async () => (await import("./status.js")).status,
  ).option(...json);
  define(
    program,
    "rights <path>",
    "what you may do with a file, and until when",
    async () => (await import("./status.js")).rights,
  ).option(...json);
}

function defineTracking(program: Command): void {
  define(program, "track <path>", "who opened a file of yours", async () => (await import("./track.js")).track).option(
    ...json,
  );
  define(
    program,
    "revoke <path>",
    "withdraw a file of yours, with all copies",
    async () => (await import("./track.js")).revoke,
  ).option(...json);
  define(program, "restore <path>", "let it open again", async () => (await import("./track.js")).restore).option(
    ...json,
  );
}

function defineProcesses(program: Command): void {
  const watch = program.command("watch").description("folders in which everything is protected by itself");
  define(watch, "add <dir>", "watch a folder", async () => (await import("./watch.js")).add)
    .requiredOption("--label <label>", "what its files get")
    .option("--existing", "protect what is there already, too");
  define(watch, "list", "the watched folders", async () => (await import("./watch.js")).list).option(...json);
  define(watch, "remove <dir>", "stop watching a folder", async () => (await import("./watch.js")).remove);
  define(watch, "status", "every file at work, with its state", async () => (await import("./watch.js")).status).option(
    ...json,
  );
  define(
    program,
    "agent",
    "the background process that watches folders",
    async () => (await import("./processes.js")).agent,
  );
  define(program, "service", "the service", async () => (await import("./processes.js")).service).requiredOption(
    "--config <file>",
    "its configuration",
  );
  define(program, "up", "everything on this machine, to try it", async () => (await import("./up.js")).up)
    .option("--data <dir>", "where it keeps everything", "sealwright-trial")
    .option("--port <number>", "where the service listens")
    .option("--json", "one object once all is ready, for programs");
  const admin = program.command("admin").description("for administrators");
  const audit = admin.command("audit").description("the record of every decision");
  define(
    audit,
    "verify",
    "check that nothing in it was changed",
    async () => (await import("./admin.js")).verifyAudit,
  ).option(...json);
}

function build(): Command {
  const program = new Command("seal")
    .description("protect files so that they open only for the people their policy names")
    .version(SEALWRIGHT_VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => say(text.trim().replace(/^error: /, "error: ")) });
  for (const part of [defineFiles, defineTracking, defineAccount, defineProcesses]) part(program);
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
