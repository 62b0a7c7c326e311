import type { Command } from "commander";
import { define, json } from "./define.js";

/** Pages that work with the agent, such as the add-in of Word. */
export function definePairing(program: Command): void {
  const pair = program.command("pair").description("pages that work with the agent on this computer");
  const show = async () => (await import("../pair.js")).pair;
  define(pair, "code", "show a code that pairs a page with this computer", show, { isDefault: true }).option(...json);
  define(pair, "list", "the paired pages", async () => (await import("../pair.js")).list).option(...json);
  define(pair, "remove <id>", "stop listening to one", async () => (await import("../pair.js")).remove).option(...json);
  define(
    pair,
    "questions",
    "what pages want that you have to agree to",
    async () => (await import("../pair.js")).questions,
  ).option(...json);
  define(pair, "allow <id>", "agree to it", async () => (await import("../pair.js")).allow).option(...json);
  define(pair, "deny <id>", "refuse it", async () => (await import("../pair.js")).deny).option(...json);
}
