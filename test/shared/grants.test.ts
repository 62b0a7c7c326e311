import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RightsError } from "../../shared/errors.js";
import { checkBounds, grantsFrom, parseGrant } from "../../shared/grants.js";
import { encodePolicy, grantedTo, grantsFor, maxNames, parsePolicy } from "../../shared/policy.js";
import { encryptOnly, knownRights, roles } from "../../shared/rights.js";

const refusalOf = (work: () => unknown): RightsError => {
  try {
    work();
  } catch (error) {
    return error as RightsError;
  }
  throw new Error("it was taken");
};

const all = (...texts: string[]) => grantsFrom(texts.map(parseGrant));

describe("a grant as people write it", () => {
  it.each<[string, string, string[]]>([
    ["bob@x.example:VIEW+PRINT", "bob@x.example", ["VIEW", "PRINT"]],
    ["bob@x.example:print", "bob@x.example", ["VIEW", "PRINT"]],
    ["@X.example:View", "@x.example", ["VIEW"]],
    ["Bob@BÜCHER.example:VIEW", "bob@xn--bcher-kva.example", ["VIEW"]],
    ["legal@x.example:Reviewer", "legal@x.example", [...roles.Reviewer]],
    ["legal@x.example:co-author+EXPORT", "legal@x.example", [...roles["Co-author"], "EXPORT"]],
    ["legal@x.example:CO AUTHOR", "legal@x.example", [...roles["Co-author"]]],
    ["a:b@x.example:VIEW", "a:b@x.example", ["VIEW"]],
    ["boss@x.example:OWNER", "boss@x.example", ["VIEW", "OWNER"]],
    ["boss@x.example:Co-owner", "boss@x.example", [...roles["Co-owner"]]],
    ["m@x.example:Encrypt-Only", "m@x.example", [...encryptOnly]],
    ["m@x.example:do not forward", "m@x.example", [...roles.Viewer, "EDIT", "DOCEDIT"]],
    ["m@x.example: VIEW + PRINT ", "m@x.example", ["VIEW", "PRINT"]],
  ])("%s", (text, who, rights) => {
    const grant = parseGrant(text);
    expect(grant.who).toBe(who);
    expect(new Set(grant.rights)).toEqual(new Set(rights));
    expect(grant.rights).toEqual(knownRights.filter((right) => grant.rights.includes(right)));
  });

  it.each([
    ["", /who gets what/],
    ["bob@x.example", /who gets what/],
    ["bob:VIEW", /who gets what/],
    ["bob@x.example:", /no right or role ""/],
    ["bob@x.example:VIEW+", /no right or role ""/],
    ["bob@x.example:DANCE", /no right or role "DANCE"; rights: VIEW, .*OWNER; roles: Viewer, .*Do Not Forward/],
    ["bob@x.example:VIEW,PRINT", /no right or role "VIEW,PRINT"/],
    ["bob@x:VIEW", /no mail address/],
    ["bob@-x.example:VIEW", /no mail address/],
    [":VIEW", /who gets what/],
    ["@:VIEW", /no mail address/],
    ["b ob@x.example:VIEW", /no mail address/],
    ["bob\u202e@x.example:VIEW", /no mail address/],
    ["bob@x.example:Do Not Forward+PRINT", /stands alone/],
    ["bob@x.example:VIEW+encrypt-only", /stands alone/],
  ])("%j is refused with words, as wrong usage", (text, words) => {
    expect(refusalOf(() => parseGrant(text))).toMatchObject({ code: "usage", message: expect.stringMatching(words) });
  });
});

describe("grants together", () => {
  it("give who is named twice all of it, and names with the same rights share one", () => {
    expect(all("a@x.example:VIEW", "b@x.example:PRINT", "A@x.example:PRINT", "@y.example:view")).toEqual([
      { who: ["a@x.example", "b@x.example"], rights: ["VIEW", "PRINT"] },
      { who: ["@y.example"], rights: ["VIEW"] },
    ]);
    expect(all("a@x.example:Encrypt-Only", "a@x.example:encrypt-only")).toHaveLength(1);
  });

  it("refuse a named policy and other rights for the same name", () => {
    const both = refusalOf(() => all("a@x.example:Do Not Forward", "a@x.example:PRINT"));
    expect(both).toMatchObject({ code: "usage", message: expect.stringContaining("Do Not Forward") });
    expect(refusalOf(() => all("a@x.example:Do Not Forward", "a@x.example:Encrypt-Only")).code).toBe("usage");
  });

  it(`name ${maxNames} at most, and no more than a license holds`, () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `p${i}@x.example:VIEW`);
    expect(all(...names(maxNames))[0]!.who).toHaveLength(maxNames);
    expect(refusalOf(() => all(...names(maxNames + 1))).message).toMatch(/at most 1000/);
    const long = (count: number) =>
      Array.from(
        { length: count },
        (_, i) => `${String(i).padStart(60, "p")}@${"d".repeat(60)}.${"d".repeat(60)}.${"d".repeat(60)}.example:VIEW`,
      );
    expect(refusalOf(() => all(...long(maxNames))).message).toMatch(/too long/);
    expect(all(...long(500))).toHaveLength(1);
  });

  it("give 40 different rights at most", () => {
    const rights = (count: number) => [
      { who: ["a@x.example"], rights: Array.from({ length: count }, (_, i) => `R${i}`) },
    ];
    expect(() => checkBounds(rights(40))).not.toThrow();
    expect(refusalOf(() => checkBounds(rights(41))).code).toBe("usage");
  });

  const who = fc.constantFrom("a@x.example", "b@x.example", "@x.example", "@y.example");
  const word = fc.constantFrom(...knownRights, ...Object.keys(roles));
  const text = fc
    .tuple(who, fc.array(word, { minLength: 1, maxLength: 4 }))
    .map(([at, words]) => `${at}:${words.join("+")}`);
  const written = fc.array(text, { minLength: 1, maxLength: 8 });
  const policyWith = (grants: ReturnType<typeof all>) => ({
    v: 1 as const,
    issuer: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    owner: "o@x.example",
    family: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    ext: "",
    grants,
    until: null,
    offlineDays: 7,
    template: null,
  });
  const person = (address: string) => ({ subject: "s", addresses: [address], groups: [] });

  it("always make a policy that readers take, and give exactly what was written", () => {
    fc.assert(
      fc.property(written, (texts) => {
        const policy = parsePolicy(encodePolicy(policyWith(all(...texts))));
        for (const address of ["a@x.example", "b@x.example", "c@y.example"]) {
          const mine = texts.map(parseGrant).filter((grant) => address.endsWith(grant.who));
          expect(new Set(grantedTo(policy, person(address)))).toEqual(new Set(mine.flatMap(({ rights }) => rights)));
        }
      }),
    );
  });

  it("never give less for one more, and the same in any order", () => {
    fc.assert(
      fc.property(written, text, (texts, more) => {
        const [fewer, wider] = [policyWith(all(...texts)), policyWith(all(...texts, more))];
        const turned = policyWith(all(more, ...[...texts].reverse()));
        for (const address of ["a@x.example", "b@x.example", "c@y.example"]) {
          const rights = grantedTo(wider, person(address));
          expect(rights).toEqual(expect.arrayContaining(grantedTo(fewer, person(address))));
          expect(new Set(grantedTo(turned, person(address)))).toEqual(new Set(rights));
        }
      }),
    );
  });
});

describe("a copy to look at", () => {
  const policy = {
    v: 1,
    issuer: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    owner: "ada@x.example",
    family: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    ext: ".pdf",
    grants: all("bob@x.example:Co-owner", "eve@x.example:VIEW"),
    until: null,
    offlineDays: 7,
    template: null,
    parent: `${"A".repeat(43)}=`,
  } as const;
  const identity = (address: string) => ({ subject: "other", addresses: [address], groups: [] });
  const rightsOf = (address: string) => grantsFor({ ...policy, grants: [...policy.grants] }, identity(address), 0);

  it("gives nobody but its owner more than that", () => {
    expect([rightsOf("bob@x.example"), rightsOf("eve@x.example"), rightsOf("mallory@x.example")]).toEqual([
      ["VIEW"],
      ["VIEW"],
      [],
    ]);
    expect(rightsOf("ada@x.example")).toEqual(["OWNER"]);
  });
});
