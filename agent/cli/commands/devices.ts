import type { Command } from "commander";
import { define, json } from "./define.js";

/** The computers a person is signed in on. */
export function defineDevices(program: Command): void {
  const devices = program.command("devices").description("the devices you are signed in on");
  define(devices, "list", "your devices", async () => (await import("../devices.js")).list).option(...json);
  const remove = "remove one that is lost, sold or replaced";
  define(devices, "remove <id>", remove, async () => (await import("../devices.js")).remove).option(...json);
}

/** The same for anybody's. */
export function defineAdminDevices(admin: Command): void {
  const devices = admin.command("devices").description("the devices of people");
  define(devices, "list <person>", "somebody's devices", async () => (await import("../devices.js")).listOf).option(
    ...json,
  );
  define(devices, "remove <id>", "remove one", async () => (await import("../devices.js")).removeAny).option(...json);
}
