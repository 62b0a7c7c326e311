import type { Command } from "commander";
import { define } from "./define.js";

/** The processes on their own, and all of them to try. */
export function defineProcesses(program: Command): void {
  define(
    program,
    "agent",
    "the background process that watches folders",
    async () => (await import("../processes.js")).agent,
  );
  define(program, "service", "the service", async () => (await import("../processes.js")).service).requiredOption(
    "--config <file>",
    "its configuration",
  );
  define(program, "up", "everything on this machine, to try it", async () => (await import("../up.js")).up)
    .option("--data <dir>", "where it keeps everything", "sealwright-trial")
    .option("--port <number>", "where the service listens")
    .option("--json", "one object once all is ready, for programs");
}
