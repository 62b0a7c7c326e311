import type { Database, Write } from "./database.js";

/** Names of what the service has decided once and keeps: never what a person configures. */
export type SettingName = "tenant" | "server-certificates" | "account-keys" | "oidc-keys" | "cookie-keys";

/** Small facts that live as long as the database. */
export class Settings {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  async get(name: SettingName): Promise<string | null> {
    const row = await this.#read.selectFrom("settings").select("value").where("name", "=", name).executeTakeFirst();
    return row?.value ?? null;
  }

  set(name: SettingName, value: string): Promise<void> {
    return this.#write(async (tx) => {
      await tx
        .insertInto("settings")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
        .execute();
    });
  }

  /** The value there is, or `value` from now on: whoever comes first decides for all. */
  settle(name: SettingName, value: string): Promise<string> {
    return this.#write(async (tx) => {
      await tx
        .insertInto("settings")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
      const row = await tx.selectFrom("settings").select("value").where("name", "=", name).executeTakeFirstOrThrow();
      return row.value;
    });
  }
}
