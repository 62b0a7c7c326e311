import { describe, expect, it } from "vitest";
import { demandOfLabel, headersOfLabel, labelHeader, labelIn, policyOfLabel } from "../../../addin/mail/mail-label.js";
import { meetingsOf } from "../../../addin/mail/readers.js";
import { demandHeader, encodeDemand, parseDemand, parseRecord, readersOf } from "../../../addin/mail/record.js";
import { labelOf, tenant } from "../scratch-document.js";

/** What a label wants of a mail, how the mail says so, and who reads what is attached. */

const nowMs = Date.UTC(2027, 0, 2, 3, 4, 5);
const only = labelOf("3", { parent: labelOf("4").id, names: { en: "Nur Empfänger; = alle" } });
const marks = labelOf("1");
const project = labelOf("2", { template: "00000000-0000-4000-8000-000000000009" });

describe("a mail's label", () => {
  it("stands in the header that other programs read, as they write it, and is read back", () => {
    const headers = headersOfLabel({ label: project, labels: [project], tenant, nowMs });
    const front = `MSIP_Label_${project.id}`;
    expect(headers.get(labelHeader)).toBe(
      `${front}_Enabled=true; ${front}_SetDate=2027-01-02T03:04:05Z; ${front}_Method=Privileged; ${front}_Name=Label 2; ${front}_SiteId=${tenant}; ${front}_ContentBits=8`,
    );
    expect(labelIn(headers.get(labelHeader)!, tenant)).toBe(project.id);
    expect(labelIn(headers.get(labelHeader)!, null)).toBe(project.id);
    expect(labelIn(headers.get(labelHeader)!, "44444444-4444-4444-8444-444444444444")).toBeNull();
    expect(parseDemand(headers.get(demandHeader)!)).toEqual({ label: project.id, demand: "protected" });
  });

  it("is read as others write it, too: other cases, a semicolon at the end; not one that is off", () => {
    const id = project.id;
    const theirs = `msip_label_${id}_ENABLED=True; MSIP_Label_${id}_SiteId=${tenant.toUpperCase()};`;
    expect(labelIn(theirs, tenant)).toBe(id);
    expect(labelIn(theirs.replace("True", "False"), tenant)).toBeNull();
    for (const text of [null, "", ";;=;", "MSIP_Label_x_Enabled=true"]) expect(labelIn(text, tenant)).toBeNull();
  });

  it("keeps to what a header may be, whatever its name is", () => {
    const long = labelOf("2", { names: { en: `${"ü;=".repeat(400)}\r\nBcc: eve@x.example` } });
    for (const [name, value] of headersOfLabel({ label: long, labels: [long], tenant, nowMs })) {
      expect(name.length + value.length).toBeLessThanOrEqual(998);
      expect(value).toMatch(/^[ -~]*$/);
      expect(value.match(/_Name=/g) ?? []).toHaveLength(name === labelHeader ? 1 : 0);
    }
  });

  it("wants protection where it has permissions, or leaves them to who sends; else nothing", () => {
    expect([marks, project, only].map(demandOfLabel)).toEqual(["none", "protected", "recipients"]);
    for (const demand of ["none", "protected", "recipients"] as const)
      expect(parseDemand(encodeDemand(project.id, demand))).toEqual({ label: project.id, demand });
    for (const text of ["", "x", `${project.id}; attachments=maybe`]) expect(parseDemand(text)).toBeNull();
  });

  it("gives recipients what was chosen for them, under the name of the policy where it has one", () => {
    const of = { readers: ["bob@x.example", "ada@x.example"], nowMs };
    const forward = policyOfLabel(only, { templates: [] }, { ...of, may: "Do Not Forward" });
    expect(forward.grants).toMatchObject([{ who: ["bob@x.example", "ada@x.example"] }]);
    expect(forward.grants[0]!.rights).not.toContain("FORWARD");
    expect(forward.texts?.[0]?.name).toBe("Do Not Forward");
    expect(policyOfLabel(only, { templates: [] }, { ...of, may: "Co-author" }).grants[0]!.rights).toContain("PRINT");
    expect(() => policyOfLabel(project, { templates: [] }, { ...of, may: "Viewer" })).toThrow("not offered");
    expect(() => policyOfLabel(only, { templates: [] }, { readers: ["nobody"], may: "Viewer", nowMs })).toThrow();
  });
});

describe("recipients", () => {
  const person = (address: string, isExternal = false) => ({ address, name: "", isExternal });
  const circle = { own: "ada@contoso.example", grants: null, letsGuestsIn: true };

  it("are the same readers in any order, once each, whatever the case", () => {
    expect(readersOf([person("Bob@x.example"), person("ada@x.example"), person("bob@X.example")])).toEqual([
      "ada@x.example",
      "bob@x.example",
    ]);
    expect(readersOf([{ address: "", name: "Bob Fisher", isExternal: false }])).toEqual(["bob fisher"]);
  });

  it("from elsewhere are guests, if those are let in", () => {
    const all = [person("bob@contoso.example"), person("eve@fabrikam.example"), person("mole@contoso.example", true)];
    expect(meetingsOf(all, circle)).toEqual([
      { who: "eve@fabrikam.example", what: "guest" },
      { who: "mole@contoso.example", what: "guest" },
    ]);
    expect(meetingsOf(all.slice(1, 2), { ...circle, letsGuestsIn: false })).toMatchObject([{ what: "none" }]);
    expect(meetingsOf([person("nobody")], circle)).toMatchObject([{ what: "no-address" }]);
  });

  it("from elsewhere whom a label does not name are told of, and those it names are not", () => {
    const grants = [{ who: ["@fabrikam.example", "olga@outside.example"], rights: ["VIEW"] }];
    const all = [person("eve@fabrikam.example"), person("olga@outside.example"), person("mal@outside.example")];
    expect(meetingsOf(all, { ...circle, grants }).map(({ what }) => what)).toEqual(["guest", "guest", "unnamed"]);
  });
});

it("a record that is damaged, or of another version, is none", () => {
  for (const text of [undefined, null, "", "{", "[]", "null", '{"v":2,"attachments":[]}', '{"v":1}'])
    expect(parseRecord(text)).toBeNull();
});
