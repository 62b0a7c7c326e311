import { describe, expect, it } from "vitest";
import { type Circumstances, type Order, protectDocument, type Step } from "../../addin/protect-document.js";
import { RightsError } from "../../shared/errors.js";
import { labelOf, ScratchDocument, ScratchProtector, silent, tenant } from "./scratch-document.js";

/** Labelling and protecting the open document, over a document that misbehaves. */

const policy = { grants: [{ who: ["@x.example"], rights: ["VIEW"] }], until: null, offlineDays: 7, template: null };
const marking = { header: { text: { en: "Confidential", de: "Vertraulich" } }, watermark: { text: { en: "Ours" } } };
const confidential = labelOf("2", { marking, template: "00000000-0000-4000-8000-000000000009" });
const before = labelOf("1", { marking: { footer: { text: { en: "General" } } } });
const key = (label: { id: string }, attribute: string) => `MSIP_Label_${label.id}_${attribute}`;

const labelled = () =>
  new ScratchDocument({
    [key(before, "Enabled")]: "true",
    [key(before, "SiteId")]: tenant,
    [key(before, "Custom")]: "kept",
    MSIP_Label_11111111_2222: "not a label",
    "MSIP_Label_33333333-3333-4333-8333-333333333333_SiteId": "44444444-4444-4444-8444-444444444444",
    "MSIP_Label_33333333-3333-4333-8333-333333333333_Enabled": "true",
    Author: "Ada",
  });

function world(document = labelled(), protectors = [new ScratchProtector()]) {
  const abort = new AbortController();
  const steps: Step[] = [];
  const around: Circumstances = {
    document,
    protectors,
    place: null,
    tenant,
    language: "de-DE",
    unsaved: "Document",
    now: () => Date.UTC(2027, 0, 2),
    progress: (step) => steps.at(-1) !== step && steps.push(step),
    signal: abort.signal,
  };
  return { document, around, abort, steps, protector: protectors[0]! };
}

const order = (more: Partial<Order> = {}): Order => ({
  label: confidential,
  labelName: "Label 2",
  policy,
  reason: null,
  before,
  ...more,
});
const codeOf = (promise: Promise<unknown>) => promise.then(String, (error) => error.code ?? error.message);

describe("protecting the open document", () => {
  it("writes label and marking first, so that the protected copy has them", async () => {
    const { document, around, protector, steps } = world();
    document.canMark = ["header"];
    const outcome = await protectDocument(order(), around);
    expect(steps).toEqual(["labelling", "reading", "protecting"]);
    expect(document.calls).toEqual(["properties", "mark", "setProperties", "bytes package"]);
    expect(protector.jobs[0]).toMatchObject({ name: "plan.docx", form: "package", label: confidential, reason: null });
    expect(document.marks.header).toMatchObject({ text: "Vertraulich", alignment: "center" });
    expect(Object.fromEntries(document.values)).toMatchObject({
      [key(confidential, "Enabled")]: "true",
      [key(confidential, "SiteId")]: tenant,
      [key(confidential, "Name")]: "Label 2",
      [key(confidential, "ContentBits")]: "9",
      [key(confidential, "SetDate")]: "2027-01-02T00:00:00Z",
      Author: "Ada",
      "MSIP_Label_33333333-3333-4333-8333-333333333333_Enabled": "true",
    });
    expect([...document.values.keys()].filter((name) => name.includes(before.id))).toEqual([]);
    expect(outcome).toMatchObject({ by: "page", isLabelled: true, pagesOnly: false, notShown: [] });
  });

  it("says what of a label could not be shown, unless what is protected has it", async () => {
    const { document, around } = world();
    document.canMark = ["header"];
    const labelOnly = await protectDocument(order({ policy: null }), around);
    expect(labelOnly.notShown).toEqual(["watermark"]);
    document.forms = ["pdf"];
    expect(await protectDocument(order(), around)).toMatchObject({ pagesOnly: true, notShown: ["watermark"] });
  });

  it("is undone: properties and marking are what they were, and the copy opens for nobody else", async () => {
    const { document, around, protector } = world();
    const values = new Map(document.values);
    const outcome = await protectDocument(order(), around);
    await outcome.undo();
    expect(new Map(document.values)).toEqual(values);
    expect(Object.keys(document.marks)).toEqual(["footer"]);
    expect(protector.withdrawn).toBe(1);
  });

  it.each(["bytes package", "setProperties", "mark"])(
    "leaves everything as it was when %s never answers",
    async (call) => {
      const { document, around, protector } = world();
      const values = new Map(document.values);
      document.failing.set(call, silent);
      const failed = protectDocument(order(), around);
      expect(await codeOf(failed)).toBe("office-silent");
      expect(new Map(document.values)).toEqual(values);
      expect(protector.jobs).toEqual([]);
    },
  );

  it("leaves everything as it was when nothing comes of the protecting, and tells that reason, not a later one", async () => {
    const { document, around, protector } = world();
    const values = new Map(document.values);
    protector.failing = new RightsError("service-unreachable", "away");
    protector.during = () => document.failing.set("mark", silent);
    expect(await codeOf(protectDocument(order(), around))).toBe("service-unreachable");
    protector.during = () => undefined;
    document.failing.clear();
    expect(await codeOf(protectDocument(order({ before: labelOf("1") }), around))).toBe("service-unreachable");
    expect([...document.values]).toEqual(
      expect.arrayContaining([...values].filter(([name]) => !name.includes("MSIP"))),
    );
  });

  it("is given up between any two steps", async () => {
    for (const step of ["labelling", "reading", "protecting"] as const) {
      const { document, around, abort, protector } = world();
      const values = new Map(document.values);
      const progress = (now: Step) => now === step && abort.abort(new RightsError("busy", "given up"));
      expect(await codeOf(protectDocument(order(), { ...around, progress })), step).toBe("busy");
      expect(new Map(document.values), step).toEqual(values);
      expect(protector.withdrawn, step).toBe(0);
    }
  });

  it("takes the pages where Office gives nothing else, and says so", async () => {
    const { document, around, protector } = world();
    document.forms = ["pdf"];
    expect(await protectDocument(order(), around)).toMatchObject({ pagesOnly: true });
    expect(protector.jobs[0]).toMatchObject({ form: "pdf", name: "plan.docx" });
  });

  it("does not begin where Office gives nothing at all", async () => {
    const { document, around } = world();
    document.forms = [];
    expect(await codeOf(protectDocument(order(), around))).toBe("file-unsuitable");
    expect(document.calls).toEqual([]);
  });

  it("only labels where a label says nothing about who may open: the reason stays in the document", async () => {
    const { document, around, protector } = world();
    const outcome = await protectDocument(order({ policy: null, reason: "it was published" }), around);
    expect(outcome).toMatchObject({ copy: null, by: null, isLabelled: true });
    expect(document.values.get(key(confidential, "Justification"))).toBe("it was published");
    expect(document.values.get(key(confidential, "ContentBits"))).toBe("5");
    expect(protector.jobs).toEqual([]);
    await outcome.undo();
    expect(document.values.get(key(before, "Enabled"))).toBe("true");
  });

  it("gives the reason to the service, and not to the document, where the copy is protected", async () => {
    const { document, around, protector } = world();
    await protectDocument(order({ reason: "asked for" }), around);
    expect(protector.jobs[0]?.reason).toBe("asked for");
    expect([...document.values.values()]).not.toContain("asked for");
  });

  it("touches nothing in the document for permissions without a label", async () => {
    const { document, around } = world();
    expect(await protectDocument(order({ label: null }), around)).toMatchObject({ isLabelled: false });
    expect(document.calls).toEqual(["bytes package"]);
  });

  it("is done by the first that is ready", async () => {
    const [agent, page] = [new ScratchProtector("agent"), new ScratchProtector("page")];
    agent.ready = false;
    expect((await protectDocument(order(), world(labelled(), [agent, page]).around)).by).toBe("page");
    agent.ready = true;
    expect((await protectDocument(order(), world(labelled(), [agent, page]).around)).by).toBe("agent");
  });
});
