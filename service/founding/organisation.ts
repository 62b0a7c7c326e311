import { domainOf } from "../../shared/address.js";
import { RightsError } from "../../shared/errors.js";
import { newId } from "../../shared/ids.js";
import { openAudit } from "../audit.js";
import { auditHeadPath, databasePath, type ServiceConfig } from "../config.js";
import { openSoftwareKey } from "../custody/software.js";
import { hashPassword } from "../identity/passwords.js";
import type { Account } from "../store/accounts.js";
import { People } from "../store/people.js";
import { openStore, type Store } from "../store/store.js";
import { settleConfiguration } from "./configuration.js";
import { defaultPolicy } from "./default-policy.js";
import { makeFolder, makeTenantKey } from "./ground.js";
import type { FoundingOptions } from "./options.js";

/** What there is now, and what of it was made by this run. */
export interface Founded {
  config: ServiceConfig;
  made: ("configuration" | "tenant key" | "labels and templates" | "administrator" | "first password")[];
}

/** What a run needs from outside. */
export interface Founding {
  options: FoundingOptions;
  /** The first password, asked for only if one is needed. */
  firstPassword(): Promise<string>;
  /** Hands it over before it is kept: one that nobody was told of never holds. */
  handOver(password: string): Promise<void>;
  rsaWorker?: URL;
}

/**
 * Makes an organisation, or finishes one whose making was cut off; what is there is never written over.
 * @throws RightsError usage, config-invalid, file-missing.
 */
export async function foundOrganisation(founding: Founding): Promise<Founded> {
  const made: Founded["made"] = [];
  const { config, isNew } = await settleConfiguration(founding.options);
  if (isNew) made.push("configuration");
  await makeFolder(config.dataFolder);
  if (await makeTenantKey(config)) made.push("tenant key");
  await proveTenantKey(config, founding);
  const store = await openStore({ path: databasePath(config), create: true });
  try {
    await store.settings.settle("tenant", newId());
    await populate(store, config, founding, made);
  } finally {
    await store.close();
  }
  return { config, made };
}

/** A passphrase that does not open the key is better found now than at the first start. */
async function proveTenantKey(config: ServiceConfig, { rsaWorker }: Founding): Promise<void> {
  const key = { url: config.tenantKey, passphraseFile: config.tenantKeyPassphraseFile };
  const custody = await openSoftwareKey(key, { threads: 1, ...(rsaWorker ? { workerUrl: rsaWorker } : {}) });
  await custody.close();
}

async function populate(store: Store, config: ServiceConfig, founding: Founding, made: Founded["made"]) {
  const { administrator } = founding.options;
  if ((await store.policies.labels()).length === 0) {
    await store.policies.put(defaultPolicy({ everyone: `@${domainOf(administrator)}` }));
    made.push("labels and templates");
  }
  const audit = await openAudit({ store, headFile: auditHeadPath(config) });
  try {
    const note = (detail: string) =>
      audit.append({ action: "administer", result: "done", subject: null, detail: `seal service init: ${detail}` });
    await appoint(store, founding, made, note);
  } finally {
    await audit.close();
  }
}

/** The first administrator; a second one is for the first to make. */
async function appoint(
  store: Store,
  founding: Founding,
  made: Founded["made"],
  note: (detail: string) => Promise<void>,
) {
  const { administrator: address, name = address, resetPassword } = founding.options;
  const account = await store.accounts.findByAddress(address);
  if (account === null && (await new People(store.read).administrators()) > 0)
    throw new RightsError(
      "usage",
      `this organisation has an administrator already; who is one can make ${address} another: seal admin people add`,
    );
  if (account !== null && !isAdministrator(account))
    throw new RightsError("usage", `${address} is here and no administrator; sign in as one to change that`);
  if (account !== null && !resetPassword) return;
  const password = await founding.firstPassword();
  const passwordHash = await hashPassword(password);
  await founding.handOver(password);
  await note(account === null ? `first administrator ${address}` : `first password for ${address}`);
  made.push(account === null ? "administrator" : "first password");
  const first = { name, addresses: [address], administrator: true, state: "active", passwordHash } as const;
  if (account === null) await store.accounts.add({ ...first, addresses: [address], id: newId(), mustChange: true });
  else await store.accounts.setPasswordHash(account.id, passwordHash, { mustChange: true });
}

const isAdministrator = ({ administrator, state }: Account): boolean => administrator && state === "active";
