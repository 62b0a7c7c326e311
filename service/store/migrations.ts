import { type Kysely, type Migration, Migrator } from "kysely";
import { newId } from "../../shared/ids.js";
import { createGuestPasskeys, createGuests } from "./guest-tables.js";
import type { Schema } from "./schema.js";
import { belongsToPerson, createTable, index, key } from "./tables.js";

/** Changes of the tables, oldest first. One that was ever released is never edited: add another. */
const migrations: Record<string, Migration> = {
  "0001-people": { up: createPeople },
  "0002-policies-and-documents": { up: createPoliciesAndDocuments },
  "0003-sign-in": { up: createSignIn },
  "0004-audit": { up: createAudit },
  "0005-first-passwords": { up: addMustChange },
  "0006-amendments": { up: createAmendments },
  "0007-devices": { up: nameDevices },
  "0008-whose-sign-ins": { up: addAccountOfPayloads },
  "0009-former-addresses": { up: createFormerAddresses },
  "0010-identities": { up: createIdentities },
  "0011-policy": { up: createPolicy },
  "0012-tenant-keys": { up: createTenantKeys },
  "0013-account-keys": { up: createAccountKeys },
  "0014-compromised-keys": { up: addDeclared },
  "0015-publishers": { up: createPublishers },
  "0016-super-access": { up: createSuperAccess },
  "0017-access-requests": { up: createAccessRequests },
  "0018-guests": { up: createGuests },
  "0019-guest-passkeys": { up: createGuestPasskeys },
};

/** Bring the tables to what this version of the service expects; two processes at once do it once. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function createPeople(db: Kysely<unknown>): Promise<void> {
  const people = { id: "text", name: "text", password_hash: "text?", administrator: "bigint", state: "text" } as const;
  await createTable(db, "people", people, key("people", "id"));
  const addresses = { address: "text", person: "text", position: "bigint" } as const;
  await createTable(db, "addresses", addresses, (table) =>
    belongsToPerson(key("addresses", "address")(table), "addresses"),
  );
  await index(db, "addresses", "person");
  await createTable(db, "groups", { address: "text", name: "text" }, key("groups", "address"));
  const members = { group_address: "text", member: "text" } as const;
  await createTable(db, "group_members", members, key("group_members", "group_address", "member"));
  await index(db, "group_members", "member");
  await createDevices(db);
}

async function createDevices(db: Kysely<unknown>): Promise<void> {
  const keys = { kid: "text", person: "text" } as const;
  await createTable(db, "device_keys", keys, (table) =>
    belongsToPerson(key("device_keys", "kid")(table), "device_keys"),
  );
  const devices = {
    rac_serial: "text",
    clc_serial: "text",
    person: "text",
    account_kid: "text",
    licensor_kid: "text",
    proof_key: "text",
    issued: "bigint",
    until: "bigint",
    revoked: "bigint?",
  } as const;
  await createTable(db, "devices", devices, (table) =>
    belongsToPerson(key("devices", "rac_serial")(table), "devices").addUniqueConstraint("devices_clc", [
      "clc_serial",
    ] as never[]),
  );
  await index(db, "devices", "person");
}

async function createPoliciesAndDocuments(db: Kysely<unknown>): Promise<void> {
  await createTable(db, "settings", { name: "text", value: "text" }, key("settings", "name"));
  await createTable(db, "templates", { id: "text", version: "bigint", json: "text" }, key("templates", "id"));
  await createTable(db, "labels", { id: "text", json: "text" }, key("labels", "id"));
  const documents = {
    family: "text",
    issuer: "text",
    content_id: "text",
    name: "text?",
    label: "text?",
    registered: "bigint",
    revoked: "bigint?",
  } as const;
  await createTable(db, "documents", documents, key("documents", "family", "issuer"));
  await index(db, "documents", "issuer", "registered");
  const licenses = { digest: "text", family: "text", issuer: "text", registered: "bigint" } as const;
  await createTable(db, "registered_licenses", licenses, key("registered_licenses", "digest"));
}

async function createSignIn(db: Kysely<unknown>): Promise<void> {
  await createTable(db, "proofs", { id: "text", until: "bigint" }, key("proofs", "id"));
  await index(db, "proofs", "until");
  const payloads = {
    model: "text",
    id: "text",
    payload: "text",
    grant_id: "text?",
    user_code: "text?",
    uid: "text?",
    until: "bigint?",
  } as const;
  await createTable(db, "oidc_payloads", payloads, key("oidc_payloads", "model", "id"));
  for (const column of ["grant_id", "user_code", "uid", "until"]) await index(db, "oidc_payloads", column);
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  const columns = {
    seq: "bigint",
    record: "text",
    hash: "text",
    time: "bigint",
    action: "text",
    subject: "text?",
    family: "text?",
    issuer: "text?",
    until: "bigint?",
  } as const;
  await createTable(db, "audit", columns, key("audit", "seq"));
  for (const column of ["time", "action", "subject"]) await index(db, "audit", column);
  await index(db, "audit", "family", "issuer");
}

async function addMustChange(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.alterTable("people");
  await table.addColumn("must_change", "bigint", (spec) => spec.notNull().defaultTo(0)).execute();
}

async function createAmendments(db: Kysely<unknown>): Promise<void> {
  for (const column of ["amendment", "amended"])
    await db.schema.alterTable("documents").addColumn(column, "bigint").execute();
  const columns = {
    family: "text",
    issuer: "text",
    version: "bigint",
    id: "text",
    person: "text",
    time: "bigint",
    shrank: "bigint",
    json: "text",
  } as const;
  await createTable(db, "amendments", columns, key("amendments", "family", "issuer", "version"));
}

/** What was certified for one proof key belongs to one device; tokens are found by that key, too. */
async function nameDevices(db: Kysely<unknown>): Promise<void> {
  for (const column of ["device", "name", "system"])
    await db.schema.alterTable("devices").addColumn(column, "text").execute();
  await db.schema.alterTable("oidc_payloads").addColumn("proof_key", "text").execute();
  const tables = db as Kysely<Pick<Schema, "devices" | "oidc_payloads">>;
  const known = await tables.selectFrom("devices").select(["person", "proof_key"]).distinct().execute();
  for (const { person, proof_key } of known) {
    const of = tables.updateTable("devices").set({ device: newId() });
    await of.where("person", "=", person).where("proof_key", "=", proof_key).execute();
  }
  for (const { model, id, payload } of await tables.selectFrom("oidc_payloads").selectAll().execute()) {
    const { jkt } = JSON.parse(payload) as { jkt?: unknown };
    if (typeof jkt !== "string") continue;
    const row = tables.updateTable("oidc_payloads").set({ proof_key: jkt });
    await row.where("model", "=", model).where("id", "=", id).execute();
  }
  for (const column of ["device", "proof_key", "account_kid", "licensor_kid"]) await index(db, "devices", column);
  await index(db, "oidc_payloads", "proof_key");
}

/** Whom a row belongs to was in its text only. */
async function addAccountOfPayloads(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("oidc_payloads").addColumn("account", "text").execute();
  await index(db, "oidc_payloads", "account");
  const payloads = db as Kysely<Pick<Schema, "oidc_payloads">>;
  for (const { model, id, payload } of await payloads.selectFrom("oidc_payloads").selectAll().execute()) {
    const { accountId } = JSON.parse(payload) as { accountId?: unknown };
    if (typeof accountId !== "string") continue;
    const row = payloads.updateTable("oidc_payloads").set({ account: accountId });
    await row.where("model", "=", model).where("id", "=", id).execute();
  }
}

async function createFormerAddresses(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("addresses").addColumn("since", "bigint").execute();
  const columns = { address: "text", holder: "text", until: "bigint" } as const;
  await createTable(db, "former_addresses", columns, key("former_addresses", "address", "holder"));
}

async function createIdentities(db: Kysely<unknown>): Promise<void> {
  const columns = { issuer: "text", subject: "text", person: "text" } as const;
  await createTable(db, "identities", columns, (table) =>
    belongsToPerson(key("identities", "issuer", "subject")(table), "identities"),
  );
  await index(db, "identities", "person");
}

async function createPolicy(db: Kysely<unknown>): Promise<void> {
  const columns = { name: "text", version: "bigint", mandatory: "bigint" } as const;
  await createTable(db, "policy", columns, key("policy", "name"));
  const tables = db as Kysely<Pick<Schema, "policy">>;
  await tables.insertInto("policy").values({ name: "current", version: 1, mandatory: 0 }).execute();
  await db.schema.alterTable("documents").addColumn("template", "text").execute();
  for (const column of ["label", "template"]) await index(db, "documents", column);
}

async function createTenantKeys(db: Kysely<unknown>): Promise<void> {
  const columns = {
    kid: "text",
    generation: "bigint?",
    added: "bigint",
    archived: "bigint?",
    compromised: "bigint?",
  } as const;
  await createTable(db, "tenant_keys", columns, (table) =>
    key("tenant_keys", "kid")(table).addUniqueConstraint("tenant_keys_generation", ["generation"] as never[]),
  );
  await db.schema.alterTable("registered_licenses").addColumn("registrant", "text").execute();
}

/** Until then every device had an account key of its own. */
async function createAccountKeys(db: Kysely<unknown>): Promise<void> {
  const columns = {
    person: "text",
    kid: "text",
    public_key: "text",
    sealed: "text",
    tenant_kid: "text",
    made: "bigint",
  } as const;
  await createTable(db, "account_keys", columns, (table) =>
    belongsToPerson(key("account_keys", "person")(table), "account_keys"),
  );
  await db.schema
    .alterTable("devices")
    .addColumn("device_kid", "text", (spec) => spec.notNull().defaultTo(""))
    .execute();
  const devices = (db as Kysely<Pick<Schema, "devices">>).updateTable("devices");
  await devices.set(({ ref }) => ({ device_kid: ref("account_kid") })).execute();
  await index(db, "devices", "device_kid");
}

async function addDeclared(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("tenant_keys").addColumn("declared", "bigint").execute();
  const keys = (db as Kysely<Pick<Schema, "tenant_keys">>).updateTable("tenant_keys");
  const said = { declared: Date.now() }; // when that was was not noted: devices hear of it once more
  await keys.set(said).where("compromised", "is not", null).execute();
}

async function createPublishers(db: Kysely<unknown>): Promise<void> {
  await createTable(db, "publishers", { member: "text" }, key("publishers", "member"));
}

async function createSuperAccess(db: Kysely<unknown>): Promise<void> {
  const columns = {
    id: "text",
    person: "text",
    reason: "text",
    hours: "bigint",
    needed: "bigint",
    asked: "bigint",
    until: "bigint?",
    ended: "bigint?",
  } as const;
  await createTable(db, "super_access", columns, (table) =>
    belongsToPerson(key("super_access", "id")(table), "super_access"),
  );
  await index(db, "super_access", "person");
  const approvals = { access: "text", person: "text", time: "bigint" } as const;
  await createTable(db, "super_approvals", approvals, key("super_approvals", "access", "person"));
}

async function createAccessRequests(db: Kysely<unknown>): Promise<void> {
  const columns = {
    id: "text",
    family: "text",
    issuer: "text",
    owner: "text",
    issued: "bigint",
    content_id: "text",
    document: "text?",
    license: "text",
    person: "text",
    reason: "text",
    asked: "bigint",
    state: "text",
    answered: "bigint?",
  } as const;
  await createTable(db, "access_requests", columns, (table) =>
    key(
      "access_requests",
      "id",
    )(table).addUniqueConstraint("access_requests_one", ["family", "issuer", "person"] as never[]),
  );
  for (const column of ["issuer", "owner", "person"]) await index(db, "access_requests", column);
}
