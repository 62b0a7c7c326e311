import type { Command } from "commander";
import { define, json } from "./define.js";

/** Watched folders. */
export function defineWatching(program: Command): void {
  const watch = program.command("watch").description("folders in which everything is protected by itself");
  define(watch, "add <dir>", "watch a folder", async () => (await import("../watch.js")).add)
    .requiredOption("--label <label>", "what its files get")
    .option("--existing", "protect what is there already, too")
    .option(...json);
  define(watch, "list", "the watched folders", async () => (await import("../watch.js")).list).option(...json);
  define(watch, "remove <dir>", "stop watching a folder", async () => (await import("../watch.js")).remove).option(
    ...json,
  );
  define(
    watch,
    "status",
    "every file at work, with its state",
    async () => (await import("../watch.js")).status,
  ).option(...json);
}
