import type { CreateTableBuilder, Kysely } from "kysely";

/** The words that migrations are written in, the same for every database. */

type Table = CreateTableBuilder<string, never>;

/** Make a table from `name: type` pairs. A type ending in `?` may be null; all others may not. */
export async function createTable(
  db: Kysely<unknown>,
  name: string,
  columns: Record<string, "text" | "text?" | "bigint" | "bigint?">,
  constrain: (table: Table) => Table,
): Promise<void> {
  let table = db.schema.createTable(name) as unknown as Table;
  for (const [column, type] of Object.entries(columns)) {
    const nullable = type.endsWith("?");
    const dataType = type.startsWith("text") ? "text" : "bigint";
    table = table.addColumn(column, dataType, (spec) => (nullable ? spec : spec.notNull())) as unknown as Table;
  }
  await constrain(table).execute();
}

export const key =
  (table: string, ...columns: string[]) =>
  (builder: Table): Table =>
    builder.addPrimaryKeyConstraint(`${table}_pk`, columns as never[]) as Table;

export const index = (db: Kysely<unknown>, table: string, ...columns: string[]): Promise<void> =>
  db.schema
    .createIndex([table, ...columns].join("_"))
    .on(table)
    .columns(columns)
    .execute();

export const belongsToPerson = (table: Table, name: string): Table =>
  table.addForeignKeyConstraint(`${name}_person`, ["person"] as never[], "people", ["id"]) as Table;
