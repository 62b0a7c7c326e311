import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../shared/bytes.js";
import { isPlainExtension } from "../../shared/format/extension.js";
import {
  Extension,
  encodePolicy,
  grantedTo,
  grantsFor,
  type Identity,
  isExpired,
  type Policy,
  parsePolicy,
} from "../../shared/policy.js";
import { doNotForward, encryptOnly, holds, knownRights, roles } from "../../shared/rights.js";

const ada = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const bob = "16fd2706-8baf-433b-82eb-8c7fada847da";
const until = "2027-03-01T00:00:00Z";
const untilMs = Date.parse(until);

const policy = (more: Partial<Policy> = {}): Policy => ({
  v: 1,
  issuer: ada,
  owner: "owner@contoso.example",
  family: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
  ext: ".txt",
  grants: [
    { who: ["bob@contoso.example", "board@contoso.example"], rights: ["VIEW", "EDIT"] },
    { who: ["@fabrikam.example"], rights: ["VIEW"] },
    { who: ["bob@contoso.example"], rights: ["PRINT", "VIEW"] },
  ],
  until,
  offlineDays: 7,
  template: null,
  ...more,
});

const someone = (addresses: string[], groups: string[] = [], subject = bob): Identity => ({
  subject,
  addresses,
  groups,
});

describe("grantsFor", () => {
  it.each<[string, Identity, string[]]>([
    ["by address, all grants together", someone(["bob@contoso.example"]), ["VIEW", "EDIT", "PRINT"]],
    ["by any of several addresses", someone(["b@x.example", "bob@contoso.example"]), ["VIEW", "EDIT", "PRINT"]],
    ["by group", someone(["eve@contoso.example"], ["board@contoso.example"]), ["VIEW", "EDIT"]],
    ["by domain", someone(["eve@fabrikam.example"]), ["VIEW"]],
    ["by group and domain", someone(["e@fabrikam.example"], ["board@contoso.example"]), ["VIEW", "EDIT"]],
    ["a sub-domain is another", someone(["eve@mail.fabrikam.example"]), []],
    ["a domain that ends alike is another", someone(["eve@notfabrikam.example"]), []],
    ["a group's own domain says nothing of its members", someone(["e@x.example"], ["all@fabrikam.example"]), []],
    ["a stranger", someone(["eve@x.example"]), []],
    ["nobody", someone([]), []],
    ["the issuer, by subject", someone([], [], ada), ["OWNER"]],
    ["the owner, by address", someone(["owner@contoso.example"]), ["OWNER"]],
    ["a group with the owner's address is not the owner", someone([], ["owner@contoso.example"]), []],
    ["a subject as an address is not the issuer", someone([ada]), []],
    ["another case: addresses come normalized", someone(["Bob@contoso.example"]), []],
  ])("%s", (_, identity, rights) => {
    expect(grantsFor(policy(), identity, untilMs - 1)).toEqual(rights);
    expect(grantedTo(policy(), someone(identity.addresses as string[], identity.groups as string[]))).toEqual(
      rights.includes("OWNER") ? [] : rights,
    );
  });

  it.each<[string, Identity, string[]]>([
    ["ends grants", someone(["bob@contoso.example"]), []],
    ["not the issuer's own", someone([], [], ada), ["OWNER"]],
    ["not the owner's", someone(["owner@contoso.example"]), ["OWNER"]],
  ])("the end of time %s", (_, identity, rights) => {
    expect(grantsFor(policy(), identity, untilMs)).toEqual(rights);
  });

  it("[from, until): the last millisecond is in, the moment itself is not", () => {
    expect(isExpired(policy(), untilMs - 1)).toBe(false);
    expect(isExpired(policy(), untilMs)).toBe(true);
    expect(isExpired(policy({ until: null }), Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it("gives nothing that no grant names, in any policy", () => {
    const names = fc.constantFrom("a@x.example", "b@x.example", "@x.example", "@y.example", "g@y.example");
    const right = fc.constantFrom("VIEW", "EDIT", "PRINT", "OWNER", "DANCE");
    const grants = fc.array(
      fc.record({ who: fc.array(names, { minLength: 1 }), rights: fc.array(right, { minLength: 1 }) }),
    );
    const identity = fc.record({
      addresses: fc.subarray(["a@x.example", "c@y.example"]),
      groups: fc.subarray(["g@y.example"]),
    });
    fc.assert(
      fc.property(grants, identity, (given, { addresses, groups }) => {
        const found = grantsFor(policy({ grants: given }), someone(addresses, groups), 0);
        const mine = new Set<string>([...addresses, ...groups, ...addresses.map((at) => at.slice(at.indexOf("@")))]);
        const expected = given.filter(({ who }) => who.some((name) => mine.has(name))).flatMap(({ rights }) => rights);
        expect(new Set(found)).toEqual(new Set(expected));
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });
});

describe("rights", () => {
  it("OWNER implies all, nothing else implies anything", () => {
    for (const right of knownRights) {
      expect(holds(["OWNER"], right)).toBe(true);
      expect(holds([right], right)).toBe(true);
      for (const other of knownRights)
        if (right !== "OWNER" && other !== right) expect(holds([right], other), `${right} ${other}`).toBe(false);
    }
    expect(holds([], "VIEW")).toBe(false);
    expect(holds(["view"], "VIEW")).toBe(false);
  });

  it("roles rise", () => {
    const ladder = [roles.Viewer, roles.Reviewer, roles["Co-author"], roles["Co-owner"]] as const;
    for (const [at, role] of ladder.entries())
      for (const below of ladder.slice(0, at)) expect(role).toEqual(expect.arrayContaining([...below]));
    expect(roles.Viewer).not.toContain("EDIT");
    expect(roles.Reviewer).not.toContain("EXTRACT");
    expect(roles["Co-author"]).not.toContain("EXPORT");
    expect(roles["Co-owner"]).toContain("OWNER");
  });

  it("mail", () => {
    for (const right of ["FORWARD", "PRINT", "EXTRACT", "EXPORT", "OWNER"]) expect(doNotForward).not.toContain(right);
    expect(encryptOnly).not.toContain("EXPORT");
    expect(encryptOnly).not.toContain("OWNER");
    expect(encryptOnly).toContain("PRINT");
  });
});

describe("a policy as bytes", () => {
  it("comes back as it was", () => {
    const full = policy({
      name: "Plan – Größe.docx",
      texts: [{ lang: "de", name: "Vertraulich", description: "" }],
      obligations: [{ type: "watermark", text: "bob" }],
      referral: "mailto:help@contoso.example",
    });
    expect(parsePolicy(encodePolicy(full))).toEqual(full);
    expect(parsePolicy(utf8(`${JSON.stringify(full)}   `))).toEqual(full);
  });

  it.each(["", ".txt", ".my ext", ".größe".slice(0, 3), ".tar.gz"])("has the extension %j", (ext) => {
    expect(parsePolicy(encodePolicy(policy({ ext }))).ext).toBe(ext);
  });

  it("takes exactly the extensions that a protected file's header takes", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((end) => `.${end}`),
      fc.constantFrom(...[255, 256].map(longest)),
    );
    fc.assert(
      fc.property(text, (ext) => Extension.safeParse(ext).success === isPlainExtension(ext)),
      { numRuns: 3000 },
    );
    for (let code = 0; code < 256; code++)
      for (const ext of [`.${String.fromCharCode(code)}`, `.${String.fromCharCode(code)}a`])
        expect(Extension.safeParse(ext).success, ext).toBe(isPlainExtension(ext));
  });
  const longest = (length: number) => `.${"a".repeat(length - 1)}`;

  it("loses members it does not know", () => {
    expect(parsePolicy(utf8(JSON.stringify({ ...policy(), later: { v: 2 } })))).toEqual(policy());
  });

  it.each<[string, object]>([
    ["another version", { v: 2 }],
    ["an issuer that is no id", { issuer: "ada@contoso.example" }],
    ["an id in upper case", { family: "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE" }],
    ["an owner that is a domain", { owner: "@contoso.example" }],
    ["an extension without its dot", { ext: "txt" }],
    ["an extension with a path", { ext: "./txt" }],
    ["an extension no file name can have", { ext: ".a:b" }],
    ["an extension that ends in a space", { ext: ".txt " }],
    ["an end without a zone", { until: "2027-03-01T00:00:00" }],
    ["an end on 30 February", { until: "2027-02-30T00:00:00Z" }],
    ["-2 offline days", { offlineDays: -2 }],
    ["half an offline day", { offlineDays: 0.5 }],
    ["an obligation nobody knows", { obligations: [{ type: "dance" }] }],
    ["grants that are no list", { grants: {} }],
    ["no grants at all", { grants: undefined }],
  ])("%s is refused", (_, more) => {
    expect(() => parsePolicy(utf8(JSON.stringify({ ...policy(), ...more })))).toThrow("policy inside the license");
  });
});
