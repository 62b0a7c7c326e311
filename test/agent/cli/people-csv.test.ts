import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePeopleCsv } from "../../../agent/cli/admin/people-csv.js";

describe("people from CSV", () => {
  it("come line by line, with what their columns say and nothing else", () => {
    const text = [
      "Address, name ,aliases,administrator,groups",
      'ada@x.example,"Lovelace, ""Countess"" Ada", a@x.example ; al@x.example ,yes,team@x.example',
      "bob@x.example,Bob\nFisher,,,".replace("Bob\nFisher", '"Bob\nFisher"'),
      "",
      "eve@x.example,,,no,team@x.example;all@x.example",
    ].join("\r\n");
    expect(parsePeopleCsv(`\ufeff${text}`)).toEqual({
      people: [
        {
          address: "ada@x.example",
          name: 'Lovelace, "Countess" Ada',
          aliases: ["a@x.example", "al@x.example"],
          administrator: true,
          groups: ["team@x.example"],
        },
        { address: "bob@x.example", name: "Bob\nFisher" },
        { address: "eve@x.example", administrator: false, groups: ["team@x.example", "all@x.example"] },
      ],
      groups: [{ address: "team@x.example" }, { address: "all@x.example" }],
    });
  });

  it("may be none, and the file may end with or without a line end", () => {
    for (const text of ["address", "address\n", "address\r\n\r\n"]) expect(parsePeopleCsv(text).people).toEqual([]);
    for (const end of ["", "\n", "\r\n"]) expect(parsePeopleCsv(`address\na@x.example${end}`).people).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ["nothing", "", "line 1: the column address is missing"],
    ["no address column", "name\nAda", "line 1: the column address is missing"],
    ["an unknown column", "address,phone\na@x,1", 'line 1: "phone" is no column'],
    ["a column twice", "address,address\na,b", 'line 1: "address" is no column, or twice'],
    ["a line that is short", "address,name\na@x.example", "line 2: 1 fields, but 2 columns"],
    ["a line that is long", "address\na@x.example,b", "line 2: 2 fields, but 1 columns"],
    ["an empty address", "address,name\n ,Ada", "line 2: the address is missing"],
    [
      "a flag that is neither",
      "address,administrator\na@x.example,maybe",
      'line 2: administrator is yes or no, not "maybe"',
    ],
    ["a quote without end", 'address\n"a@x.example', "line 2: a quote that does not end"],
    ["a quote in the middle", 'address\na"b"@x.example', "line 2: a quote that does not end"],
  ])("with %s is refused with the line", (_what, text, words) => {
    expect(() => parsePeopleCsv(text)).toThrow(
      expect.objectContaining({ code: "usage", message: expect.stringContaining(words) }),
    );
  });

  it("come back as they were written, whatever a name contains", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.trim() === text && text !== "");
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const lines = names.map((one, at) => `a${at}@x.example,"${one.replaceAll('"', '""')}"`);
        const { people } = parsePeopleCsv(["address,name", ...lines].join("\n"));
        expect(people.map((person) => person.name)).toEqual(names);
      }),
    );
  });

  it("takes time in proportion to the text, also where it is hostile", () => {
    const started = performance.now();
    for (const text of [`address\n${'"'.repeat(1_000_001)}`, `address\n${",".repeat(1_000_000)}`])
      expect(() => parsePeopleCsv(text)).toThrow();
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
