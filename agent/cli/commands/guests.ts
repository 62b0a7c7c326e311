import type { Command } from "commander";
import { define, json } from "./define.js";

const guests = () => import("../admin/guests.js");

/** People outside who came in by a mailed code. */
export function defineAdminGuests(admin: Command): void {
  const parent = admin.command("guests").description("people outside who read what names them, by a mailed code");
  define(parent, "list", "who came in", async () => (await guests()).list)
    .option("--search <text>", "a part of the address")
    .option(...json);
  define(parent, "lock <address>", "no code for it any more, at once", async () => (await guests()).lock).option(
    ...json,
  );
  define(parent, "unlock <address>", "let it in again", async () => (await guests()).unlock).option(...json);
}
