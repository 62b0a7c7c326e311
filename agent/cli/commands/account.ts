import type { Command } from "commander";
import { define, json } from "./define.js";

/** Who is signed in, and what they may choose from. */
export function defineAccount(program: Command): void {
  define(
    program,
    "login <url>",
    "sign in to an organisation's service",
    async () => (await import("../sign-in.js")).login,
  )
    .option("--user <address>", "who signs in")
    .option("--no-browser", "show a code to enter on another device")
    .option("--password-stdin", "read the password from standard input")
    .option(...json);
  define(
    program,
    "logout",
    "forget who is signed in, with keys and licenses",
    async () => (await import("../sign-in.js")).logout,
  )
    .option("--discard", "also when changes are not saved to their documents yet: they are lost")
    .option(...json);
  define(program, "whoami", "who is signed in, and where", async () => (await import("../sign-in.js")).whoami).option(
    ...json,
  );
  const mail = program.command("mail").description("where your mail goes out, for seal share");
  const server = () => import("../mail-server.js");
  define(mail, "set <url>", "send by this mail server", async () => (await server()).set)
    .option("--from <address>", "the address mails come from; else yours")
    .option("--password-stdin", "read its password from standard input")
    .option(...json);
  define(mail, "show", "the mail server that is set", async () => (await server()).show).option(...json);
  define(mail, "forget", "send no mail any more, and forget the password", async () => (await server()).forget).option(
    ...json,
  );
  define(program, "labels", "the labels you can choose from", async () => (await import("../labels.js")).labels).option(
    ...json,
  );
}
