import type { Command } from "commander";
import { defineAdminAudit } from "./audit.js";
import { define, each, json } from "./define.js";
import { defineAdminDevices } from "./devices.js";
import { defineAdminGuests } from "./guests.js";
import { defineAdminKeys } from "./keys.js";
import { defineAdminPublishers } from "./publishers.js";
import { defineAdminSuper } from "./super.js";

/** What administrators do. */
export function defineAdmin(program: Command): void {
  const admin = program.command("admin").description("for administrators");
  definePeople(admin.command("people").description("who belongs to the organisation"));
  defineGroups(admin.command("groups").description("groups that labels and permissions name"));
  define(
    admin,
    "import <file>",
    "people and groups from CSV or JSON, all of it or nothing; - reads standard input",
    async () => (await import("../admin/import.js")).importFile,
  )
    .option("--dry-run", "say what would change, and change nothing")
    .option(...recycled)
    .option(...json);
  defineAdminGuests(admin);
  defineAdminPublishers(admin);
  defineAdminSuper(admin);
  definePolicy(admin.command("policy").description("labels and templates, all as one file"));
  defineAdminAudit(admin);
  defineAdminDevices(admin);
  defineAdminKeys(admin);
}

const policy = () => import("../admin/policy.js");

function definePolicy(parent: Command): void {
  const text = "write them to a new file, or to standard output";
  define(parent, "export [file]", text, async () => (await policy()).exportPolicy);
  define(parent, "import <file>", "replace them, all or nothing", async () => (await policy()).importPolicy)
    .option("--dry-run", "say what would change, and change nothing")
    .option("--remove", "what is not in the file goes, unless documents use it")
    .option(...json);
}

const recycled = ["--recycled", "give away addresses that were somebody else's before"] as const;
const search = ["--search <text>", "a part of a name or address"] as const;
const alias = ["--alias <address>", "another address of theirs; may be given several times", each] as const;

const people = () => import("../admin/people.js");

function definePeople(parent: Command): void {
  define(parent, "list", "everybody", async () => (await people()).list)
    .option(...search)
    .option(...json);
  define(parent, "show <who>", "one person, by address or id", async () => (await people()).show).option(...json);
  define(parent, "add <address>", "somebody new; prints a first password, once", async () => (await people()).add)
    .option("--name <name>", "as people read it; else the address")
    .option(...alias)
    .option("--administrator", "they administer, too")
    .option(...recycled)
    .option(...json);
  define(parent, "set <who>", "change somebody", async () => (await people()).set)
    .option("--name <name>", "another name")
    .option("--address <address>", "another first address; the one before stays as an alias")
    .option(...alias)
    .option("--drop-alias <address>", "an address they lose; may be given several times", each)
    .option("--administrator", "they administer from now on")
    .option("--no-administrator", "and no longer")
    .option(...recycled)
    .option(...json);
  for (const [name, text] of [
    ["disable", "lock somebody out, at once; everything of theirs stays"],
    ["enable", "let them in again"],
    ["password", "give another first password, and print it, once"],
  ] as const)
    define(parent, `${name} <who>`, text, async () => (await people())[name]).option(...json);
  define(parent, "remove <who>", "for good; what they protected stays", async () => (await people()).remove);
}

const groups = () => import("../admin/groups.js");

function defineGroups(parent: Command): void {
  define(parent, "list", "every group", async () => (await groups()).list)
    .option(...search)
    .option(...json);
  define(parent, "show <group>", "one group, and who is in it", async () => (await groups()).show).option(...json);
  define(parent, "add <group>", "a new group", async () => (await groups()).add)
    .option("--name <name>", "as people read it; else the address")
    .option(...json);
  define(parent, "set <group>", "change a group", async () => (await groups()).set)
    .requiredOption("--name <name>", "another name")
    .option(...json);
  define(parent, "remove <group>", "for good, with its memberships", async () => (await groups()).remove);
  const members = parent.command("members").description("who is in a group: people and other groups");
  define(members, "add <group> <who...>", "put into it", async () => (await groups()).addMembers).option(...json);
  define(members, "remove <group> <who...>", "take out of it", async () => (await groups()).removeMembers).option(
    ...json,
  );
}
