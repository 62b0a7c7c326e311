import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import BetterSqlite, { type Database as Sqlite } from "better-sqlite3";
import { CompiledQuery, type DatabaseConnection, Kysely, SqliteAdapter, SqliteDialect, SqliteDriver } from "kysely";
import { RightsError } from "../../shared/errors.js";
import type { Ask } from "./database.js";
import type { Schema } from "./schema.js";

/** How long one process waits for another that is writing, in ms. */
const busyTimeoutMs = 5000;

/** Statements kept prepared; the service has far fewer different ones. */
const maxStatements = 500;

/** Takes the write lock at once: a reader that becomes a writer halfway cannot wait for another process. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }
}

/** SQLite does undo table changes, so a migration that is cut off leaves nothing behind. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Dialect extends SqliteDialect {
  readonly #database: CachingDatabase;

  constructor(database: CachingDatabase) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: this.#database });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

type CachingDatabase = Pick<Sqlite, "close" | "prepare">;

function cachingStatements(sqlite: Sqlite): CachingDatabase {
  const statements = new Map<string, ReturnType<Sqlite["prepare"]>>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    if (statements.size >= maxStatements) statements.clear();
    const statement = sqlite.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return { close: () => sqlite.close(), prepare: prepare as Sqlite["prepare"] };
}

export interface SqliteFile {
  /** Folder and file are kept private to this user. */
  path: string;
  /** Make it if it is not there. Otherwise a missing database is an error, not a fresh start. */
  create: boolean;
}

export interface SqliteConnections {
  writing: Kysely<Schema>;
  reading: Kysely<Schema>;
  /** Through the reading connection. */
  ask: Ask;
  /** Resolves once everything that was committed before is on disk. */
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

/** Two connections to one file: reads do not wait for the transaction that is being written. */
export function openSqlite(file: SqliteFile): SqliteConnections {
  makePrivate(file);
  const connections = [connect(file.path), connect(file.path)] as const;
  const [write, read] = [cachingStatements(connections[0]), cachingStatements(connections[1])];
  connections[1].pragma("query_only = ON");
  const log = new LogFile(`${file.path}-wal`);
  const [writing, reading] = [write, read].map((one) => new Kysely<Schema>({ dialect: new Dialect(one) }));
  return {
    writing: writing!,
    reading: reading!,
    ask: <Row>({ sql, parameters }: CompiledQuery<Row>) => read.prepare(sql).all(parameters) as Row[],
    flush: () => log.flush(),
    close: async () => {
      await log.close();
      for (const one of [reading!, writing!]) await one.destroy();
    },
  };
}

/**
 * SQLite's write-ahead log, which is there as long as somebody has the database open. It is flushed in a thread of the
 * system, while requests are served: with `synchronous = FULL` SQLite would do the same in each commit, and everything
 * would stand still for as long as the disk takes.
 */
class LogFile {
  readonly #path: string;
  #file: FileHandle | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async flush(): Promise<void> {
    this.#file ??= await open(this.#path, "r+");
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function connect(path: string): Sqlite {
  const sqlite = new BetterSqlite(path, { fileMustExist: true, timeout: busyTimeoutMs });
  sqlite.pragma("journal_mode = WAL");
  sqlite.pragma("synchronous = NORMAL"); // keeps the file whole whatever happens; what is in it, `LogFile` keeps
  sqlite.pragma("foreign_keys = ON");
  return sqlite;
}

/** SQLite gives the files it puts beside the database (-wal, -shm) the mode of the database. */
function makePrivate({ path, create }: SqliteFile): void {
  if (!create && !existsSync(path))
    throw new RightsError("file-missing", `no database at ${path}; make one with: seal service init`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}
