import { domainToASCII, domainToUnicode } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { domainOf, normalizeAddress, normalizeDomain, normalizeWho } from "../../shared/address.js";
import { RightsError } from "../../shared/errors.js";
import { outcome } from "../vectors.js";

const codeFrom = (work: () => unknown) => outcome((async () => work())());

/** Threat T13: which two spellings are one person, and which two people only look alike. */
describe("one person", () => {
  it.each([
    ["Ada@Contoso.Example", "ada@contoso.example"],
    ["ADA@CONTOSO.EXAMPLE", "ada@contoso.example"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["ada@BÜCHER.example", "ada@xn--bcher-kva.example"],
    ["ada@faß.example", "ada@xn--fa-hia.example"],
    ["ada@ｃｏｎｔｏｓｏ.example", "ada@contoso.example"],
    ["ada@contoso。example", "ada@contoso.example"],
    ["ada+files@contoso.example", "ada+files@contoso.example"],
    ["o'neil@contoso.example", "o'neil@contoso.example"],
    ["ädä@contoso.example", "ädä@contoso.example"],
  ])("%s is %s", (given, normal) => {
    expect(normalizeAddress(given)).toBe(normal);
    expect(normalizeAddress(normal)).toBe(normal);
  });
});

describe("two people", () => {
  it.each([
    ["ada@contoso.example", "ada+files@contoso.example", "a plus part is a part of the name"],
    ["ada.lovelace@contoso.example", "adalovelace@contoso.example", "a dot too"],
    ["ada@contoso.example", "ada@mail.contoso.example", "a sub-domain is another domain"],
    ["ada@contoso.example", "аda@contoso.example", "Cyrillic а"],
    ["ada@contoso.example", "ada@cоntoso.example", "Cyrillic о in the domain"],
    ["ÄDA@contoso.example", "äda@contoso.example", "only A-Z has another case here"],
    ["istanbul@contoso.example", "ıstanbul@contoso.example", "dotless ı"],
    ["strasse@contoso.example", "straße@contoso.example", "ß"],
    ["ﬁn@contoso.example", "fin@contoso.example", "a ligature"],
    ["ada@contoso.example", "ada@xn--cntoso-wqf.example", "the A-label of one that looks like it"],
  ])("%s and %s: %s", (one, other) => {
    expect(normalizeAddress(one)).not.toBe(normalizeAddress(other));
  });
});

describe("no address", () => {
  it.each([
    ["", "nothing"],
    ["ada", "no domain"],
    ["@contoso.example", "no name"],
    ["ada@", "an empty domain"],
    ["ada@contoso", "one label"],
    ["ada@@contoso.example", "two signs"],
    ["ada@b@contoso.example", "a sign in the name"],
    ["a da@contoso.example", "a space"],
    ["ada@contoso.example ", "a space behind"],
    ["\tada@contoso.example", "a tab"],
    ["ada\n@contoso.example", "a line feed"],
    ["ada\u0000@contoso.example", "NUL"],
    ["ada\u200b@contoso.example", "a zero-width space"],
    ["ada\u202e@contoso.example", "text turned around"],
    ["ada\u00ad@contoso.example", "a soft hyphen"],
    ["ada\u00a0b@contoso.example", "a space that does not break"],
    ["a\u0308da@contoso.example", "not NFC: a and a mark"],
    ["\u212aelvin@contoso.example", "not NFC: the Kelvin sign, which looks like K"],
    ["ada@xn--contos-8ve.example", "an A-label that no domain has"],
    ["ada@bu\u0308cher.example", "not NFC in the domain"],
    ["ada\ud800@contoso.example", "half a character"],
    ["ada@contoso..example", "an empty label"],
    ["ada@.contoso.example", "an empty first label"],
    ["ada@contoso.example.", "a dot at the end"],
    ["ada@127.0.0.1", "an IP address"],
    ["ada@1.2.3.4", "digits that are one"],
    ["ada@0x7f.1", "a number in another base"],
    ["ada@[::1]", "brackets"],
    ["ada@contoso.example:80", "a port"],
    ["ada@contoso.example/x", "a path"],
    ["ada@contoso.example?x", "a query"],
    ["ada@contoso.example#x", "a fragment"],
    ["ada@user@contoso.example", "a user before a host"],
    ["ada@contoso%2eexample", "an escape"],
    ["ada@contoso\\.example", "a backslash"],
    ["ada@-contoso.example", "a hyphen in front"],
    ["ada@xn--.example", "an A-label of nothing"],
    ["ada@xn--a.example", "an A-label that decodes to none"],
    ["ada@contoso.e,xample", "a comma in the domain"],
    [`${"a".repeat(65)}@contoso.example`, "a name of 65"],
    [`ada@${"a".repeat(64)}.example`, "a label of 64"],
    [`ada@${"a.".repeat(130)}example`, "a domain too long"],
    [
      `${"a".repeat(64)}@${"ü".repeat(40)}.${"ü".repeat(40)}.${"ü".repeat(40)}.${"ü".repeat(40)}.example`,
      "too long as A-labels",
    ],
  ])("%j: %s", async (text) => {
    expect(await codeFrom(() => normalizeAddress(text))).toBe("address-malformed");
  });

  it("says nothing of what was typed", () => {
    expect(() => normalizeAddress("secret name")).toThrow(/^(?!.*secret)/);
  });
});

describe("A-labels", () => {
  it("are those of some text, and no others", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, (given) => {
        const domain = domainToASCII(`${given}.example`); // another implementation than a browser's
        if (!/^xn--[a-z0-9-]+\.example$/.test(domain)) return;
        expect(normalizeDomain(domain)).toBe(domain);
      }),
      { numRuns: 2000 },
    );
  });

  it("with a letter changed stand for another text, or are refused", () => {
    const ends = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
    fc.assert(
      fc.property(ends, (end) => {
        const domain = `xn--${end}.example`;
        const node = domainToASCII(domainToUnicode(domain));
        let ours = "";
        try {
          ours = normalizeDomain(domain);
        } catch {
          // refused
        }
        return ours === "" || (ours === domain && node === domain);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("whom a grant names", () => {
  it("a whole domain, written the same way", async () => {
    expect(normalizeWho("@Contoso.Example")).toBe("@contoso.example");
    expect(normalizeWho("@bücher.example")).toBe("@xn--bcher-kva.example");
    expect(normalizeDomain("CONTOSO.example")).toBe("contoso.example");
    expect(domainOf("ada@contoso.example")).toBe("contoso.example");
    for (const text of ["@", "@contoso", "@@contoso.example", "@a@contoso.example"])
      expect(await codeFrom(() => normalizeWho(text)), text).toBe("address-malformed");
  });
});

describe("any text", () => {
  const parts = fc.constantFrom(
    "a",
    "Z",
    "é",
    "ü",
    "@",
    ".",
    "-",
    "xn--",
    "example",
    "\u0301",
    "ß",
    "%",
    "１",
    "0x",
    "。",
    " ",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(parts, { maxLength: 12 }).map((all) => all.join("")),
  );
  it("is refused, or has one spelling that stays", () => {
    fc.assert(
      fc.property(texts, (text) => {
        let normal: string;
        try {
          normal = normalizeWho(text);
        } catch (error) {
          return error instanceof RightsError && error.code === "address-malformed";
        }
        return normalizeWho(normal) === normal && normal === normal.normalize("NFC") && !/[A-Z\s]/.test(normal);
      }),
      { numRuns: 5000 },
    );
  });
});
