import { readFile, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../browser/chromium.js";
import { appears, seal } from "../scenarios/seal.js";
import { Organisation } from "./reader.js";

/** `seal open` of a file its reader may only look at: the viewer, with the license of this computer. */

let browser: Browser;
let contoso: Organisation;
let home: string;
let opener: string;
let turn = 0;

beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchChromium(), Organisation.found()]);
  home = join(contoso.folder, "colleague");
  opener = join(contoso.folder, "browser.sh");
  await writeFile(opener, `#!/bin/sh\nprintf '%s' "$1" > "$SEEN.part" && mv "$SEEN.part" "$SEEN"\n`, { mode: 0o755 });
  const { user, password } = contoso.person("colleague");
  const login = ["login", contoso.trial.service, "--user", user, "--password-stdin"];
  expect(await seal(login, { home, input: password })).toMatchObject({ code: 0 });
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });

/** Runs `seal open`, and gives what it started the browser with. */
async function open(path: string) {
  const seen = join(contoso.folder, `seen-${turn++}`);
  const run = seal(["open", path], { home, env: { BROWSER: opener, SEEN: seen } });
  await appears(seen);
  return { run, address: await readFile(seen, "utf8") };
}

async function look(address: string): Promise<{ page: Page; urls: string[] }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  await page.goto(address);
  return { page, urls };
}

it("shows it until the page is closed, with the reader's name, and asks nobody but the program", async () => {
  const path = await contoso.forColleague("local.txt", "to be looked at");
  const { run, address } = await open(path);
  const { page, urls } = await look(address);
  const frame = (await (await page.waitForSelector("iframe")).contentFrame())!;
  await frame.waitForSelector(".sheet canvas");
  await page.click("text=Your rights");
  await soon(() => page.textContent("[role=status]")).toContain("as its author left it");
  expect(await page.locator("button:visible").allTextContents()).not.toContain("Use another account");
  expect(await page.locator("input[type=file]").count()).toBe(0);
  expect(urls.every((url) => new URL(url).origin === new URL(address).origin)).toBe(true);
  for (const one of page.frames()) expect(await one.content()).not.toContain("to be looked at");
  await page.close();
  expect(await run).toMatchObject({ code: 0, text: expect.not.stringContaining("to be looked at") });
  await expect(fetch(address)).rejects.toThrow();
});

it("is let in once, under its own name, and tells whoever has not the way nothing", async () => {
  const { run, address } = await open(await contoso.forColleague("once.txt", "once"));
  const { page } = await look(address);
  await page.waitForSelector("iframe");
  const { origin, host } = new URL(address);
  expect((await fetch(address)).status).toBe(404);
  expect((await fetch(`${origin}/document`)).status).toBe(404);
  expect((await fetch(`${origin}/${"A".repeat(43)}/document`)).status).toBe(404);
  // what a page elsewhere reaches, under a name of its own for this computer
  const { port, pathname } = new URL(page.url());
  const answered = (name: string) =>
    new Promise((resolve) =>
      get({ port, path: pathname, headers: { host: name } }, ({ statusCode }) => resolve(statusCode)),
    );
  expect(await answered(host)).toBe(200);
  expect(await answered(`evil.example:${port}`)).toBe(404);
  const inside = (what: string) => page.evaluate(async (path) => (await fetch(path)).status, what);
  expect(await inside("content?offset=0&length=4")).toBe(200);
  for (const part of ["offset=0&length=5", "offset=-1&length=1", "offset=0.5&length=1", "offset=x&length=1", ""])
    expect([part, await inside(`content?${part}`)]).toEqual([part, 409]);
  await page.close();
  expect(await run).toMatchObject({ code: 0 });
});

it("closes when the document is withdrawn, and asks again only then", async () => {
  const path = await contoso.forColleague("withdrawn.txt", "soon gone");
  const { run, address } = await open(path);
  const context = await browser.newContext({ locale: "en-GB" });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.addInitScript(() => {
    const wait = window.setTimeout.bind(window) as (work: () => void, ms?: number) => number;
    window.setTimeout = ((work: () => void, ms = 0) => wait(work, ms > 60_000 ? 1000 : ms)) as typeof setTimeout;
  });
  await page.goto(address);
  await page.waitForSelector("iframe");
  expect(await contoso.seal("revoke", path)).toMatchObject({ code: 0 });
  await soon(() => page.textContent("[role=alert]", { timeout: 20_000 })).toBe("Ada Lovelace withdrew withdrawn.ptxt.");
  await page.close();
  expect(await run).toMatchObject({ code: 0 });
});

it("names the organisation's viewer where no browser can appear", async () => {
  const path = await contoso.forColleague("dark.txt", "x");
  const run = await seal(["open", path], { home, env: { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "" } });
  expect(run.code).toBe(3);
  expect(run.err).toContain(`${contoso.trial.service}/view`);
  const toAsk = `seal requests ask ${path} --reason WHY`;
  expect(run.err).toContain(toAsk);
  const taken = await seal(["cat", path], { home });
  expect(taken.code).toBe(3);
  expect(taken.err).toContain(toAsk);
  const spaced = await contoso.protect("not his.txt", "x", "--grant", `${contoso.person("outsider").user}:VIEW`);
  const refused = await seal(["open", spaced], { home });
  expect(refused.code).toBe(3);
  expect(refused.err).toContain(`seal requests ask '${spaced}' --reason WHY`);
});
