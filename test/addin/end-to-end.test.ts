import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../browser/chromium.js";
import { makePackage, wordParts } from "../office-documents.js";
import { OfficeWindow } from "./office.js";
import { SecureOrganisation } from "./secure-organisation.js";

let browser: Browser;
let contoso: SecureOrganisation;
let word: Buffer;
beforeAll(async () => {
  [browser, contoso] = await Promise.all([
    launchChromium(["--disable-features=LocalNetworkAccessChecks"]),
    SecureOrganisation.found(),
  ]);
  await contoso.signIn("colleague");
  const path = join(contoso.folder, "plan.docx");
  makePackage(path, wordParts("quicksilver-canary"));
  word = readFileSync(path);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

describe("a document in Word", () => {
  it("is protected from the pane, and a colleague opens it at the command line", async () => {
    const office = await OfficeWindow.open(browser, contoso, { file: word });
    await office.signIn(contoso.person("writer"));
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    expect(name).toBe("plan.docx");
    const clear = await contoso.opened("colleague", name, bytes);
    expect(Buffer.compare(clear as Buffer, word)).toBe(0);
    expect([office.complaints, office.strangers]).toEqual([[], []]);
    expect(await office.office(({ openFiles }) => openFiles)).toBe(0);
  });
});
