import type { Command } from "commander";
import { define, json } from "./define.js";
import { defineServiceKeys } from "./keys.js";

/** The processes on their own, and all of them to try. */
export function defineProcesses(program: Command): void {
  define(
    program,
    "agent",
    "the background process that watches folders",
    async () => (await import("../processes.js")).agent,
  );
  const install = async () => (await import("../install.js")).installHere;
  define(program, "install", "start the agent when you log in, open files by a double click", install).option(...json);
  const uninstall = async () => (await import("../install.js")).uninstallHere;
  define(program, "uninstall", "undo that", uninstall).option(...json);
  defineService(program);
  define(program, "up", "everything on this machine, to try it", async () => (await import("../up.js")).up)
    .option("--data <dir>", "where it keeps everything", "sealwright-trial")
    .option("--port <number>", "where the service listens")
    .option("--json", "one object once all is ready, for programs");
}

function defineService(program: Command): void {
  const service = program.command("service").description("the service of an organisation");
  const run = async () => (await import("../processes.js")).service;
  define(service, "run", "the service, in the foreground; also without the word run", run, {
    isDefault: true,
  }).requiredOption("--config <file>", "its configuration");
  const backup = async () => (await import("../processes.js")).backUpService;
  define(service, "backup", "copy database, audit head and tenant key, also while it runs", backup)
    .requiredOption("--config <file>", "its configuration")
    .requiredOption("--to <dir>", "a folder that is not there yet");
  defineServiceKeys(service);
  const init = async () => (await import("../processes.js")).initService;
  define(service, "init", "make an organisation: configuration, key, labels, first administrator", init)
    .requiredOption("--config <file>", "where its configuration is, or is to be")
    .requiredOption("--admin <address>", "the first administrator")
    .option("--name <name>", "the administrator's name; else the address")
    .option("--organisation <name>", "as people read it; else the address's domain")
    .option("--public-url <url>", "where clients reach it, like https://rms.contoso.example")
    .option("--listen <host:port>", "where it listens; localhost:7443, or 0.0.0.0:7443 with TLS")
    .option("--data <dir>", "its data folder; else data beside the configuration")
    .option("--passphrase-file <file>", "holds the passphrase of the tenant key; else one is drawn")
    .option("--tls-certificate <file>", "PEM, with the chain")
    .option("--tls-key <file>", "PEM")
    .option("--password-stdin", "read the first password from standard input")
    .option("--reset-password", "give the administrator who is there a new first password")
    .option("--json", "the first password as an object, for programs");
}
