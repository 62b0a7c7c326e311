import { describe, expect, it } from "vitest";
import { newId } from "../../../shared/ids.js";
import { type Label, labelPath } from "../../../shared/label.js";
import type { PolicyDocument } from "../../../shared/policy-document.js";
import { roles } from "../../../shared/rights.js";
import type { Template } from "../../../shared/template.js";
import { refusalOf, type TestDevice } from "../licensing/device.js";
import { type Devices, enrolledService, type ScratchService } from "../licensing/scratch-service.js";

const enrolled = enrolledService();

interface Changed extends Devices {
  scratch: ScratchService;
  change: (spoil: (policy: PolicyDocument) => void, more?: object) => ReturnType<TestDevice["admin"]["importPolicy"]>;
}

async function organisation(): Promise<Changed> {
  const { devices, ...scratch } = await enrolled();
  const { admin } = devices.ines;
  const change: Changed["change"] = async (spoil, more = {}) => {
    const { policy } = await admin.exportPolicy();
    spoil(policy);
    return admin.importPolicy({ policy, ...more });
  };
  return { ...devices, scratch, change };
}

const named = <T extends Label | Template>(list: T[], name: string): T => list.find(({ names }) => names.en === name)!;
const project = ({ templates }: PolicyDocument): Template => named(templates, "Confidential, project");
const pathsOf = async ({ client }: TestDevice): Promise<string[]> => {
  const { labels } = await client.policy();
  return labels.map((label) => labelPath(labels, label));
};
const projectGrants = [{ who: ["project@trial.example"], rights: [...roles["Co-author"], "EXPORT"] }];

/** Protected as the label says, by a device that knew the template when it did. */
async function publishWith(device: TestDevice, template: Template) {
  const { labels } = await device.client.policy();
  const label = labels.find((one) => one.template === template.id)!;
  return device.publish({ template: template.id, label: label.id, grants: projectGrants });
}

describe("labels and templates", () => {
  it("come out as they go in; what is unchanged changes nothing, and stays at its version", async () => {
    const { ines, change } = await organisation();
    const { policy } = await ines.admin.exportPolicy();
    expect(policy.version).toBe(1);
    expect(policy.labels).toHaveLength(9);
    expect(await change(() => {})).toMatchObject({ version: 1, changes: [] });
    expect((await ines.admin.exportPolicy()).policy).toEqual(policy);
  });

  it("say first what a change would do, with how many documents it reaches, and then do it", async () => {
    const { ada, ines, change } = await organisation();
    const { policy: before } = await ines.admin.exportPolicy();
    const { license } = await publishWith(ada, project(before));
    await ada.client.register(license);
    const id = newId();
    const spoil = (policy: PolicyDocument) => {
      project(policy).grants[1]!.rights = ["VIEW"];
      project(policy).offlineDays = 1;
      named(policy.labels, "General").default = true;
      policy.mandatory = true;
      policy.templates.push({ id, names: { en: "Board" }, grants: [], expiry: { type: "never" }, offlineDays: 0 });
    };
    const planned = await change(spoil, { dryRun: true });
    expect(planned).toMatchObject({ version: 2 });
    expect(planned.changes.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { kind: "policy", id: null, name: "", change: "mandatory: yes", shrinks: false, documents: 0 },
      { kind: "template", id, name: "Board", change: "added", shrinks: false, documents: 0 },
      {
        kind: "template",
        id: project(before).id,
        name: "Confidential, project",
        change: "grants, offlineDays",
        shrinks: true,
        documents: 1,
      },
      {
        kind: "label",
        id: named(before.labels, "General").id,
        name: "General",
        change: "default",
        shrinks: false,
        documents: 0,
      },
    ]);
    expect((await ines.admin.exportPolicy()).policy).toEqual(before);
    const done = await change(spoil);
    expect(done.version).toBe(2);
    expect((await ines.admin.exportPolicy()).policy).toMatchObject({ version: 2, mandatory: true });
  });

  it("hold for documents that are there already: what a template gives less, they give less at once", async () => {
    const { ada, bob, ines, change } = await organisation();
    const { policy } = await ines.admin.exportPolicy();
    const { license } = await publishWith(ada, project(policy));
    expect((await bob.use(license)).use.rights).toContain("EXPORT");
    await change((after) => Object.assign(project(after).grants[1]!, { rights: ["VIEW"] }));
    expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
    await change((after) => Object.assign(project(after), { grants: [] }));
    expect((await refusalOf(bob.use(license))).code).toBe("access-denied");
    expect((await ada.use(license)).use.rights).toEqual(["OWNER"]);
  });

  it("that somebody else changed meanwhile are not written over", async () => {
    const { ines, change } = await organisation();
    const { policy } = await ines.admin.exportPolicy();
    await change((after) => Object.assign(named(after.labels, "General"), { justify: true }));
    const { code, message } = await refusalOf(ines.admin.importPolicy({ policy }));
    expect(code).toBe("change-refused");
    expect(message).toBe(
      "labels and templates are at version 2, and this file was made from version 1; export them again and make your changes there",
    );
    const raced = (await ines.admin.exportPolicy()).policy;
    const both = await Promise.allSettled(
      [true, false].map((mandatory) =>
        ines.admin.importPolicy({
          policy: { ...raced, mandatory, labels: raced.labels.map((label) => ({ ...label, pdfCopy: mandatory })) },
        }),
      ),
    );
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("that are archived cannot be chosen any more, and work for what they protected", async () => {
    const { ada, bob, ines, change } = await organisation();
    const { policy } = await ines.admin.exportPolicy();
    const { license } = await publishWith(ada, project(policy));
    await change((after) => {
      project(after).status = "archived";
      named(after.labels, "Project").status = "archived";
    });
    expect(await pathsOf(bob)).not.toContain("Confidential/Project");
    expect((await bob.client.policy()).templates.map(({ id }) => id)).not.toContain(project(policy).id);
    const { use } = await bob.use(license);
    expect(use.rights).toContain("EXPORT");
    expect(use.terms.label).toBe("Confidential/Project");
  });

  it("that are left out of the file stay, unless it is said that they go, and documents use none of them", async () => {
    const { ada, ines, change } = await organisation();
    const { policy: before } = await ines.admin.exportPolicy();
    const takeOut = (policy: PolicyDocument) => {
      policy.labels = policy.labels.filter(({ names }) => names.en !== "Project");
      policy.templates = policy.templates.filter(({ names }) => names.en !== "Confidential, project");
    };
    expect((await refusalOf(change(takeOut))).message).toMatch(
      /^the template "Confidential, project" is not in this file; set its status to archived/,
    );
    const { license } = await publishWith(ada, project(before));
    await ada.client.register(license);
    expect((await refusalOf(change(takeOut, { remove: true }))).message).toBe(
      '1 documents use the template "Confidential, project"; set its status to archived instead of leaving it out',
    );
    const notUsed = (policy: PolicyDocument) => {
      policy.labels = policy.labels.filter(({ names }) => names.en !== "General");
    };
    expect((await change(notUsed, { remove: true })).changes).toMatchObject([{ name: "General", change: "removed" }]);
    expect(await pathsOf(ada)).not.toContain("General");
  });

  it("with a fault are refused as a whole, by what is wrong", async () => {
    const { ines, change } = await organisation();
    const { policy } = await ines.admin.exportPolicy();
    const { code, message } = await refusalOf(
      change((after) => {
        after.mandatory = true;
        named(after.labels, "General").template = newId();
      }),
    );
    expect(code).toBe("policy-malformed");
    expect(message).toContain('the label "General" has a template that is not there');
    expect((await ines.admin.exportPolicy()).policy).toEqual(policy);
  });
});

describe("a label or template for some people", () => {
  it("is offered to those it is for, by address, group and domain, and to nobody else", async () => {
    const { ada, bob, olga, change } = await organisation();
    const scopes: [string, string][] = [
      ["Public", "olga@outside.example"],
      ["General", "project@trial.example"],
      ["Confidential", "@trial.example"],
    ];
    await change(({ labels }) => {
      for (const [name, who] of scopes) named(labels, name).scope = [who];
    });
    const tops = async (device: TestDevice) => (await pathsOf(device)).filter((path) => !path.includes("/"));
    expect(await tops(ada)).toEqual(["General", "Confidential", "Highly confidential"]);
    expect(await tops(bob)).toEqual(await tops(ada));
    expect(await tops(olga)).toEqual(["Public", "Highly confidential"]);
    expect(await pathsOf(olga), "below one that is not offered").not.toContain("Confidential/Project");
  });

  it("cannot be published with by anybody else, whatever their program knew; what is there opens as before", async () => {
    const { bob, olga, ines, change } = await organisation();
    const { policy } = await ines.admin.exportPolicy();
    const { id: template } = project(policy);
    const label = named(policy.labels, "Project").id;
    const ask = ({ client, certified }: TestDevice, about: { label: string | null; template: string | null }) =>
      client.publish({
        policy: { grants: [], until: null, offlineDays: 7, template: about.template },
        label: about.label,
        cipher: "SEALWRIGHT.GCM1M",
        ext: ".txt",
        accountCertificate: certified.accountCertificate,
      });
    await ask(olga, { label, template });
    await change((after) => {
      project(after).scope = ["project@trial.example"];
      named(after.labels, "Project").scope = ["project@trial.example"];
    });
    await ask(bob, { label, template });
    for (const about of [
      { label, template },
      { label: null, template },
      { label, template: null },
    ])
      expect((await refusalOf(ask(olga, about))).code).toBe("protect-denied");
  });

  it("must be chosen where every file gets one", async () => {
    const { bob, change } = await organisation();
    const publish = (label: string | null) =>
      bob.client.publish({
        policy: { grants: [], until: null, offlineDays: 7, template: null },
        label,
        cipher: "SEALWRIGHT.GCM1M",
        ext: ".txt",
        accountCertificate: bob.certified.accountCertificate,
      });
    await publish(null);
    await change((after) => Object.assign(after, { mandatory: true }));
    expect(await bob.client.policy()).toMatchObject({ mandatory: true });
    expect(await refusalOf(publish(null))).toMatchObject({ code: "protect-denied" });
    const { labels } = await bob.client.policy();
    await publish(named(labels, "Recipients only").id);
  });
});

describe("what a client knows already", () => {
  it("is not sent again while it holds, and is once it changed", async () => {
    const { bob, change, scratch } = await organisation();
    const first = await bob.client.policy();
    expect(first.tag).toMatch(/^"[\w-]{43}"$/);
    const again = await bob.client.policy({ ...first, labels: [] });
    expect(again, "the service did not send it").toMatchObject({ labels: [], tag: first.tag });
    expect(Date.parse(again.time)).toBeGreaterThan(Date.now() - 60_000);
    await change(({ labels }) => Object.assign(named(labels, "General"), { tooltip: { en: "Changed" } }));
    expect((await bob.client.policy(first)).labels).toHaveLength(9);
    expect(scratch.log.join("")).not.toContain("request failed");
  });
});
