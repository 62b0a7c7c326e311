import { describe, expect, it } from "vitest";
import { choosePolicy, type Wish } from "../../agent/chosen-policy.js";
import { parseExpires, parseOffline } from "../../agent/expires.js";
import { defaultPolicy } from "../../service/founding/default-policy.js";
import type { RightsError } from "../../shared/errors.js";

const nowMs = Date.parse("2026-11-24T12:00:00Z");
const people = { everyone: "@x.example", project: { group: "project@x.example", lead: "ada@x.example" } };
const current = { ...defaultPolicy(people), mandatory: false, mayPublish: true, time: "2026-11-24T12:00:00Z" };
const choose = (wish: Wish, policy = current) => choosePolicy(policy, wish, nowMs);
const refusalOf = (work: () => unknown): RightsError => {
  try {
    work();
  } catch (error) {
    return error as RightsError;
  }
  throw new Error("it was taken");
};
const bob = ["bob@x.example:VIEW"];

describe("what a file gets", () => {
  it("is what the label's template says", () => {
    const { policy, name } = choose({ label: "Confidential/Project" });
    expect(name).toBe("Confidential/Project");
    expect(policy).toMatchObject({ until: null, offlineDays: 7, template: expect.any(String) });
  });

  it("is what a template says, by name or id", () => {
    const [template] = current.templates;
    for (const wanted of [template!.id, "confidential, all employees"])
      expect(choose({ template: wanted })).toMatchObject({ label: null, policy: { template: template!.id } });
  });

  it("is what is granted, for a week without asking unless said, with a label only where that has no template", () => {
    expect(choose({ grant: bob, expires: "30d" })).toMatchObject({
      label: null,
      name: "for bob@x.example",
      policy: { until: "2026-12-24T12:00:00Z", offlineDays: 7, template: null },
    });
    const labelled = choose({ label: "Recipients only", grant: bob, offline: "0" });
    expect(labelled).toMatchObject({ labelName: "Confidential/Recipients only", policy: { offlineDays: 0 } });
    expect(labelled.label).not.toBeNull();
  });

  it("bears the name of a named policy, where it is the only one", () => {
    const grant = ["a@x.example:Do Not Forward", "b@x.example:do-not-forward"];
    expect(choose({ grant }).policy.texts!.map(({ name }) => name)).toEqual(["Do Not Forward", "Nicht weiterleiten"]);
    expect(choose({ grant: [...grant, ...bob.map((text) => text.replace("bob", "c"))] }).policy.texts).toBeUndefined();
  });

  it("is the organisation's default label, if it has one and nothing was said", () => {
    const labels = current.labels.map((label) => ({ ...label, default: label.names.en === "Project" }));
    expect(choose({}, { ...current, labels }).labelName).toBe("Confidential/Project");
    expect(refusalOf(() => choose({}))).toMatchObject({ code: "usage", message: expect.stringContaining("General") });
  });

  it.each<[string, Wish, RegExp]>([
    ["a label that decides, and grants", { label: "Project", grant: bob }, /permissions of its own/],
    ["a label that decides, and an end", { label: "Project", expires: "30d" }, /permissions of its own/],
    ["a label that decides, and offline days", { label: "Project", offline: "0" }, /permissions of its own/],
    ["a label and a template", { label: "Project", template: "Confidential, project" }, /not both/],
    ["a template and grants", { template: "Confidential, project", grant: bob }, /leave out --grant/],
    ["a template and an end", { template: "Confidential, project", expires: "never" }, /leave out --expires/],
    ["an end of nothing", { expires: "30d" }, /add --grant/],
    ["offline days of nothing", { offline: "3" }, /add --grant/],
    ["a template that is not there", { template: "Nonsense" }, /there is no template.*Confidential, project/],
    ["a label that is not there", { label: "Nonsense" }, /there is no label.*Confidential\/Project/],
    ["a label that is several", { label: "All employees" }, /there is no label "All employees"/],
  ])("%s: refused as wrong usage", (_, wish, words) => {
    expect(refusalOf(() => choose(wish))).toMatchObject({ code: "usage", message: expect.stringMatching(words) });
  });

  it("cannot be a label alone that says nothing about who may open", () => {
    const refused = refusalOf(() => choose({ label: "Specific people" }));
    expect(refused).toMatchObject({ code: "protect-denied", message: expect.stringContaining("--grant") });
  });
});

describe("--expires", () => {
  it.each([
    ["1h", "2026-11-24T13:00:00Z"],
    ["30d", "2026-12-24T12:00:00Z"],
    ["2W", "2026-12-08T12:00:00Z"],
    ["2026-11-25", "2026-11-25T00:00:00Z"],
    ["2026-11-24T12:00:01Z", "2026-11-24T12:00:01Z"],
    ["2026-11-24T15:00+02:00", "2026-11-24T13:00:00Z"],
    ["2028-02-29", "2028-02-29T00:00:00Z"],
    ["9999-12-31T23:59Z", "9999-12-31T23:59:00Z"],
    ["never", null],
  ])("%s", (text, until) => {
    expect(parseExpires(text, nowMs)).toBe(until);
  });

  it.each([
    ["2026-11-24T12:00:00Z", /not in the future/],
    ["2020-01-01", /not in the future/],
    ["0d", /not in the future/],
    ["-3d", /no end/],
    ["30", /no end/],
    ["1.5d", /no end/],
    ["2027-02-29", /no end/],
    ["2027-13-01", /no end/],
    ["2027-03-01T12:00", /no end/],
    ["2027-03-01T25:00Z", /no end/],
    ["1 March 2027", /no end/],
    ["", /no end/],
    ["999999w", /year 9999/],
  ])("%j is refused", (text, words) => {
    expect(refusalOf(() => parseExpires(text, nowMs))).toMatchObject({
      code: "usage",
      message: expect.stringMatching(words),
    });
  });
});

describe("--offline", () => {
  it.each(["-1", "0", "1", "36500"])("%s", (text) => expect(parseOffline(text)).toBe(Number(text)));
  it.each(["-2", "36501", "1.5", "", "a week", "1e3", " 1"])("%j is refused", (text) =>
    expect(refusalOf(() => parseOffline(text)).code).toBe("usage"),
  );
});
