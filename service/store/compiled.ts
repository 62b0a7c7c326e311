import type { Compilable, CompiledQuery } from "kysely";

/** Stands in a query for an argument that comes later. */
class Place {
  constructor(readonly index: number) {}
}

/**
 * A query that is asked so often that building and compiling it would cost more than running it: done once, with places
 * where the arguments go. Each must end up as a parameter, so `build` may pass arguments on and not look at them.
 * @param count - how many arguments; as many as `build` declares unless told.
 */
export function compileOnce<Args extends readonly unknown[], Row>(
  build: (...args: Args) => Compilable<Row>,
  count: number = build.length,
): (...args: Args) => CompiledQuery<Row> {
  const places = Array.from({ length: count }, (_, index) => new Place(index));
  const compiled = build(...(places as readonly unknown[] as Args)).compile();
  const fill = (args: Args) => compiled.parameters.map((one) => (one instanceof Place ? args[one.index] : one));
  return (...args) => ({ ...compiled, parameters: fill(args) });
}

/** Rows of one insert: far below what any engine allows as parameters, and few enough to keep each number compiled. */
const maxRows = 64;

/**
 * Inserts of many rows, compiled once for each number of them. @param build - the insert of these rows, likewise.
 * @returns the inserts that together hold all rows, in order.
 */
export function compileInserts<Row extends object, Returned>(
  columns: readonly (keyof Row & string)[],
  build: (rows: Row[]) => Compilable<Returned>,
): (rows: readonly Row[]) => CompiledQuery<Returned>[] {
  const byCount = new Map<number, (...values: unknown[]) => CompiledQuery<Returned>>();
  const width = columns.length;
  const make = (count: number) =>
    compileOnce((...values: unknown[]) => {
      const row = (at: number) => Object.fromEntries(columns.map((column, i) => [column, values[at * width + i]]));
      return build(Array.from({ length: count }, (_, at) => row(at) as Row));
    }, count * width);
  const insert = (rows: readonly Row[]) => {
    const known = byCount.get(rows.length) ?? make(rows.length);
    byCount.set(rows.length, known);
    return known(...rows.flatMap((row) => columns.map((column) => row[column])));
  };
  return (rows) =>
    Array.from({ length: Math.ceil(rows.length / maxRows) }, (_, i) =>
      insert(rows.slice(i * maxRows, (i + 1) * maxRows)),
    );
}
