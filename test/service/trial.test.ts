import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { databasePath, readConfig } from "../../service/config.js";
import { openSoftwareKey } from "../../service/custody/software.js";
import { EmbeddedDirectory } from "../../service/directory/embedded.js";
import { checkPassword } from "../../service/identity/passwords.js";
import { openStore } from "../../service/store/store.js";
import { keptPort, prepareTrial, type TrialRole } from "../../service/trial.js";
import { findLabel, Label, labelPath } from "../../shared/label.js";
import { roles } from "../../shared/rights.js";
import { Template } from "../../shared/template.js";
import { rsaWorkerUrl } from "./rsa-worker.js";
import { scratchFolder } from "./scratch.js";

async function scratchTrial() {
  const folder = join(await scratchFolder(), "trial");
  const trial = await prepareTrial(folder, 7443);
  const store = await openStore({ path: databasePath(trial.config), create: false });
  onTestFinished(() => store.close());
  const person = (role: TrialRole) => trial.people.find((found) => found.role === role)!;
  return { folder, trial, store, person, directory: new EmbeddedDirectory(store.accounts) };
}

describe("the trial organisation", () => {
  it("has four people who can sign in, with their own readable passwords", async () => {
    const { trial, store } = await scratchTrial();
    expect(trial.people.map(({ role }) => role)).toEqual(["administrator", "writer", "colleague", "outsider"]);
    for (const { user, password, role } of trial.people) {
      expect(password).toMatch(/^[a-z]{5}(-[a-z]{5}){3}$/);
      const account = await checkPassword(store.accounts, user, password);
      expect(account?.administrator).toBe(role === "administrator");
    }
    expect(new Set(trial.people.map(({ password }) => password)).size).toBe(4);
  });

  it("has the writer and the colleague in the project, and nobody else", async () => {
    const { person, directory } = await scratchTrial();
    const groups = async (role: TrialRole) => (await directory.findByAddress(person(role).user))?.groups;
    expect(await groups("writer")).toEqual(["project@trial.example"]);
    expect(await groups("colleague")).toEqual(["project@trial.example"]);
    expect(await groups("outsider")).toEqual([]);
    expect(await groups("administrator")).toEqual([]);
  });

  it("protects with Confidential/Project as designed", async () => {
    const { trial, store, person } = await scratchTrial();
    const label = findLabel(await store.policies.labels(), trial.label)!;
    expect(label.pdfCopy).toBe(true);
    expect(await store.policies.template(label.template!)).toMatchObject({
      grants: [
        { who: [person("writer").user], rights: ["OWNER"] },
        { who: ["project@trial.example"], rights: [...roles["Co-author"], "EXPORT"] },
      ],
      expiry: { type: "never" },
      offlineDays: 7,
    });
  });

  it("has the default labels and well-formed templates behind them", async () => {
    const { store } = await scratchTrial();
    const [labels, templates] = [await store.policies.labels(), await store.policies.templates()];
    expect(labels.map((label) => labelPath(labels, label))).toEqual([
      "Public",
      "General",
      "Confidential",
      "Confidential/All employees",
      "Confidential/Recipients only",
      "Confidential/Project",
      "Highly confidential",
      "Highly confidential/All employees",
      "Highly confidential/Specific people",
    ]);
    for (const label of labels) expect(Label.parse(label)).toEqual(label);
    for (const template of templates) expect(Template.parse(template)).toEqual(template);
    const used = labels.map((label) => label.template).filter((id) => id !== null);
    expect(used.sort()).toEqual(templates.map(({ id }) => id).sort());
  });

  it("is the same the next time, on another port too", async () => {
    const { folder, trial, store } = await scratchTrial();
    const labels = await store.policies.labels();
    const key = await readFile(trial.config.tenantKey);
    expect(await keptPort(folder)).toBe(7443);
    expect(await keptPort(`${folder}-none`)).toBeNull();
    const again = await prepareTrial(folder, 7444);
    expect(again.people).toEqual(trial.people);
    expect(again.config.publicUrl.href).toBe("http://localhost:7444/");
    expect(await readConfig(again.configFile)).toEqual(again.config);
    expect(await readFile(trial.config.tenantKey)).toEqual(key);
    expect(await store.policies.labels()).toEqual(labels);
  });

  it("is finished when its making was cut off, with the same people", async () => {
    const { folder, trial, store } = await scratchTrial();
    await store.close();
    for (const file of await readdir(folder))
      if (file !== "trial.json" && file !== "tenant.pass") await rm(join(folder, file));
    expect((await prepareTrial(folder, 7443)).people).toEqual(trial.people);
    const custody = await openSoftwareKey(
      { url: trial.config.tenantKey, passphraseFile: trial.config.tenantKeyPassphraseFile },
      { workerUrl: await rsaWorkerUrl(), threads: 1 },
    );
    await custody.close();
  });

  it("keeps everything to its own user, and says when its file is damaged", async () => {
    const { folder } = await scratchTrial();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const file of await readdir(folder)) expect((await stat(join(folder, file))).mode & 0o777, file).toBe(0o600);
    await writeFile(join(folder, "trial.json"), "{}");
    await expect(prepareTrial(folder, 7443)).rejects.toMatchObject({ code: "state-damaged" });
  });
});
