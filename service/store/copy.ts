import { closeSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import BetterSqlite from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { RightsError } from "../../shared/errors.js";
import type { Database } from "./database.js";
import type { Schema } from "./schema.js";

/** More pages than any database has: all are copied in one step, so that no writer makes it begin again. */
const allPages = 2 ** 31 - 1;

/** The database in `from` as it is at one moment, while others write it, durably in a new file `to`, mode 0600. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  closeSync(openSync(to, "wx", 0o600));
  const source = new BetterSqlite(from, { fileMustExist: true, readonly: true });
  try {
    await source.backup(to, { progress: () => allPages });
  } finally {
    source.close();
  }
  const copy = await open(to, "r+");
  await copy.sync();
  await copy.close();
}

/** Looks at all of a copy, and leaves nothing beside it. @throws RightsError state-damaged; what `look` throws. */
export async function checkCopy<T>(path: string, look: (database: Database) => Promise<T>): Promise<T> {
  const sqlite = new BetterSqlite(path, { fileMustExist: true });
  try {
    if (sqlite.pragma("integrity_check", { simple: true }) !== "ok")
      throw new RightsError("state-damaged", `the copy ${path} is damaged`);
    return await look(new Kysely<Schema>({ dialect: new SqliteDialect({ database: sqlite }) }));
  } finally {
    sqlite.close();
  }
}
