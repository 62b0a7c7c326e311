import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findings } from "../browser/accessibility.js";
import { launchChromium } from "../browser/chromium.js";
import { Organisation, Reader } from "./reader.js";

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
const reason = "I take over from Eve";

/** What is wrong with the page by day and by night. */
it("who is refused asks the owner by keyboard alone, and once let in opens the same file", async () => {
  const reader = await Reader.at(contoso, browser);
  const { page } = reader;
  const path = await contoso.forColleague("closed.txt", "the plan");
  await reader.open(path, "outsider");
  await soon(reader.refusal).toContain("Olga Novak has not been given access to closed.ptxt");
  await page.focus("text=Ask Ada Lovelace");
  await page.keyboard.press("Enter");
  await page.keyboard.type(reason);
  expect(await page.inputValue("label:text('Ada Lovelace reads this') + textarea")).toBe(reason);
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await soon(() => page.textContent("[role=status]")).toContain("Ada Lovelace was asked.");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("status");
  expect(await findings(page)).toEqual([]);
  const { text } = await contoso.seal("requests", "--json");
  const request = JSON.parse(text);
  expect(request).toMatchObject({ state: "waiting", address: contoso.person("outsider").user, reason });
  expect(await contoso.seal("requests", "grant", request.id)).toMatchObject({ code: 0 });
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await reader.content();
  expect(reader.complaints.filter((text) => !text.includes("403"))).toEqual([]);
});

it("who may only look asks for more in the menu, and has it once the file is opened again, in their language", async () => {
  const reader = await Reader.at(contoso, browser, { locale: "de-AT" });
  const { page } = reader;
  await reader.open(await contoso.forColleague("more.txt", "the plan"));
  await reader.content();
  await page.click(".menu button");
  await page.click("text=Ada Lovelace um mehr bitten");
  await page.keyboard.type("0 + 1: bitte drucken");
  expect(await page.inputValue("textarea")).toBe("0 + 1: bitte drucken");
  expect(await findings(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.click("text=Um Zugriff bitten");
  await soon(() => page.textContent(".asked")).toContain("Ada Lovelace wurde gefragt.");
  const lines = (await contoso.seal("requests", "--json")).text.trim().split("\n");
  const request = lines.map((line) => JSON.parse(line)).find(({ document }) => document === "more.txt");
  expect(await contoso.seal("requests", "grant", request.id, "--rights", "PRINT")).toMatchObject({ code: 0 });
  await page.click("text=Noch einmal öffnen");
  await soon(() => page.textContent(".about")).toContain("drucken");
});
