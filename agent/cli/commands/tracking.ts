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
    "let somebody open files besides those who may already, and mail them",
    async () => (await import("../share.js")).share,
  )
    .requiredOption("--to <who>", "whom: bob@x.example or @x.example to look, bob@x.example:Reviewer for more", each)
    .option("--label <label>", "what clear files get; else permissions for these people alone")
    .option("--out <dir>", "put protected copies of clear files, and the draft, there")
    .option("--subject <text>", "of the mail")
    .option("--message <text>", "your words in the mail; they are not protected")
    .option("--draft", "leave the mail as a draft (.eml), also where a mail server is set")
    .option("--no-mail", "give the rights, and mail nothing")
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
  defineRequests(program);
}

const requests = () => import("../requests.js");

/** What people asked owners for. */
function defineRequests(program: Command): void {
  const parent = program.command("requests").description("who asks for access, and asking for it yourself");
  define(parent, "list", "what others asked you for", async () => (await requests()).list, { isDefault: true }).option(
    ...json,
  );
  define(parent, "ask <path>", "ask the owner of a file to let you in", async () => (await requests()).ask)
    .requiredOption("--reason <text>", "why; the owner reads it")
    .option(...json);
  define(parent, "grant <id>", "let in who asked, in every copy", async () => (await requests()).grant)
    .option("--rights <rights>", "what they may do; VIEW if left out")
    .option(...expires)
    .option(...json);
  define(parent, "refuse <id>", "say no to who asked", async () => (await requests()).refuse).option(...json);
}
