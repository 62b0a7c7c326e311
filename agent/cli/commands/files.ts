import type { Command } from "commander";
import { define, expires, grant, json, justification, offline } from "./define.js";

/** What is done with files. */
export function defineFiles(program: Command): void {
  defineProtecting(program);
  defineOpening(program);
}

function defineProtecting(program: Command): void {
  define(
    program,
    "protect <path...>",
    "protect files where they lie",
    async () => (await import("../protect.js")).protect,
  )
    .option("--label <label>", "name, Parent/Child or id; else the default label")
    .option("--template <template>", "name or id of a template, instead of a label")
    .option(...grant)
    .option(...expires)
    .option(...offline)
    .option("--generic", "wrap as .pfile whatever the type")
    .option("--ppdf", "make a PDF copy of Office documents, to look at on any device")
    .option("--no-ppdf", "make none, whatever the label says")
    .option("--html", "make a sealed page beside each: it opens in any browser")
    .option("--out <dir>", "put the protected files there and keep the clear ones")
    .option("--keep", "keep the clear files beside them")
    .option(...json);
  define(
    program,
    "label <path>",
    "give a file a label, or another one, and protect it as the label says",
    async () => (await import("../label.js")).label,
  )
    .option("--label <label>", "name, Parent/Child or id")
    .option("--remove", "take the label off a file that is not protected")
    .option(...justification)
    .option(...grant)
    .option(...expires)
    .option(...offline)
    .option("--generic", "wrap a clear file as .pfile whatever its type")
    .option("--ppdf", "make a PDF copy of Office documents, to look at on any device")
    .option("--no-ppdf", "make none, whatever the label says")
    .option("--html", "make a sealed page beside each: it opens in any browser")
    .option("--out <dir>", "put the result there and keep the file as it is")
    .option("--keep", "keep the file as it is beside it")
    .option(...json);
}

function defineOpening(program: Command): void {
  define(
    program,
    "open <path>",
    "open a protected file with its program",
    async () => (await import("../open.js")).open,
  )
    .option("--with <program>", "the program to open it with, instead of the system's choice")
    .option(...json);
  define(
    program,
    "cat <path>",
    "write the content to standard output; - reads standard input",
    async () => (await import("../read.js")).cat,
  );
  define(program, "unprotect <path...>", "take the protection off", async () => (await import("../read.js")).unprotect)
    .option("--out <dir>", "put the clear files there and keep the protected ones")
    .option(...justification)
    .option(...json);
  define(
    program,
    "status <path...>",
    "what files say of themselves",
    async () => (await import("../status.js")).status,
  ).option(...json);
  define(
    program,
    "rights <path>",
    "what you may do with a file, and until when",
    async () => (await import("../status.js")).rights,
  ).option(...json);
}
