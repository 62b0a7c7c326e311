import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import { expect, it, onTestFinished } from "vitest";
import { watermarkPackage } from "../../addin/office/watermark.js";
import { makeProfile } from "../../agent/pdf/profile.js";
import { findSuite } from "../../agent/pdf/suite.js";
import { makePackage, wordParts } from "../office-documents.js";

const mark = {
  text: 'Draft "1" <&>',
  color: "#808080",
  fontSize: 40,
  alignment: "center",
  layout: "diagonal",
} as const;

it("a watermark is well-formed XML whatever its text, and turned only where the label wants it", () => {
  const seen: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "v:textpath" && attributes.string) seen.push(attributes.string.value);
  });
  parser.write(watermarkPackage(mark)).close();
  expect(seen).toEqual([mark.text]);
  expect(watermarkPackage(mark)).toContain("rotation:315");
  expect(watermarkPackage({ ...mark, layout: "horizontal" })).not.toContain("rotation");
});

it("another program than Word reads it, and shows its text", async () => {
  const folder = mkdtempSync(join(tmpdir(), "seal-watermark-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "marked.docx");
  const document = /<w:document.*<\/w:document>/.exec(watermarkPackage({ ...mark, text: "Draft" }))![0];
  makePackage(path, { ...wordParts(""), "word/document.xml": document });
  await makeProfile(join(folder, "profile"), findSuite().libreOffice);
  const profile = `-env:UserInstallation=file://${folder}/profile`;
  execFileSync("soffice", [profile, "--headless", "--convert-to", "fodt", "--outdir", folder, path], { stdio: "pipe" });
  const shown = readFileSync(join(folder, "marked.fodt"), "utf8");
  expect(shown).toMatch(/<draw:custom-shape[^>]*draw:transform="rotate/); // diagonal
  expect(shown).toMatch(/<text:p[^>]*>(<text:span[^>]*>)?Draft</);
  expect(shown).toContain('draw:type="fontwork-plain-text"');
});
