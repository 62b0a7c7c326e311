import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { findings } from "../browser/accessibility.js";
import { launchChromium } from "../browser/chromium.js";
import { textIn } from "../service/mail/smtp-catcher.js";
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

/** The outsider is refused, and asks. */
async function outsiderAsks(name: string, reason: string): Promise<Reader> {
  const reader = await Reader.at(contoso, browser);
  await reader.open(await contoso.forColleague(name, "the plan"), "outsider");
  await reader.page.click("text=Ask Ada Lovelace");
  await reader.page.keyboard.type(reason);
  await reader.page.click("text=Ask for access");
  await soon(() => reader.page.textContent("[role=status]")).toContain("was asked");
  return reader;
}

/** The link of the mail about a file. */
async function mailedLink(file: string): Promise<string> {
  const folder = join(contoso.folder, "trial/service/mail");
  let link: string | undefined;
  await soon(async () => {
    for (const name of (await readdir(folder)).filter((one) => one.endsWith(".eml"))) {
      const text = textIn({ raw: await readFile(join(folder, name), "utf8") });
      if (text.includes(file)) link = /http\S+/.exec(text)?.[0];
    }
    return link;
  }).toBeDefined();
  return link!;
}

/** The writer, at a page of the service. */
async function writerAt(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 390, height: 800 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function signIn(page: Page): Promise<void> {
  const { user, password } = contoso.person("writer");
  const [window] = await Promise.all([page.waitForEvent("popup"), page.click("button.primary")]);
  await window.fill("#username", user);
  await window.fill("#password", password);
  await window.click("button.primary");
}

it("the owner follows the mail, signs in, lets in who asked, and their file opens", async () => {
  const outsider = await outsiderAsks("mailed.txt", "I take over from Eve");
  const link = await mailedLink("mailed.txt");
  expect(link).toBe(`${contoso.trial.service}/requests`);
  const page = await writerAt(link);
  expect(await page.textContent("main")).not.toContain("Olga"); // the link alone shows and does nothing
  expect(await findings(page)).toEqual([]);
  await signIn(page);
  await page.waitForSelector(".requests li");
  const card = page.locator(".requests li", { hasText: "mailed.txt" });
  expect(await card.textContent()).toContain("Olga Novak asks for mailed.txt");
  expect(await card.textContent()).toContain("I take over from Eve");
  expect(await findings(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await card.getByLabel("print").focus();
  await page.keyboard.press("Space");
  await card.getByText("Let Olga Novak in").focus();
  await page.keyboard.press("Enter");
  await soon(() => card.locator("[role=status]").textContent()).toBe(
    "Olga Novak may open mailed.txt now, every copy of it.",
  );
  expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("status");
  await outsider.page.click("text=Try again");
  await outsider.content();
  expect(await outsider.page.textContent(".about")).toContain("print");
});

it("the owner refuses in their language, and what cannot be granted says why", async () => {
  const refused = await outsiderAsks("refused.txt", "let me");
  const withdrawn = await outsiderAsks("withdrawn.txt", "let me");
  expect(await contoso.seal("revoke", join(contoso.folder, "withdrawn.ptxt"))).toMatchObject({ code: 0 });
  const page = await writerAt(`${contoso.trial.service}/requests`, { locale: "de-AT" });
  await signIn(page);
  const card = page.locator(".requests li", { hasText: "refused.txt" });
  await card.getByText("Ablehnen").click();
  await soon(() => card.locator("[role=status]").textContent()).toContain("Abgelehnt.");
  await refused.page.click("text=Try again");
  await soon(refused.refusal).toContain("has not been given access");
  const other = page.locator(".requests li", { hasText: "withdrawn.txt" });
  await other.getByText("Olga Novak Zugriff geben").click();
  await soon(() => other.locator("[role=alert]").textContent()).toContain("Die Datei ist zurückgezogen");
  expect(await findings(page)).toEqual([]);
  expect(await withdrawn.refusal()).not.toBeNull();
});

it("who is asked for nothing is told so", async () => {
  const page = await writerAt(`${contoso.trial.service}/requests`);
  const { user, password } = contoso.person("colleague");
  const [window] = await Promise.all([page.waitForEvent("popup"), page.click("button.primary")]);
  await window.fill("#username", user);
  await window.fill("#password", password);
  await window.click("button.primary");
  await soon(() => page.textContent("h1")).toBe("Nobody asks you for access");
  expect(await page.textContent("main")).toContain("Bob Fisher (bob@trial.example)");
  await page.click("text=Sign out");
  await soon(() => page.textContent("h1")).toBe("Who asks you for access");
});
