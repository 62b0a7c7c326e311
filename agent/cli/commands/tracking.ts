import type { Command } from "commander";
import { define, each, expires, grant, json, offline } from "./define.js";

/** What owners do with documents already out there. */
export function defineTracking(program: Command): void {
  define(
    program,
    "grant <path>",
    "change who may do what with a file, also with all copies",
    async () => (await import("../grant.js")).grant,
  )
    .option(...grant)
    .option("--remove <who>", "who is to have nothing by name any more", each)
    .option(...expires)
    .option(...offline)
    .option(...json);
  define(
    program,
    "share <path...>",
    "let somebody open files besides those who may already",
    async () => (await import("../share.js")).share,
  )
    .requiredOption("--to <who>", "whom: bob@x.example or @x.example to look, bob@x.example:Reviewer for more", each)
    .option("--out <dir>", "put protected copies of clear files there")
    .option(...json);
  define(program, "track <path>", "who opened a file of yours", async () => (await import("../track.js")).track).option(
    ...json,
  );
  define(
    program,
    "revoke <path>",
    "withdraw a file of yours, with all copies",
    async () => (await import("../track.js")).revoke,
  ).option(...json);
  define(program, "restore <path>", "let it open again", async () => (await import("../track.js")).restore).option(
    ...json,
  );
}
