import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beyond, type Change, changed, isSame, namesIn, type PolicyTerms, shrank } from "../../shared/amendment.js";
import { parseGrant } from "../../shared/grants.js";
import { grantsFor, type Policy } from "../../shared/policy.js";
import { holds, knownRights, presupposingView, type Right } from "../../shared/rights.js";

const policyWith = (terms: PolicyTerms): Policy => ({
  v: 1,
  issuer: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  owner: "owner@x.example",
  family: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  ext: "",
  template: null,
  ...terms,
});

const nowMs = Date.parse("2027-01-01T00:00:00Z");
const names = ["a@x.example", "b@x.example", "g@x.example", "@x.example", "@y.example"];
/** Everybody a policy over these names could mean: alone, in the group, of either domain. */
const people = ["a@x.example", "b@x.example", "c@x.example", "d@y.example"].flatMap((address) =>
  [[], ["g@x.example"]].map((groups) => ({ subject: address, addresses: [address], groups })),
);
const rightsOf = (terms: PolicyTerms, identity: (typeof people)[number]): Right[] =>
  grantsFor(policyWith(terms), identity, nowMs);

const rights = fc.uniqueArray(fc.constantFrom(...knownRights, "DANCE"), { minLength: 1, maxLength: 4 });
const until = fc.constantFrom(null, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z");
const offlineDays = fc.constantFrom(-1, 0, 1, 7, 30);
const grant = fc.record({ who: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), rights });
const terms: fc.Arbitrary<PolicyTerms> = fc.record({ grants: fc.array(grant, { maxLength: 5 }), until, offlineDays });
const written = fc
  .tuple(fc.constantFrom(...names), rights)
  .map(([who, given]) => ({ who, rights: presupposingView(given), named: null }));
const change: fc.Arbitrary<Change> = fc.record(
  {
    grant: fc.uniqueArray(written, { selector: ({ who }) => who, maxLength: 3 }),
    remove: fc.subarray(names),
    until,
    offlineDays,
  },
  { requiredKeys: ["grant", "remove"] },
);

describe("a change of a policy", () => {
  it("gives who is granted exactly that by name, takes out who is removed, and leaves all others as they were", () => {
    fc.assert(
      fc.property(terms, change, (before, wish) => {
        const after = changed(before, wish);
        const granted = new Map(wish.grant.map(({ who, rights }) => [who, rights]));
        for (const name of names) {
          const of = (given: PolicyTerms) =>
            given.grants.filter(({ who }) => who.includes(name)).flatMap((one) => one.rights);
          const wanted = granted.get(name) ?? (wish.remove.includes(name) ? [] : of(before));
          expect(new Set(of(after))).toEqual(new Set(wanted.length === 0 ? [] : presupposingView(wanted)));
        }
        expect(after.until).toBe(wish.until === undefined ? before.until : wish.until);
        expect(after.offlineDays).toBe(wish.offlineDays ?? before.offlineDays);
      }),
    );
  });

  it("made twice is made once", () => {
    fc.assert(
      fc.property(terms, change, (before, wish) => {
        const once = changed(before, wish);
        expect(isSame(changed(once, wish), once)).toBe(true);
      }),
    );
  });

  it("of nothing changes nobody's rights", () => {
    fc.assert(
      fc.property(terms, (before) => {
        const after = changed(before, { grant: [], remove: [] });
        expect(shrank(before, after)).toBe(false);
        for (const person of people)
          for (const right of rightsOf(before, person)) expect(holds(rightsOf(after, person), right)).toBe(true);
      }),
    );
  });

  it("names who is named", () => {
    const grants = [{ who: ["a@x.example", "@y.example"], rights: ["VIEW"] }];
    expect(namesIn({ grants, until: null, offlineDays: 7 })).toEqual(["a@x.example", "@y.example"]);
  });

  it("over the bounds of a policy is refused", () => {
    const full = [{ who: Array.from({ length: 1000 }, (_, i) => `p${i}@x.example`), rights: ["VIEW"] }];
    const before = { grants: full, until: null, offlineDays: 7 };
    expect(() => changed(before, { grant: [parseGrant("more@x.example:VIEW")], remove: [] })).toThrow(/1000/);
    expect(changed(before, { grant: [parseGrant("p1@x.example:PRINT")], remove: [] }).grants).toHaveLength(2);
  });
});

describe("shrinking", () => {
  it("is noticed whenever anybody may do less than before", () => {
    fc.assert(
      fc.property(terms, terms, (before, after) => {
        const lost = people.some((person) =>
          rightsOf(before, person).some((right) => !holds(rightsOf(after, person), right)),
        );
        if (lost) expect(shrank(before, after)).toBe(true);
      }),
    );
  });

  it("is not seen in a policy that only grows, nor in itself", () => {
    fc.assert(
      fc.property(terms, fc.array(grant, { maxLength: 3 }), (before, more) => {
        const wider = { ...before, grants: [...before.grants, ...more] };
        expect(shrank(before, wider)).toBe(false);
        expect(shrank(before, { ...wider, until: null })).toBe(false);
        expect(shrank(before, before)).toBe(false);
      }),
    );
  });

  it("is an earlier end", () => {
    const of = (until: string | null) => ({ grants: [], until, offlineDays: 7 });
    expect(shrank(of(null), of("2029-01-01T00:00:00Z"))).toBe(true);
    expect(shrank(of("2029-01-01T00:00:00Z"), of("2028-01-01T00:00:00Z"))).toBe(true);
    expect(shrank(of("2028-01-01T00:00:00Z"), of("2028-01-01T00:00:00Z"))).toBe(false);
  });
});

describe("what goes beyond who changes it", () => {
  it("is nothing for OWNER", () => {
    fc.assert(fc.property(terms, terms, (before, after) => beyond(before, after, ["OWNER"]) === null));
  });

  it("is whatever gives anybody a right that the amender does not have and nobody gave them before", () => {
    const who = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });
    const changes = fc.record({ given: fc.array(who, { maxLength: 3 }), until, offlineDays });
    let allowed = 0;
    fc.assert(
      fc.property(terms, rights, changes, terms, (before, mine, { given, ...times }, anything) => {
        const grants = [...before.grants, ...given.map((who) => ({ who, rights: mine }))];
        for (const after of [{ grants, ...times }, anything]) {
          if (mine.includes("OWNER") || beyond(before, after, mine) !== null) continue;
          allowed++;
          for (const person of people) {
            const had = grantsFor(policyWith({ ...before, until: null }), person, nowMs);
            for (const right of rightsOf(after, person)) expect([...had, ...mine]).toContain(right);
          }
          expect((after.until ?? "never") <= (before.until ?? "never")).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
    expect(allowed).toBeGreaterThan(50);
  });

  it("is not what was there already, whoever looks", () => {
    fc.assert(fc.property(terms, rights, (before, mine) => beyond(before, before, mine) === null));
  });
});
