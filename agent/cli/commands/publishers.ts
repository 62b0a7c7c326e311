import type { Command } from "commander";
import { define, json } from "./define.js";

const publishers = () => import("../admin/publishers.js");

/** Who may protect at all. */
export function defineAdminPublishers(admin: Command): void {
  const parent = admin.command("publishers").description("who may protect files; everybody if not limited");
  define(parent, "list", "who may", async () => (await publishers()).list).option(...json);
  define(
    parent,
    "set <who...>",
    "only these people and groups from now on",
    async () => (await publishers()).set,
  ).option(...json);
  define(parent, "everybody", "no limit any more", async () => (await publishers()).everybody).option(...json);
}
