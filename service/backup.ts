import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { RightsError } from "../shared/errors.js";
import type { AuditVerification } from "./audit.js";
import { verifyChain } from "./audit-chain.js";
import { auditHeadPath, databasePath, readConfig, type ServiceConfig } from "./config.js";
import { SoftwareKeys } from "./custody/software-keys.js";
import { flushFolder, writeNewFile } from "./private-files.js";
import { checkCopy, copyDatabase } from "./store/copy.js";
import type { Database } from "./store/database.js";

/** `seal service backup`: what the service cannot be made anew from, but for the passphrase, while it runs. */
export async function backup(args: string[]): Promise<void> {
  const { config: configFile, to } = options(args);
  const { records, head } = await backUp(resolve(configFile), resolve(to));
  process.stdout.write(`${resolve(to)}  ${records} records, head ${head}\n`);
  const { tenantKeyPassphraseFile } = await readConfig(configFile);
  process.stderr.write(`seal: the passphrase ${tenantKeyPassphraseFile} is not in it; keep a copy somewhere else\n`);
}

function options(args: string[]): { config: string; to: string } {
  const text = { type: "string" } as const;
  const usage = "say what and where to: seal service backup --config FILE --to DIR";
  try {
    const { config, to } = parseArgs({ args, options: { config: text, to: text } }).values;
    if (config !== undefined && to !== undefined) return { config, to };
  } catch (cause) {
    throw new RightsError("usage", usage, { cause });
  }
  throw new RightsError("usage", usage);
}

/**
 * Everything into a new folder, private to this user, and opened once from there. Whole or not there.
 * @throws RightsError config-invalid when `to` is there; state-damaged when what was copied is not whole.
 */
export async function backUp(configFile: string, to: string): Promise<AuditVerification> {
  const config = await readConfig(configFile);
  if (existsSync(to)) throw new RightsError("config-invalid", `${to} is there already; it is never overwritten`);
  const made = `${to}.partial`;
  await mkdir(dirname(to), { recursive: true });
  await mkdir(made, { mode: 0o700 }).catch((cause) => {
    throw new RightsError("config-invalid", `${made} cannot be made; is another backup under way? if not, remove it`, {
      cause,
    });
  });
  try {
    await copyInto(made, config, configFile);
    const checked = await check(made, config);
    await rename(made, to);
    await flushFolder(dirname(to));
    return checked;
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
}

const keysOf = ({ tenantKey: url, tenantKeyPassphraseFile: passphraseFile }: ServiceConfig): SoftwareKeys =>
  new SoftwareKeys({ url, passphraseFile });

/**
 * The head of the audit first: the database is then at least as far, and nothing looks cut off. The keys last: one that
 * the copied database names was there before.
 */
async function copyInto(folder: string, config: ServiceConfig, configFile: string): Promise<void> {
  const head = await readFile(auditHeadPath(config), "utf8").catch(() => null);
  if (head !== null) await writeNewFile(auditHeadPath({ ...config, dataFolder: folder }), head);
  await copyDatabase(databasePath(config), databasePath({ ...config, dataFolder: folder }));
  for (const url of await keysOf(config).files())
    await writeNewFile(join(folder, basename(fileURLToPath(url))), await readFile(url, "utf8"));
  await writeNewFile(join(folder, "service.json"), await readFile(configFile, "utf8"));
  await flushFolder(folder);
}

async function check(folder: string, config: ServiceConfig): Promise<AuditVerification> {
  const copied = { ...config, dataFolder: folder };
  const tenantKey = pathToFileURL(join(folder, basename(fileURLToPath(config.tenantKey))));
  const audit = await checkCopy(databasePath(copied), async (database) => {
    await checkKeys(database, keysOf({ ...config, tenantKey }));
    return verifyChain(database, auditHeadPath(copied));
  });
  if (audit.intact) return audit;
  const message = `the audit is not as it was written: record ${audit.firstBad}; look into that before anything else`;
  throw new RightsError("state-damaged", message);
}

/** Every key that the database names opens; of one that was never started, the first. */
async function checkKeys(database: Database, keys: SoftwareKeys): Promise<void> {
  const named = await database.selectFrom("tenant_keys").select("kid").execute();
  for (const { kid } of named.length > 0 ? named : [await keys.first()]) await (await keys.open(kid, false)).close();
}
