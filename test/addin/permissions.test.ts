import { describe, expect, it } from "vitest";
import { newPerson, noPermissions, type Permissions, policyFrom } from "../../addin/permissions.js";
import { presupposingView, roles } from "../../shared/rights.js";

const nowMs = Date.UTC(2027, 0, 15, 12);
const of = (more: Partial<Permissions>): Permissions => ({ ...noPermissions, ...more });
const bob = { ...newPerson, who: " Bob@Contoso.example " };

describe("permissions of one's own", () => {
  it("give each person a role or single rights, VIEW with all of them", () => {
    const eve = { who: "@fabrikam.example", role: "" as const, rights: ["PRINT"] };
    expect(policyFrom(of({ people: [bob, eve, newPerson], offlineDays: 0 }), nowMs)).toEqual({
      grants: [
        { who: ["bob@contoso.example"], rights: presupposingView(roles.Viewer) },
        { who: ["@fabrikam.example"], rights: ["VIEW", "PRINT"] },
      ],
      until: null,
      offlineDays: 0,
      template: null,
    });
  });

  it("are a named policy for all, which readers see by its name", () => {
    const policy = policyFrom(of({ named: "Do Not Forward", people: [bob] }), nowMs);
    expect(policy).toMatchObject({ texts: [{ lang: "en", name: "Do Not Forward" }, { lang: "de" }] });
  });

  it("end with the day that was chosen, where the person is", () => {
    const policy = policyFrom(of({ people: [bob], until: "2027-01-15" }), nowMs);
    expect(policy).toMatchObject({ until: new Date(2027, 0, 16).toISOString().replace(".000", "") });
  });

  it.each([
    ["nobody", { people: [newPerson, { ...newPerson, who: "  " }] }, { kind: "nobody" }],
    ["what is no address", { people: [bob, { ...newPerson, who: "eve" }] }, { kind: "no-address", row: 1 }],
    ["more than an address", { people: [{ ...newPerson, who: "e@x.example:OWNER" }] }, { kind: "no-address", row: 0 }],
    ["somebody twice", { people: [bob, { ...newPerson, who: "bob@contoso.example" }] }, { kind: "twice", row: 1 }],
    ["a day that is over", { people: [bob], until: "2027-01-13" }, { kind: "past" }],
    ["half a day", { people: [bob], until: "2027-99-99" }, { kind: "past" }],
    [
      "too many",
      { people: Array.from({ length: 1001 }, (_one, at) => ({ ...newPerson, who: `p${at}@x.example` })) },
      { kind: "too-many" },
    ],
  ])("are none with %s", (_what, more, trouble) => {
    expect(policyFrom(of(more), nowMs)).toEqual(trouble);
  });
});
