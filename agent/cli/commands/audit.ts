import { Argument, type Command, Option } from "commander";
import { auditActions } from "../../../shared/protocol/audit-api.js";
import { define, json } from "./define.js";

/** The record of every decision, as administrators read it. */
export function defineAdminAudit(admin: Command): void {
  const audit = admin.command("audit").description("the record of every decision");
  const list = async () => (await import("../admin/audit.js")).list;
  choosing(define(audit, "list", "what was done and refused, the newest first", list))
    .option("--limit <count>", "records at most; 100 if left out")
    .option("--before <record>", "go on behind the record of this number")
    .option(...json);
  const write = async () => (await import("../admin/audit-export.js")).exportAudit;
  const file = new Argument("<file>", "a new file; - is standard output");
  choosing(define(audit, "export", "all of it, or what is chosen, to a new file", write).addArgument(file)).addOption(
    new Option("--format <format>", "as the ending of the file says, else jsonl").choices(["csv", "jsonl"]),
  );
  const verify = async () => (await import("../admin/audit.js")).verify;
  define(audit, "verify", "check that nothing in it was changed", verify).option(...json);
}

const choosing = (command: Command): Command =>
  command
    .option("--since <time>", "from then on")
    .option("--until <time>", "before then")
    .option("--content-id <id>", "about one document")
    .option("--who <who>", "who asked, by address or id")
    .addOption(new Option("--action <action>", "what was asked for").choices([...auditActions]))
    .option("--result <result>", "done, or the code of a refusal");
