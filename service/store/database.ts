import type { CompiledQuery, Kysely } from "kysely";
import type { Schema } from "./schema.js";

/** Queries against our tables: the reading connection, or one transaction. */
export type Database = Kysely<Schema>;

/** What is to be written, in one transaction; what it returns is true once the promise resolves. */
export type Work<T> = (tx: Database) => Promise<T>;

/** Run `work` durably; see `GroupCommit`. */
export type Write = <T>(work: Work<T>) => Promise<T>;

/** Ask the reading connection a compiled query; at once, where the engine can. */
export type Ask = <Row>(query: CompiledQuery<Row>) => Row[] | Promise<Row[]>;
