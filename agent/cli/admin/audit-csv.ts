import type { AuditEntry } from "../../../shared/protocol/audit-api.js";
import { shown } from "../say.js";

const columns = [
  "seq",
  "time",
  "action",
  "result",
  "subject",
  "address",
  "name",
  "contentId",
  "family",
  "issuer",
  "licenseDigest",
  "device",
  "proofKey",
  "tokenId",
  "ip",
  "correlationId",
  "until",
  "detail",
  "hash",
  "guest",
] as const satisfies readonly (keyof AuditEntry)[];

export const csvHeader = `${columns.join(",")}\r\n`;

/** One line (RFC 4180), also where a name holds line ends. */
export const csvLine = (record: AuditEntry): string => `${columns.map((column) => cell(record[column])).join(",")}\r\n`;

/** What a spreadsheet would compute, also after blanks and in full width, begins with an apostrophe, and is then a text. */
const looksComputed = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function cell(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const line = shown(value);
  const text = looksComputed.test(value) ? `'${line}` : line;
  return /[",\\]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
