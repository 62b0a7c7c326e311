import type { Command } from "commander";
import { define, json } from "./define.js";

/** The tenant's keys, over the service. */
export function defineAdminKeys(admin: Command): void {
  const keys = admin.command("keys").description("the keys of the organisation");
  define(keys, "list", "all of them, the active one first", async () => (await import("../admin/keys.js")).list).option(
    ...json,
  );
  define(keys, "roll", "let a new key take over", async () => (await import("../admin/keys.js")).roll)
    .option("--to <id>", "one that was brought with: seal service keys import")
    .option(...json);
  const compromise = "say that others may have an archived key";
  define(keys, "compromise <id...>", compromise, async () => (await import("../admin/keys.js")).compromise)
    .option("--since <time>", "since when; now if left out")
    .option(...json);
}

const config = ["--config <file>", "the service's configuration"] as const;

/** What must be done where the key files lie. */
export function defineServiceKeys(service: Command): void {
  const keys = service.command("keys").description("the files of the organisation's keys, on this machine");
  const here = () => import("../processes.js");
  define(keys, "list", "the keys, whether the service runs or not", async () => (await here()).listKeyFiles)
    .requiredOption(...config)
    .option(...json);
  define(keys, "import <file>", "bring a key of your own, from a PKCS#12 file", async () => (await here()).importKey)
    .requiredOption(...config)
    .requiredOption("--passphrase-file <file>", "holds the passphrase of the file")
    .option("--archived", "only to open what was sealed to it");
  define(keys, "export <id...>", "a key in a PKCS#12 file, for the safe", async () => (await here()).exportKey)
    .requiredOption(...config)
    .requiredOption("--out <file>", "where to; it must not be there yet")
    .requiredOption("--passphrase-file <file>", "holds the passphrase to seal it with");
}
