import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toOpen, twinNames } from "../../viewer/pdf-twin.js";
import { launchChromium } from "../browser/chromium.js";
import { makePackage, wordParts } from "../office-documents.js";
import { pdf } from "./pdf.js";
import { Organisation, Reader } from "./reader.js";

/** Office documents are not shown in a browser: their PDF copy is, and no way ends with the document. */

let browser: Browser;
let contoso: Organisation;
beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchChromium(), Organisation.found()]);
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });

async function document(folder: string, rights: string): Promise<string> {
  await mkdir(join(contoso.folder, folder));
  const source = join(contoso.folder, folder, "source.zip");
  makePackage(source, wordParts("the plan"));
  return contoso.forColleague(`${folder}/plan.docx`, await readFile(source), rights, "--no-ppdf");
}

it("of files chosen together the copy opens, whichever way it is called", () => {
  const named = (...names: string[]) => toOpen(names.map((name) => ({ name })))?.name ?? null;
  expect(twinNames("a.b.docx")).toEqual(["a.b.ppdf", "a.b.docx.ppdf"]);
  expect(named("plan.docx", "plan.ppdf")).toBe("plan.ppdf");
  expect(named("Plan.PPDF", "plan.DOCX")).toBe("Plan.PPDF");
  expect(named("sheet.xlsx.ppdf", "sheet.xlsx")).toBe("sheet.xlsx.ppdf");
  expect(named("plan.docx", "other.ppdf")).toBe("plan.docx");
  expect(named("plan.docx")).toBe("plan.docx");
  expect(named("one.ptxt", "two.ptxt")).toBe("one.ptxt");
  expect(named()).toBe(null);
});

it("who may only look at a document is told before signing in, and after, which file opens here, and can choose it", async () => {
  const reader = await Reader.at(contoso, browser);
  const path = await document("look", "VIEW");
  await reader.choose(path);
  await reader.page.waitForSelector("text=Sign in to open");
  expect(await reader.page.textContent(".instead")).toContain("choose its PDF copy: plan.ppdf, or plan.docx.ppdf.");
  await reader.signIn("colleague", () => reader.page.click("button.primary"));
  await soon(reader.refusal).toContain("plan.docx opens for you in its own program");
  expect(await reader.page.textContent(".instead")).toContain("plan.ppdf");
  await reader.page.waitForSelector(".picker.primary >> text=Choose its PDF copy");
  const copy = await contoso.forColleague("look/plan.pdf", pdf({ pages: ["the plan"] }));
  await reader.page.setInputFiles("input[type=file]", [path, copy]);
  await reader.content();
  expect(await reader.page.textContent(".about")).toContain("plan.ppdf");
});

it("who may save a document is told of the copy, and gets the document", async () => {
  const reader = await Reader.at(contoso, browser, { acceptDownloads: true });
  await reader.open(await document("save", "VIEW+EXPORT"));
  await reader.page.waitForSelector(".instead");
  const [download] = await Promise.all([reader.page.waitForEvent("download"), reader.page.click("button.primary")]);
  expect(download.suggestedFilename()).toBe("plan.docx");
  expect((await readFile(await download.path())).subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
});
