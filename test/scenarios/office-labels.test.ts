import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect, sourceOf } from "../../shared/bytes.js";
import { carriedLabels, labelled } from "../../shared/format/carrier.js";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { differing, makePackage, partOf, partsOf, relationship, wordParts } from "../office-documents.js";
import { pdfOf } from "../pdf-documents.js";
import { type Run, seal, stop, type Trial, until, up } from "./seal.js";

const bytesOf = (path: string) => new Uint8Array(readFileSync(path));

describe.sequential("a label is in the document, whether it is protected or not", () => {
  let root: string;
  let trial: Trial;
  const as = (...args: string[]): Promise<Run> => seal(args, { home: trial.home, cwd: root });
  const asAdministrator = (...args: string[]): Promise<Run> => seal(args, { home: at("administrator"), cwd: root });
  const report = async (...args: string[]) => JSON.parse((await as(...args, "--json")).text);
  const at = (name: string) => join(root, name);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-labelled-"));
    trial = await up(join(root, "trial"), await freePort());
    const { user, password } = trial.people.find(({ role }) => role === "administrator")!;
    const signedIn = await seal(["login", trial.service, "--user", user, "--password-stdin"], {
      home: at("administrator"),
      input: password,
    });
    expect(signedIn, signedIn.err).toMatchObject({ code: 0 });
    const exported = JSON.parse((await asAdministrator("admin", "policy", "export")).text);
    const asking = exported.labels.map((one: { names: { en: string }; justify?: boolean }) => ({
      ...one,
      justify: one.justify === true || one.names.en === "General",
      ...(one.names.en === "Public" ? { marking: { footer: { text: { en: "For everybody" } } } } : {}),
    }));
    await writeFile(at("policy.json"), JSON.stringify({ ...exported, labels: asking }));
    const imported = await asAdministrator("admin", "policy", "import", "policy.json");
    expect(imported, imported.err).toMatchObject({ code: 0 });
    makePackage(at("plan.docx"), wordParts("the plan"));
    makePackage(at("before.docx"), wordParts("the plan"));
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("is given to a clear file in its place, which stays as it is otherwise", async () => {
    const before = await stat(at("plan.docx"));
    expect(await report("label", "plan.docx", "--label", "General")).toMatchObject({
      state: "clear",
      label: "General",
    });
    expect((await stat(at("plan.docx"))).mode).toBe(before.mode);
    const { organisation } = await report("status", "plan.docx");
    expect(await report("status", "plan.docx")).toMatchObject({
      state: "clear",
      format: "docx",
      label: "General",
      organisation,
    });
    expect(await differing(bytesOf(at("before.docx")), bytesOf(at("plan.docx")))).toEqual([
      ...["[Content_Types].xml", "_rels/.rels", "docMetadata/LabelInfo.xml", "docProps/custom.xml"],
    ]);
  });

  it("takes a reason to be lowered, which is on record", async () => {
    const refused = await as("label", "plan.docx", "--label", "Public");
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toContain("--justification");
    expect(await report("status", "plan.docx")).toMatchObject({ label: "General" });
    expect(await as("label", "plan.docx", "--label", "Public", "--justification", "it was printed")).toMatchObject({
      code: 0,
    });
    expect(await partOf(bytesOf(at("plan.docx")), "word/footer.xml")).toContain(">For everybody<");
    const audit = await asAdministrator("admin", "audit", "list", "--json");
    expect(audit.text).toContain("General -> Public: it was printed (a file that is not protected)");
  });

  it("is inside a protected document and comes out with it", async () => {
    expect(await as("protect", "plan.docx", "--label", trial.label, "--no-ppdf")).toMatchObject({ code: 0 });
    const out = new Uint8Array((await as("cat", "plan.docx")).out);
    expect(await carriedLabels("package", sourceOf(out))).toMatchObject([{ name: trial.label }]);
    expect((await partsOf(out)).has("word/footer.xml")).toBe(false);
    const other = "Confidential/All employees";
    expect(await as("label", "plan.docx", "--label", other, "--no-ppdf")).toMatchObject({ code: 0 });
    expect(await as("label", "plan.docx", "--remove")).toMatchObject({ code: 2 });
    expect(await as("unprotect", "plan.docx", "--justification", "for this test")).toMatchObject({ code: 0 });
    expect(await report("status", "plan.docx")).toMatchObject({ state: "clear", label: other });
  });

  it("that was more sensitive takes a reason also where the document is protected with another", async () => {
    const { labels } = JSON.parse(await readFile(at("policy.json"), "utf8"));
    const strict = labels.findLast(({ names }: { names: { en: string } }) => names.en === "All employees");
    const { tenant } = JSON.parse(await readFile(join(trial.home, "account.json"), "utf8"));
    const written = { label: strict.id, tenant, name: "Highly confidential/All employees", contentBits: 0 };
    const how = { ...written, method: "Privileged", setAt: "2026-01-02T03:04:05Z" } as const;
    const { pieces } = await labelled("package", sourceOf(bytesOf(at("before.docx"))), how);
    await writeFile(at("sensitive.docx"), await collect(pieces()));
    const lower = ["sensitive.docx", "--label", trial.label, "--no-ppdf"];
    const refused = await as("protect", ...lower);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toContain("say why with: seal label --justification TEXT");
    expect(await as("label", ...lower)).toMatchObject({ code: 2 });
    expect(await report("status", "sensitive.docx")).toMatchObject({ state: "clear" });
    const dropped = join(trial.folder, "dropped.docx"); // where nobody is asked for a reason
    await copyFile(at("sensitive.docx"), dropped);
    const isProtected = async () => ((await report("status", dropped)).state === "protected" ? true : null);
    await until("the dropped document to be protected", isProtected);
    expect(await report("status", dropped)).toMatchObject({ label: "Highly confidential/All employees" });
    expect(await as("label", ...lower, "--justification", "it was wrong")).toMatchObject({ code: 0 });
  });

  it("is taken off without a trace", async () => {
    expect(await as("label", "plan.docx", "--remove", "--justification", "done")).toMatchObject({ code: 0 });
    expect(await report("status", "plan.docx")).toMatchObject({ state: "clear", label: null, labels: [] });
    expect(await differing(bytesOf(at("plan.docx")), bytesOf(at("before.docx")))).toEqual([]);
    expect(await as("label", "plan.docx", "--remove")).toMatchObject({ code: 2 });
  });

  it("of another organisation is named as such, and stays", async () => {
    const theirs = "bbbbbbbb-2222-4333-8444-555555555555";
    const property = (name: string, pid: number, value: string) =>
      `<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="${pid}" name="MSIP_Label_${theirs}_${name}"><vt:lpwstr xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">${value}</vt:lpwstr></property>`;
    const parts = wordParts("theirs");
    makePackage(at("theirs.docx"), {
      ...parts,
      "_rels/.rels": parts["_rels/.rels"]!.replace(
        "</Relationships>",
        `${relationship("r2", "custom-properties", "docProps/custom.xml")}</Relationships>`,
      ),
      "docProps/custom.xml": `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">${property("Enabled", 2, "true")}${property("Name", 3, "Geheim")}${property("SiteId", 4, theirs)}</Properties>`,
    });
    expect((await as("status", "theirs.docx")).text).toContain("labelled Geheim by another organisation");
    expect(await as("label", "theirs.docx", "--label", "Public")).toMatchObject({ code: 0 });
    const { labels, label } = await report("status", "theirs.docx");
    expect([label, labels.map(({ name }: { name: string }) => name)]).toEqual(["Public", ["Public", "Geheim"]]);
  });

  it("is not written where the document cannot be read, which is protected all the same", async () => {
    const odd = Buffer.concat([bytesOf(at("before.docx")), Buffer.from("behind its end")]);
    await writeFile(at("odd.docx"), odd);
    const made = await as("protect", "odd.docx", "--label", trial.label, "--no-ppdf");
    expect(made).toMatchObject({ code: 0 });
    expect(made.err).toContain("its label is on its outside only");
    expect((await as("cat", "odd.docx")).out.equals(odd)).toBe(true);
    await writeFile(at("odd2.docx"), odd);
    expect(await as("label", "odd2.docx", "--label", "Public")).toMatchObject({ code: 6 });
    expect((await readdir(root)).filter((name) => name.includes("seal-"))).toEqual([]);
  });

  it("is in a PDF as well, behind all there was, and comes out of its protection with it", async () => {
    const clear = pdfOf({ objects: ["<< /Title (The plan) >>"], trailer: "/Info 4 0 R" });
    await writeFile(at("plan.pdf"), clear);
    expect(await as("label", "plan.pdf", "--label", "General")).toMatchObject({ code: 0 });
    expect(await report("status", "plan.pdf")).toMatchObject({ state: "clear", format: "pdf", label: "General" });
    expect(bytesOf(at("plan.pdf")).subarray(0, clear.length)).toEqual(clear);
    expect(await as("protect", "plan.pdf", "--label", trial.label)).toMatchObject({ code: 0 });
    const out = new Uint8Array((await as("cat", "plan.ppdf")).out);
    expect((await carriedLabels("pdf", sourceOf(out))).map(({ name }) => name)).toEqual([trial.label]);
    const other = "Confidential/All employees";
    expect(await as("label", "plan.ppdf", "--label", other)).toMatchObject({ code: 0 });
    expect(await as("unprotect", "plan.ppdf", "--justification", "for this test")).toMatchObject({ code: 0 });
    expect(await report("status", "plan.pdf")).toMatchObject({ state: "clear", label: other });
    expect(await as("label", "plan.pdf", "--remove", "--justification", "done")).toMatchObject({ code: 0 });
    expect(bytesOf(at("plan.pdf"))).toEqual(clear);
  });

  it("is not in a PDF that is signed, which comes out of its protection as it was", async () => {
    const clear = pdfOf({ catalogue: "/AcroForm << /SigFlags 3 /Fields [] >>" });
    await writeFile(at("signed.pdf"), clear);
    const labelled = await as("label", "signed.pdf", "--label", "Public");
    expect(labelled).toMatchObject({ code: 6 });
    expect(labelled.err).toContain("is signed");
    const made = await as("protect", "signed.pdf", "--label", trial.label);
    expect(made).toMatchObject({ code: 0 });
    expect(made.err).toContain("its label is in its license only");
    expect(new Uint8Array((await as("cat", "signed.ppdf")).out)).toEqual(clear);
  });

  it("is carried by no text file, and that is said", async () => {
    await writeFile(at("notes.txt"), "text");
    expect(await as("label", "notes.txt", "--remove")).toMatchObject({ code: 2 });
    expect(await as("label", "notes.txt", "--label", "Public")).toMatchObject({ code: 3 });
    expect(await as("label", "notes.txt")).toMatchObject({ code: 2 });
    expect(await readFile(at("notes.txt"), "utf8")).toBe("text");
  });
});
