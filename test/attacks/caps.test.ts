import { describe, expect, it } from "vitest";
import { type Bytes, concat, utf8, utf16le } from "../../shared/bytes.js";
import { maxContentBytes, plaintextSize, sealedSize, segmentBytes } from "../../shared/crypto/content-layout.js";
import { RightsError } from "../../shared/errors.js";
import { parseJson } from "../../shared/json.js";
import { maxTrailerBytes, trailerLength } from "../../shared/license/edition.js";
import { parseXml } from "../../shared/license/xml.js";
import { encodeChain, maxReadBytes, maxWrittenBytes, parseChain } from "../../shared/license/xrml.js";
import { encodePolicy, maxNames, maxRights, type Policy, parsePolicy } from "../../shared/policy.js";
import { outcome, vectorFile } from "../vectors.js";

/** Threat T19: every bound is met, and one more is refused; and no refused input takes long. */

const codeFrom = (work: () => unknown) => outcome((async () => work())());
const nested = (depth: number) => `${"<A>".repeat(depth)}${"</A>".repeat(depth)}`;
const license = vectorFile("encodings/pl.xml");

describe("XML", () => {
  it.each([
    [16, "success"],
    [17, "license-malformed"],
    [100_000, "license-malformed"],
  ])("%i levels: %s", async (depth, expected) => {
    expect(await codeFrom(() => parseXml(nested(depth)))).toBe(expected);
  });

  it.each([
    [19_999, "success"],
    [20_000, "license-malformed"],
  ])("a root and %i elements: %s", async (count, expected) => {
    expect(await codeFrom(() => parseXml(`<A>${"<B/>".repeat(count)}</A>`))).toBe(expected);
  });
});

describe("a license's bytes", () => {
  const padded = (length: number) => concat(license, new Uint8Array(length - license.length).fill(0x20));
  it.each([
    [maxReadBytes, "success"],
    [maxReadBytes + 1, "license-malformed"],
  ])("%i: %s", async (length, expected) => expect(await outcome(parseChain(padded(length)))).toBe(expected));

  it.each([
    [0, "success"],
    [1, "license-malformed"],
  ])("a writer stops at 256 KiB: %i more is %s", async (more, expected) => {
    const document = "x".repeat(maxWrittenBytes - 3 - '<?xml version="1.0"?>'.length + more);
    expect(await codeFrom(() => encodeChain([document]))).toBe(expected);
  });

  it("a writer stops at eight documents", async () => {
    expect(await codeFrom(() => encodeChain(Array(8).fill("x")))).toBe("success");
    expect(await codeFrom(() => encodeChain(Array(9).fill("x")))).toBe("license-malformed");
  });
});

describe("JSON", () => {
  const deep = (depth: number) => utf8("[".repeat(depth) + "]".repeat(depth));
  it.each([
    [32, "success"],
    [33, "policy-malformed"],
    [500_000, "policy-malformed"],
  ])("%i levels: %s", async (depth, expected) =>
    expect(await codeFrom(() => parseJson(deep(depth), "policy-malformed"))).toBe(expected),
  );

  it("a text of one megabyte is no depth", async () => {
    const bytes = utf8(JSON.stringify({ name: "x".repeat(1 << 20), escaped: '\\"'.repeat(1 << 18) }));
    expect(await codeFrom(() => parseJson(bytes, "policy-malformed"))).toBe("success");
  });
});

const policyWith = (grants: Policy["grants"]): Policy => ({
  v: 1,
  issuer: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  owner: "ada@contoso.example",
  family: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
  ext: ".txt",
  grants,
  until: null,
  offlineDays: 7,
  template: null,
});

describe("a policy", () => {
  const people = (count: number) => Array.from({ length: count }, (_, at) => `u${at}@contoso.example`);
  const rights = (count: number, prefix = "R") => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
  it.each<[string, Policy["grants"], string]>([
    ["names in one grant", [{ who: people(maxNames), rights: ["VIEW"] }], "success"],
    ["a name too many in one grant", [{ who: people(maxNames + 1), rights: ["VIEW"] }], "policy-malformed"],
    ["names in many grants", people(maxNames).map((name) => ({ who: [name], rights: ["VIEW"] })), "success"],
    [
      "a name too many over two grants",
      [
        { who: people(maxNames), rights: ["VIEW"] },
        { who: ["x@contoso.example"], rights: ["EDIT"] },
      ],
      "policy-malformed",
    ],
    ["rights", [{ who: people(1), rights: rights(maxRights) }], "success"],
    ["a right too many", [{ who: people(1), rights: rights(maxRights + 1) }], "policy-malformed"],
    [
      "a right too many over two grants",
      [
        { who: people(1), rights: rights(maxRights) },
        { who: people(1), rights: ["ONEMORE"] },
      ],
      "policy-malformed",
    ],
    ["nobody in a grant", [{ who: [], rights: ["VIEW"] }], "policy-malformed"],
    ["no grants", [], "success"],
  ])("%s", async (_, grants, expected) => {
    const policy = policyWith(grants);
    expect(await codeFrom(() => parsePolicy(utf8(JSON.stringify(policy))))).toBe(expected);
    expect(await codeFrom(() => encodePolicy(policy))).toBe(expected); // no file that nobody could open
  });

  it("half a character in a file's name is refused before the file is written", async () => {
    expect(await codeFrom(() => encodePolicy({ ...policyWith([]), name: "a\ud800b.txt" }))).toBe("policy-malformed");
  });
});

describe("content and trailer", () => {
  it("lengths up to 2^40 bytes are exact, one more is refused", async () => {
    expect(plaintextSize(sealedSize(maxContentBytes) - 64)).toBe(maxContentBytes);
    expect(await codeFrom(() => plaintextSize(sealedSize(maxContentBytes + segmentBytes) - 64))).toBe(
      "content-damaged",
    );
    expect(await codeFrom(() => plaintextSize(sealedSize(maxContentBytes + 1) - 64))).toBe("content-damaged");
  });

  it.each([
    [maxTrailerBytes - 8, "success"],
    [maxTrailerBytes - 7, "edition-invalid"],
    [0xffffffff, "edition-invalid"],
  ])("a trailer that says %i: %s", async (length, expected) => {
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setUint32(0, length, true);
    tail.set(utf8("SWE1"), 4);
    expect(await codeFrom(() => trailerLength(tail))).toBe(expected);
  });
});

describe("one megabyte of the worst", () => {
  const mib = 1 << 20;
  const behind = (text: string) => concat(license, utf8(text));
  const start = '\ufeff<?xml version="1.0"?>';
  const document = `${start}<XrML version="1.2" xmlns=""><BODY type="x">`;
  const room = mib - 20_000;
  it.each<[string, Bytes]>([
    ["spaces, then a letter", behind(`${" ".repeat(room)}x`)],
    ["NULs, then a letter", behind(`${"\0".repeat(room)}x`)],
    ["NULs and letters in turn", behind("\0x".repeat(room / 2))],
    ["NULs in UTF-16", concat(Uint8Array.of(0xff, 0xfe), utf16le(`x${"\0".repeat(room / 2)}x`))],
    ["openings", utf8(document + "<A>".repeat(room / 3))],
    ["BODY ends", utf8(document + "</BODY>".repeat(room / 7))],
    ["attributes", utf8(`${document}<A${' a="b"'.repeat(room / 6)}/></BODY>`)],
    ["an attribute that does not end", utf8(`${document}<A a="${"b".repeat(room)}</BODY>`)],
    ["ampersands", utf8(`${document}${"&".repeat(room)}</BODY>`)],
    ["half signatures", utf8(start + "<XrML>".repeat(room / 6))],
  ])("%s: refused within a second", async (_, bytes) => {
    const before = performance.now();
    expect(await outcome(parseChain(bytes))).toBe("license-malformed");
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it.each([
    ["attributes", `<A${' a="b"'.repeat(150_000)}/>`],
    ["other attributes", `<A${Array.from({ length: 100_000 }, (_, at) => ` ${name(at)}="b"`).join("")}/>`],
    ["ampersands", `<A>${"&".repeat(mib)}</A>`],
    ["one long text", `<A>${"x".repeat(mib)}`],
    ["a tag that does not end", `<A a="${"x".repeat(mib)}`],
  ])("the parser alone: %s", (_, text) => {
    const before = performance.now();
    try {
      parseXml(text);
    } catch (error) {
      expect(error).toBeInstanceOf(RightsError);
    }
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

/** A distinct attribute name for each number. */
function name(number: number): string {
  return number.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
}
