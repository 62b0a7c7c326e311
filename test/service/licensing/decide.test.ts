import { describe, expect, it } from "vitest";
import { decide } from "../../../service/licensing/decide.js";
import type { Identity, Policy } from "../../../shared/policy.js";
import { dayMs, endlessMs, minuteMs, secondTime } from "../../../shared/time.js";

const nowMs = Date.UTC(2027, 2, 1, 12, 0, 30);
const ada = "11111111-1111-4111-8111-111111111111";
const bob: Identity = {
  subject: "22222222-2222-4222-8222-222222222222",
  addresses: ["bob@x.example", "b.fisher@y.example"],
  groups: ["team@x.example"],
};
const issuer: Identity = { subject: ada, addresses: ["ada@x.example"], groups: [] };
const owner: Identity = { ...issuer, subject: "33333333-3333-4333-8333-333333333333" };
const stranger: Identity = {
  subject: "44444444-4444-4444-8444-444444444444",
  addresses: ["eve@z.example"],
  groups: [],
};

const policyWith = (more: Partial<Policy> = {}): Policy => ({
  v: 1,
  issuer: ada,
  owner: "ada@x.example",
  family: "55555555-5555-4555-8555-555555555555",
  ext: ".txt",
  grants: [{ who: ["bob@x.example"], rights: ["VIEW"] }],
  until: null,
  offlineDays: 7,
  template: null,
  ...more,
});

const ask = (policy: Policy, identity: Identity = bob, revokedMs: number | null = null) =>
  decide({ policy, identity, revokedMs, nowMs });

const granted = (policy: Policy, identity: Identity = bob, revokedMs: number | null = null) => {
  const decision = ask(policy, identity, revokedMs);
  if (!decision.granted) throw new Error(decision.code);
  return decision;
};

describe("who gets rights", () => {
  const granting = (...who: string[]) => policyWith({ grants: [{ who, rights: ["VIEW", "PRINT"] }] });

  it.each(["bob@x.example", "b.fisher@y.example", "team@x.example", "@x.example", "@y.example"])(
    "through %s",
    (who) => {
      expect(granted(granting(who)).rights).toEqual(["VIEW", "PRINT"]);
    },
  );

  it.each(["ada@x.example", "@sub.x.example", "@example", "x.example", "obob@x.example"])("not through %s", (who) => {
    expect(ask(granting(who))).toEqual({ granted: false, code: "access-denied" });
  });

  it("adds up what several grants give, known rights first", () => {
    const grants = [
      { who: ["bob@x.example"], rights: ["PRINT", "SING"] },
      { who: ["team@x.example"], rights: ["VIEW", "PRINT"] },
    ];
    expect(granted(policyWith({ grants })).rights).toEqual(["VIEW", "PRINT", "SING"]);
  });

  it.each([[["SING"]], [["EDIT", "PRINT"]]])("gives nothing for %j: without VIEW there is no key", (rights) => {
    expect(ask(policyWith({ grants: [{ who: ["bob@x.example"], rights }] }))).toMatchObject({ code: "access-denied" });
  });

  it("gives no more rights than a use license has room for, and VIEW among them", () => {
    const rights = Array.from({ length: 40 }, (_, at) => `R${at}`);
    const grants = [rights, rights.map((name) => `${name}X`), ["VIEW"]].map((some) => ({
      who: ["bob@x.example"],
      rights: some,
    }));
    const decision = granted(policyWith({ grants }));
    expect(decision.rights).toHaveLength(40);
    expect(decision.rights[0]).toBe("VIEW");
  });

  it.each([issuer, owner])("gives the issuer and the owner everything, whatever is written", (identity) => {
    const policy = policyWith({ grants: [], until: secondTime(nowMs - dayMs) });
    expect(granted(policy, identity, nowMs - 1)).toMatchObject({ rights: ["OWNER"], isOwners: true });
  });
});

describe("what a refusal says", () => {
  const ended = { until: secondTime(nowMs - 1000) };

  it("tells a stranger nothing but that they have no right", () => {
    expect(ask(policyWith(ended), stranger, nowMs - 1)).toEqual({ granted: false, code: "access-denied" });
  });

  it("names revocation before expiry", () => {
    expect(ask(policyWith(ended), bob, nowMs - 1)).toEqual({ granted: false, code: "access-revoked" });
    expect(ask(policyWith(ended))).toEqual({ granted: false, code: "access-expired" });
  });

  it("refuses what would end before it begins, since licenses count in minutes", () => {
    expect(ask(policyWith({ until: secondTime(nowMs + 20_000) }))).toEqual({ granted: false, code: "access-expired" });
    expect(ask(policyWith({ until: secondTime(nowMs + 30_000) }))).toMatchObject({ granted: true });
  });
});

describe("how long", () => {
  const minute = nowMs - 30_000;
  const contentEnd = nowMs + 3 * dayMs;

  it.each([
    { offlineDays: 7, until: null, untilMs: minute + 7 * dayMs, mayStore: true },
    { offlineDays: 1, until: null, untilMs: minute + dayMs, mayStore: true },
    { offlineDays: 0, until: null, untilMs: minute + 15 * minuteMs, mayStore: false },
    { offlineDays: -1, until: null, untilMs: endlessMs, mayStore: true },
    { offlineDays: 36_500, until: null, untilMs: minute + 36_500 * dayMs, mayStore: true },
    { offlineDays: 7, until: contentEnd, untilMs: minute + 3 * dayMs, mayStore: true },
    { offlineDays: 1, until: contentEnd, untilMs: minute + dayMs, mayStore: true },
    { offlineDays: 0, until: contentEnd, untilMs: minute + 15 * minuteMs, mayStore: false },
    { offlineDays: 0, until: nowMs + 5 * minuteMs, untilMs: minute + 5 * minuteMs, mayStore: false },
    { offlineDays: -1, until: contentEnd, untilMs: minute + 3 * dayMs, mayStore: true },
  ])("offline $offlineDays, content until $until", ({ offlineDays, until, untilMs, mayStore }) => {
    const policy = policyWith({ offlineDays, until: until === null ? null : secondTime(until) });
    const decision = granted(policy);
    expect(decision).toMatchObject({ untilMs, mayStore, fromMs: minute - 5 * minuteMs });
  });

  it.each([issuer, owner])("the end of the content does not end the issuer's and owner's license", (identity) => {
    const policy = policyWith({ until: secondTime(nowMs + dayMs) });
    expect(granted(policy, identity).untilMs).toBe(minute + 7 * dayMs);
    expect(granted({ ...policy, offlineDays: -1 }, identity).untilMs).toBe(endlessMs);
  });
});
