import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../../service/founding/default-policy.js";
import type { RightsError } from "../../shared/errors.js";
import { newId } from "../../shared/ids.js";
import { checkPolicy, PolicyDocument } from "../../shared/policy-document.js";
import { parseMessage } from "../../shared/protocol/service-api.js";

const made = defaultPolicy({ everyone: "@x.example", project: { group: "project@x.example", lead: "ada@x.example" } });
const base = (): PolicyDocument => structuredClone({ version: 1, mandatory: false, ...made });
const labelNamed = (policy: PolicyDocument, name: string) => policy.labels.find(({ names }) => names.en === name)!;

/** As it comes out of a file: shapes first, then the whole. */
function check(policy: object): PolicyDocument {
  const document = parseMessage(PolicyDocument, JSON.parse(JSON.stringify(policy)), "usage");
  checkPolicy(document);
  return document;
}

function faultOf(policy: object): string {
  try {
    check(policy);
  } catch (error) {
    return (error as RightsError).message;
  }
  return "none";
}

describe("labels and templates as one file", () => {
  it("are the default ones, and everything else that can be said, and come back as they were", () => {
    const policy = base();
    const label = labelNamed(policy, "General");
    Object.assign(label, {
      default: true,
      status: "published",
      scope: ["legal@x.example", "@x.example"],
      marking: {
        header: { text: { en: "General", de: "Allgemein" }, alignment: "center", fontSize: 10 },
        footer: { text: { en: "x" }, color: "#ff0000" },
        watermark: { text: { en: "x" }, layout: "diagonal", fontSize: 72 },
      },
    });
    Object.assign(policy.templates[0]!, {
      status: "archived",
      scope: [],
      obligations: [{ type: "watermark", text: "x" }],
    });
    policy.templates[1]!.grants.push({ who: ["@y.example"], rights: ["VIEW", "SOMETHINGNEW"] });
    expect(check(policy)).toEqual(policy);
  });

  it.each<[string, (policy: PolicyDocument) => unknown, RegExp]>([
    [
      "two templates with one id",
      ({ templates }) => Object.assign(templates[1]!, { id: templates[0]!.id }),
      /two templates have the id/,
    ],
    [
      "two labels with one id",
      ({ labels }) => Object.assign(labels[1]!, { id: labels[0]!.id }),
      /two labels have the id/,
    ],
    [
      "two labels with one order",
      ({ labels }) => Object.assign(labels[1]!, { order: labels[0]!.order }),
      /two labels have the order 0/,
    ],
    [
      "two labels with one name",
      (policy) => Object.assign(labelNamed(policy, "General"), { names: { en: "PUBLIC" } }),
      /two labels have the name \(en\) public/,
    ],
    [
      "two labels with one name in another language",
      (policy) => Object.assign(labelNamed(policy, "General"), { names: { en: "General", de: "Öffentlich" } }),
      /two labels have the name \(de\)/,
    ],
    [
      "two templates with one name",
      ({ templates }) => Object.assign(templates[1]!, { names: templates[0]!.names }),
      /two templates have the name/,
    ],
    [
      "two defaults",
      ({ labels }) => [labels[0]!, labels[1]!].map((label) => Object.assign(label, { default: true })),
      /two labels are the default/,
    ],
    [
      "a default with labels below it",
      (policy) => Object.assign(labelNamed(policy, "Confidential"), { default: true }),
      /"Confidential" is the default, but has others below it/,
    ],
    [
      "a label below itself",
      (policy) => Object.assign(labelNamed(policy, "General"), { parent: labelNamed(policy, "General").id }),
      /two levels/,
    ],
    [
      "labels below each other",
      (policy) =>
        [labelNamed(policy, "General"), labelNamed(policy, "Public")].forEach(
          (label, at, both) => void Object.assign(label, { parent: both[1 - at]!.id }),
        ),
      /two levels/,
    ],
    [
      "three levels",
      (policy) => Object.assign(labelNamed(policy, "General"), { parent: labelNamed(policy, "Project").id }),
      /"General" is below "Project", which is not at the top/,
    ],
    [
      "a parent that is not there",
      (policy) => Object.assign(labelNamed(policy, "General"), { parent: newId() }),
      /below one that is not there/,
    ],
    [
      "a template that is not there",
      (policy) => Object.assign(labelNamed(policy, "General"), { template: newId() }),
      /has a template that is not there/,
    ],
    [
      "a slash in a name",
      (policy) => Object.assign(labelNamed(policy, "General"), { names: { en: "A/B" } }),
      /slash in its name/,
    ],
    [
      "no English name",
      (policy) => Object.assign(labelNamed(policy, "General"), { names: { de: "Allgemein" } }),
      /^labels\.1\.names/,
    ],
    [
      "an end that is no time",
      ({ templates }) => Object.assign(templates[0]!, { expiry: { type: "date", date: "tomorrow" } }),
      /no license can be made with the template/,
    ],
    [
      "a name no license has room for",
      ({ templates }) => Object.assign(templates[0]!, { names: { en: "x".repeat(300) } }),
      /no license can be made with the template/,
    ],
    [
      "an address of another spelling",
      ({ templates }) => Object.assign(templates[0]!, { grants: [{ who: ["Ada@X.example"], rights: ["VIEW"] }] }),
      /^templates\.0\.grants\.0\.who\.0/,
    ],
    [
      "a right of another spelling",
      ({ templates }) => Object.assign(templates[0]!, { grants: [{ who: ["@x.example"], rights: ["view"] }] }),
      /^templates\.0\.grants\.0\.rights/,
    ],
    [
      "a color that is none",
      (policy) => Object.assign(labelNamed(policy, "General"), { color: "red" }),
      /^labels\.1\.color/,
    ],
    [
      "an unknown member of a label",
      (policy) => Object.assign(labelNamed(policy, "General"), { colour: "#000000" }),
      /^labels\.1 /,
    ],
    [
      "an unknown member of a marking",
      (policy) => Object.assign(labelNamed(policy, "General"), { marking: { side: {} } }),
      /^labels\.1\.marking/,
    ],
    [
      "a scope of no address",
      (policy) => Object.assign(labelNamed(policy, "General"), { scope: ["everybody"] }),
      /^labels\.1\.scope\.0/,
    ],
    ["an unknown member", (policy) => Object.assign(policy, { colors: [] }), /Unrecognized key/],
    [
      "501 labels",
      (policy) => Object.assign(policy, { labels: Array.from({ length: 501 }, () => policy.labels[0]) }),
      /^labels /,
    ],
  ])("with %s are refused by the first fault", (_what, spoil, words) => {
    const policy = base();
    spoil(policy);
    expect(faultOf(policy)).toMatch(words);
  });

  it("name people and groups up to a thousand in one template, and fit into a mebibyte", () => {
    const policy = base();
    const names = Array.from({ length: 1001 }, (_, i) => `p${i}@x.example`);
    policy.templates[0]!.grants = names.slice(0, 1000).map((who) => ({ who: [who], rights: ["VIEW"] }));
    expect(faultOf(policy)).toBe("none");
    policy.templates[0]!.grants.push({ who: [names[1000]!], rights: ["VIEW"] });
    expect(faultOf(policy)).toMatch(/^templates\.0\.grants|at most 1000/);
    const long = base();
    const text = "x".repeat(2048);
    for (let i = 0; i < 490; i++)
      long.labels.push({
        ...long.labels[0]!,
        id: newId(),
        order: 1000 + i,
        names: { en: `n${i}` },
        tooltip: { en: text, de: text },
      });
    expect(faultOf(long)).toBe("the policy is longer than 1 MiB");
  });

  it("may use the name of an archived label again", () => {
    const policy = base();
    labelNamed(policy, "General").status = "archived";
    policy.labels.push({ ...labelNamed(policy, "General"), id: newId(), order: 99, status: "published" });
    expect(faultOf(policy)).toBe("none");
  });
});
