import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitOf } from "../../agent/cli/exit.js";
import { sourceOf } from "../../shared/bytes.js";
import { readPart } from "../../shared/format/zip/content.js";
import { readZip } from "../../shared/format/zip/read.js";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { asBinaryKind, excelParts, makePackage, wordParts } from "../office-documents.js";
import { appears, disappears, type Run, seal, stop, type Trial, until, up } from "./seal.js";

const compound = Buffer.from("d0cf11e0a1b11ae1", "hex");
const isCompound = (file: Buffer) => file.subarray(0, 8).equals(compound);

/** As people call documents elsewhere: over 127 bytes, in two scripts that are not Latin. */
const longName = `Сводка по проекту 名前のない計画 ${"очень ".repeat(10)}`.trim();

/** So much in it that it does not fit into a segment. */
const makeDocument = (path: string): void =>
  makePackage(path, { ...wordParts("the plan"), "word/media/noise.txt": randomBytes(1_200_000).toString("base64") });

/** The label, and what says that it is there. */
const labelParts = ["[Content_Types].xml", "_rels/.rels", "docMetadata/LabelInfo.xml", "docProps/custom.xml"];

/** What is in a document, each part by its hash, but for its label. */
async function contentOf(file: Buffer): Promise<Record<string, string>> {
  const zip = await readZip(sourceOf(new Uint8Array(file)));
  const parts: Record<string, string> = {};
  for (const entry of zip.entries.filter(({ name }) => !labelParts.includes(name)))
    parts[entry.name] = createHash("sha256")
      .update(await readPart(zip, entry, 1 << 24))
      .digest("hex");
  return parts;
}

describe.sequential("an Office document keeps its name, and opens only for those its policy names", () => {
  let root: string;
  let trial: Trial;
  let clear: Buffer;
  const homes: Record<string, string> = {};
  const as = (role: string, ...args: string[]): Promise<Run> => seal(args, { home: homes[role]!, cwd: root });
  /** The colleague, where no browser can be started. */
  const dark = (...args: string[]): Promise<Run> =>
    seal(args, { home: homes.colleague!, cwd: root, env: { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "" } });
  const report = async (role: string, ...args: string[]) => JSON.parse((await as(role, ...args, "--json")).text);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-office-"));
    trial = await up(join(root, "trial"), await freePort());
    homes.writer = trial.home;
    for (const role of ["colleague", "outsider"]) {
      homes[role] = join(root, role);
      const { user, password } = trial.people.find((one) => one.role === role)!;
      const args = ["login", trial.service, "--user", user, "--password-stdin"];
      expect(await seal(args, { home: homes[role], input: password })).toMatchObject({ code: 0 });
    }
    makeDocument(join(root, "plan.docx"));
    clear = await readFile(join(root, "plan.docx"));
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("is protected in its place", async () => {
    const before = await stat(join(root, "plan.docx"));
    const made = await report("writer", "protect", "--label", trial.label, "--no-ppdf", "plan.docx");
    expect(made).toMatchObject({ path: "plan.docx", state: "protected", format: "docx" });
    const file = await readFile(join(root, "plan.docx"));
    expect(isCompound(file)).toBe(true);
    expect(file.includes("word/document.xml")).toBe(false);
    expect(Math.abs((await stat(join(root, "plan.docx"))).mtimeMs - before.mtimeMs)).toBeLessThan(1);
  });

  it("says what it is, and is not protected twice", async () => {
    expect(await report("writer", "status", "plan.docx")).toMatchObject({ state: "protected", label: trial.label });
    const again = await as("writer", "protect", "--label", trial.label, "plan.docx");
    expect(again.code).not.toBe(0);
    expect(again.err).toContain("protected already");
  });

  it("carries its label as other programs read it", async () => {
    const script = `
import olefile, sys
print(olefile.OleFileIO(sys.argv[1]).openstream("\\x06DataSpaces/TransformInfo/LabelInfo".split("/")).read().decode())`;
    const info = execFileSync("/usr/bin/python3", ["-c", script, join(root, "plan.docx")], { encoding: "utf8" });
    expect(info).toMatch(
      /<clbl:label id="\{[0-9a-f-]{36}\}" enabled="1" method="Privileged" siteId="\{[0-9a-f-]{36}\}"/,
    );
  });

  it("opens for the colleague, each part byte for byte, and not for the outsider", async () => {
    const { out } = await as("colleague", "cat", "plan.docx");
    expect(await contentOf(out)).toEqual(await contentOf(clear));
    expect(await as("outsider", "cat", "plan.docx")).toMatchObject({ code: 3 });
  });

  it("is an Office document whatever it is called", async () => {
    await writeFile(join(root, "renamed.pfile"), await readFile(join(root, "plan.docx")));
    const grants = ["--grant", `${trial.people.find(({ role }) => role === "colleague")!.user}:VIEW`];
    makeDocument(join(root, "look.xlsx"));
    expect(await as("writer", "protect", ...grants, "look.xlsx")).toMatchObject({ code: 0 });
    await rename(join(root, "look.xlsx"), join(root, "look.pfile"));
    expect(await as("colleague", "cat", "look.pfile")).toMatchObject({ code: 3 });
    expect(await report("colleague", "rights", "renamed.pfile")).toMatchObject({ state: "protected" });
  });

  it("opens where its content stands under the names that Office has for .doc and its kin", async () => {
    const file = new Uint8Array(await readFile(join(root, "plan.docx")));
    await writeFile(join(root, "plan.doc"), await asBinaryKind(file));
    expect(await contentOf((await as("colleague", "cat", "plan.doc")).out)).toEqual(await contentOf(clear));
  });

  it("is shown by its copy to who may only look, if that is one of it", async () => {
    const grants = ["--grant", `${trial.people.find(({ role }) => role === "colleague")!.user}:VIEW`];
    const [first, second] = [`${longName} 1`, `${longName} 2`];
    for (const name of [first, second]) makePackage(join(root, `${name}.docx`), wordParts("seen only"));
    const made = await as("writer", "protect", ...grants, "--ppdf", `${first}.docx`, `${second}.docx`);
    expect(made, made.err).toMatchObject({ code: 0 });
    const opened = await dark("open", `${first}.docx`);
    expect(opened).toMatchObject({ code: 3 });
    expect(opened.err).toContain(`you may look at ${first}.ppdf`);
    await rename(join(root, `${second}.ppdf`), join(root, `${first}.ppdf`));
    const other = await dark("open", `${first}.docx`);
    expect(other.err).toContain("none lies beside it");
  });

  it("gets another label in its place", async () => {
    const other = "Confidential/All employees";
    await writeFile(join(root, "other.docx"), await readFile(join(root, "plan.docx")));
    const how = ["--label", other, "--justification", "for this test", "--no-ppdf"];
    const made = await as("writer", "label", "other.docx", ...how);
    expect(made, made.err).toMatchObject({ code: 0 });
    expect(await report("writer", "status", "other.docx")).toMatchObject({ state: "protected", label: other });
    const { out } = await as("writer", "cat", "other.docx");
    expect(await contentOf(out)).toEqual(await contentOf(clear));
  });

  it("is told from clear ones in a folder", async () => {
    const folder = join(root, "mixed");
    await mkdir(folder);
    await writeFile(join(folder, "a.docx"), await readFile(join(root, "plan.docx")));
    await writeFile(join(folder, "b.docx"), clear);
    expect(await as("writer", "protect", "--label", trial.label, "--no-ppdf", "mixed")).toMatchObject({ code: 0 });
    for (const name of ["a.docx", "b.docx"]) expect(isCompound(await readFile(join(folder, name)))).toBe(true);
    expect(await as("writer", "unprotect", "mixed")).toMatchObject({ code: 0 });
    for (const name of ["a.docx", "b.docx"])
      expect(await contentOf(await readFile(join(folder, name)))).toEqual(await contentOf(clear));
  });

  it("is protected when it is dropped, and left alone after that", async () => {
    await writeFile(join(root, "dropped.part"), clear);
    const path = join(trial.folder, "dropped.docx");
    await rename(join(root, "dropped.part"), path);
    await until("the document is protected", async () => isCompound(await readFile(path).catch(() => Buffer.alloc(0))));
    const { ino } = await stat(path);
    await writeFile(join(trial.folder, "later.txt"), "later");
    await disappears(join(trial.folder, "later.txt"));
    expect((await stat(path)).ino).toBe(ino);
    expect(await contentOf((await as("writer", "cat", path)).out)).toEqual(await contentOf(clear));
  });

  it("has a copy to look at, for whoever may look at it, and that is all", async () => {
    await rm(join(root, "plan.ppdf"), { force: true });
    makePackage(join(root, "talk.docx"), wordParts("what was said"));
    makePackage(join(root, "talk.xlsx"), excelParts("what it cost", ""));
    const { text } = await as("writer", "protect", "--label", trial.label, "--json", "talk.docx", "talk.xlsx");
    const paths = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).path);
    expect(paths).toEqual(["talk.docx", "talk.xlsx", "talk.ppdf", "talk.xlsx.ppdf"]);
    const sums = (await as("writer", "cat", "talk.xlsx.ppdf")).out;
    expect(execFileSync("pdftotext", ["-", "-"], { input: sums, encoding: "utf8" })).toContain("what it cost");
    expect(await report("colleague", "rights", "talk.ppdf")).toMatchObject({ rights: ["VIEW"], format: "ppdf" });
    expect(await as("colleague", "cat", "talk.ppdf")).toMatchObject({ code: 3 });
    const pdf = (await as("writer", "cat", "talk.ppdf")).out;
    expect(execFileSync("pdftotext", ["-", "-"], { input: pdf, encoding: "utf8" })).toContain("what was said");
    const said = execFileSync("pdfinfo", ["-custom", "-"], { input: pdf, encoding: "utf8" });
    expect(said).toMatch(/MSIP_Label_[0-9a-f-]{36}_Name: *Confidential\/Project/); // as the document does
  });

  it("has its copy made again in its place, and never in that of another file", async () => {
    await writeFile(join(root, "minutes.ppdf"), "somebody else's");
    makePackage(join(root, "minutes.docx"), wordParts("first"));
    expect(await as("writer", "protect", "--label", trial.label, "minutes.docx")).toMatchObject({ code: 0 });
    expect(await readFile(join(root, "minutes.ppdf"), "utf8")).toBe("somebody else's");
    const other = "Confidential/All employees";
    expect(await as("writer", "label", "minutes.docx", "--label", other)).toMatchObject({ code: 0 });
    expect(await report("writer", "status", "minutes.docx.ppdf")).toMatchObject({ label: other });
    expect((await readdir(root)).filter((name) => name.startsWith("minutes")).sort()).toEqual([
      "minutes.docx",
      "minutes.docx.ppdf",
      "minutes.ppdf",
    ]);
  });

  it("is withdrawn together with its copy, which stays one under another label", async () => {
    expect(await as("writer", "label", "talk.ppdf", "--label", "Confidential/All employees")).toMatchObject({
      code: 0,
    });
    expect(await report("colleague", "rights", "talk.ppdf")).toMatchObject({ rights: ["VIEW"] });
    expect(await as("writer", "revoke", "talk.docx")).toMatchObject({ code: 0 });
    expect(await as("colleague", "rights", "talk.ppdf")).toMatchObject({ code: 3 });
  });

  it("is protected without a copy where none can be made or none is wanted", async () => {
    makePackage(join(root, "broken.docx"), { "not/a/document": "x" });
    const made = await as("writer", "protect", "--label", trial.label, "broken.docx");
    expect(made).toMatchObject({ code: 0 });
    expect(made.err).toContain("there is no PDF copy");
    makePackage(join(root, "broken2.docx"), { "not/a/document": "x" });
    expect(await as("writer", "protect", "--label", trial.label, "--ppdf", "broken2.docx")).toMatchObject({ code: 7 });
    makePackage(join(root, "alone.docx"), wordParts("alone"));
    expect(await as("writer", "protect", "--label", trial.label, "--no-ppdf", "alone.docx")).toMatchObject({ code: 0 });
    for (const name of ["broken.ppdf", "broken2.ppdf", "alone.ppdf"]) expect(existsSync(join(root, name))).toBe(false);
    for (const name of ["broken.docx", "broken2.docx", "alone.docx"])
      expect(isCompound(await readFile(join(root, name)))).toBe(true);
  });

  it("gets its copy in a watched folder, and nothing clear stays behind", async () => {
    makePackage(join(root, "seen.part"), wordParts("seen by all"));
    await rename(join(root, "seen.part"), join(trial.folder, "seen.docx"));
    await appears(join(trial.folder, "seen.ppdf"));
    expect(await report("colleague", "rights", join(trial.folder, "seen.ppdf"))).toMatchObject({ rights: ["VIEW"] });
  });

  it("gets the copy that a killed agent left undone from the next one, and what that one had in clear is erased", async () => {
    makePackage(join(root, "late.part"), wordParts("late"));
    await rename(join(root, "late.part"), join(trial.folder, "late.docx"));
    const copies = join(trial.home, "copies");
    const isWaiting = async () => (await readdir(copies)).some((name) => name.endsWith(".waiting"));
    await until("a copy to wait", isWaiting);
    process.kill(-trial.process.pid!, "SIGKILL");
    await new Promise((resolve) => trial.process.once("close", resolve));
    const left = await readdir(join(trial.home, "sessions"));
    const { people } = trial;
    trial = { ...(await up(join(root, "trial"), Number(new URL(trial.service).port))), people };
    await appears(join(trial.folder, "late.ppdf"));
    await until("nothing to wait any more", async () => !(await isWaiting()));
    const now = await readdir(join(trial.home, "sessions"));
    expect(left.filter((name) => now.includes(name))).toEqual([]);
  });

  it("is wrapped whole where a package it is not, and that is said", async () => {
    await writeFile(join(root, "fake.docx"), "%PDF-1.7");
    const made = await as("writer", "protect", "--label", trial.label, "fake.docx");
    expect(made).toMatchObject({ code: 0 });
    expect(made.err).toContain("wrapped whole");
    expect((await as("writer", "cat", "fake.docx.pfile")).text).toBe("%PDF-1.7");
  });

  it("is refused where it was changed", async () => {
    const file = await readFile(join(root, "plan.docx"));
    await mkdir(join(root, "bad"));
    for (const at of [file.length - 5000, 30, 2000]) {
      const changed = Buffer.from(file);
      changed[at]! ^= 1;
      await writeFile(join(root, "bad", `${at}.docx`), changed);
    }
    await writeFile(join(root, "bad", "cut.docx"), file.subarray(0, -1024));
    expect(await as("colleague", "cat", "bad/cut.docx")).toMatchObject({ code: 6 });
    const told = await as(
      "colleague",
      "unprotect",
      "--json",
      "--out",
      "clear",
      ...(await readdir(join(root, "bad"))).map((name) => `bad/${name}`),
    );
    const codes = told.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).code);
    expect(codes).toHaveLength(4);
    for (const code of codes) expect(exitOf(code)).toBe(6);
    expect(existsSync(join(root, "clear")) ? await readdir(join(root, "clear")) : []).toEqual([]);
  });
});
