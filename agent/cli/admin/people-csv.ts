import { RightsError } from "../../../shared/errors.js";

/** Columns of a CSV file of people; all but the first may be missing. */
const columns = ["address", "name", "aliases", "administrator", "groups"] as const;
type Column = (typeof columns)[number];

interface CsvPerson {
  address: string;
  name?: string;
  aliases?: string[];
  administrator?: boolean;
  groups?: string[];
}

/**
 * People from CSV (RFC 4180): a first line with the names of the columns, then one line each. Several aliases or groups
 * stand in one field, with semicolons between; an empty field says nothing. Groups that are named are made if missing.
 * @throws RightsError `usage`, with the line.
 */
export function parsePeopleCsv(text: string): { people: CsvPerson[]; groups: { address: string }[] } {
  const [first = [], ...rows] = rowsOf(text.replace(/^\ufeff/, ""));
  const header = first.map((name) => name.trim().toLowerCase());
  for (const [at, name] of header.entries())
    if (!columns.includes(name as Column) || header.indexOf(name) !== at)
      throw wrong(1, `"${name}" is no column, or twice; there are ${columns.join(", ")}`);
  if (!header.includes("address")) throw wrong(1, "the column address is missing");
  const people = rows.map((row, at) => personOf(row, header as Column[], at + 2));
  const groups = new Set(people.flatMap((person) => person.groups ?? []));
  return { people, groups: [...groups].map((address) => ({ address })) };
}

function personOf(row: string[], header: readonly Column[], line: number): CsvPerson {
  if (row.length !== header.length) throw wrong(line, `${row.length} fields, but ${header.length} columns`);
  const field = (column: Column) => row[header.indexOf(column)]?.trim() || undefined;
  const list = (column: Column) =>
    field(column)
      ?.split(";")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  const [address, name, administrator] = [field("address"), field("name"), flagOf(field("administrator"), line)];
  if (address === undefined) throw wrong(line, "the address is missing");
  const [aliases, groups] = [list("aliases"), list("groups")];
  const given = { name, aliases, administrator, groups };
  return { address, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

function flagOf(text: string | undefined, line: number): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(yes|true|1)$/i.test(text)) return true;
  if (/^(no|false|0)$/i.test(text)) return false;
  throw wrong(line, `administrator is yes or no, not "${text}"`);
}

/** Lines and fields; a quoted field may hold commas, line ends and, doubled, quotes. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  for (let row: string[] = []; field.lastIndex < text.length || row.length > 0; ) {
    const found = field.exec(text);
    if (found === null) throw wrong(rows.length + 1, "a quote that does not end, or stands inside of a field");
    const [, quoted, plain = "", end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
    if (end === "") break;
  }
  return rows;
}

const wrong = (line: number, what: string): RightsError => new RightsError("usage", `line ${line}: ${what}`);
