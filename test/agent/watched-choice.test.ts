import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { chooseWatched } from "../../agent/watched-choice.js";
import { defaultPolicy } from "../../service/founding/default-policy.js";
import { collect, sourceOf } from "../../shared/bytes.js";
import { labelled } from "../../shared/format/carrier.js";
import { newId } from "../../shared/ids.js";
import { labelPath } from "../../shared/label.js";
import { removeFolder } from "../folders.js";
import { packageOf, wordParts } from "../office-documents.js";

const tenant = newId();
const people = { everyone: "@x.example", project: { group: "project@x.example", lead: "ada@x.example" } };
const policy = { ...defaultPolicy(people), mandatory: false, mayPublish: true, time: "2026-11-24T12:00:00Z" };
const project = { label: "Confidential/Project" };

/** A document that carries a label inside. @param of - whose organisation's. */
async function carrying(name: string, of = tenant): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seal-choice-"));
  onTestFinished(() => removeFolder(folder));
  const { id: label } = policy.labels.find((one) => labelPath(policy.labels, one) === name)!;
  const written = {
    label,
    tenant: of,
    name,
    method: "Privileged",
    contentBits: 0,
    setAt: "2026-01-02T03:04:05Z",
  } as const;
  const { pieces } = await labelled("package", sourceOf(await packageOf(wordParts("the plan"))), written);
  const path = join(folder, "plan.docx");
  await writeFile(path, await collect(pieces()));
  return path;
}

const chosen = (path: string, labels = policy.labels) =>
  chooseWatched(path, project, { ...policy, labels }, tenant, Date.parse("2026-11-28T12:00:00Z"));

describe("a document in a watched folder", () => {
  it("gets the folder's label, also for one that may go without a reason", async () => {
    expect((await chosen(await carrying("General"))).labelName).toBe(project.label);
    const asksNothing = policy.labels.map((one) => ({ ...one, justify: false }));
    expect((await chosen(await carrying("Highly confidential/All employees"), asksNothing)).labelName).toBe(
      project.label,
    );
    expect((await chosen(await carrying("Highly confidential/All employees", newId()))).labelName).toBe(project.label);
  });

  it("keeps one that is lowered for a reason only, since nobody is asked there", async () => {
    const choice = await chosen(await carrying("Highly confidential/All employees"));
    expect(choice).toMatchObject({ labelName: "Highly confidential/All employees", policy: { offlineDays: 1 } });
  });

  it("does not stay clear where that label does not say who may open it: the folder's does", async () => {
    const choice = await chosen(await carrying("Highly confidential/Specific people"));
    const folders = await chosen(await carrying("General"));
    expect(choice).toMatchObject({ labelName: "Highly confidential/Specific people", policy: folders.policy });
    expect(choice.label.id).not.toBe(folders.label.id);
  });
});
