import type { Command } from "commander";
import { define, json } from "./define.js";

const access = () => import("../admin/super.js");

/** Reading in an emergency what nobody gave one, where the configuration names who may. */
export function defineAdminSuper(admin: Command): void {
  const parent = admin
    .command("super")
    .description("super access: reading what nobody gave you, approved and on record");
  define(parent, "ask", "ask for it, as a super user", async () => (await access()).ask)
    .requiredOption("--reason <text>", "why; administrators and the audit read it")
    .option("--hours <count>", "for how long; 1 if left out")
    .option(...json);
  define(parent, "status", "what you asked for", async () => (await access()).status).option(...json);
  define(parent, "list", "what everybody asked for", async () => (await access()).list).option(...json);
  define(parent, "approve <id>", "let somebody else have it", async () => (await access()).approve).option(...json);
  define(parent, "end <id>", "refuse it, or end it at once", async () => (await access()).end).option(...json);
}
