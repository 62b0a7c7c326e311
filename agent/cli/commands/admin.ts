import type { Command } from "commander";
import { define, json } from "./define.js";
import { defineAdminDevices } from "./devices.js";

/** What administrators do. */
export function defineAdmin(program: Command): void {
  const admin = program.command("admin").description("for administrators");
  const audit = admin.command("audit").description("the record of every decision");
  define(
    audit,
    "verify",
    "check that nothing in it was changed",
    async () => (await import("../admin.js")).verifyAudit,
  ).option(...json);
  defineAdminDevices(admin);
}
