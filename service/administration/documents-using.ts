import type { Database } from "../store/database.js";

/** How many documents are known to use each label or template, by its id. Unregistered ones nobody knows of. */
export async function documentsUsing(db: Database, what: "label" | "template"): Promise<Map<string, number>> {
  const query = db
    .selectFrom("documents")
    .select(what)
    .select((select) => select.fn.countAll<number>().as("count"));
  const rows = await query.where(what, "is not", null).groupBy(what).execute();
  return new Map(rows.map((row) => [row[what] as string, Number(row.count)]));
}
