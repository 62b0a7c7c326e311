import { readFile, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../browser/chromium.js";
import { appears, seal, stop } from "../scenarios/seal.js";
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
});
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

/** Writes why more is needed, and sends it. */
async function askFor(page: Page, reason: string) {
  await page.click("text=Your rights");
  await page.click("text=Ask Ada Lovelace for more");
  await page.keyboard.type(reason);
  await page.click("text=Ask for access");
}

it("asks the owner for more through the program, and has it once the file is opened again", async () => {
  const { run, address } = await open(await contoso.forColleague("asked.txt", "to be printed"));
  const { page, urls } = await look(address);
  await page.waitForSelector("iframe");
  await askFor(page, "For the board");
  await soon(() => page.textContent(".asked")).toContain("Ada Lovelace was asked.");
  expect(urls.every((url) => new URL(url).origin === new URL(address).origin)).toBe(true);
  const lines = (await contoso.seal("requests", "--json")).text.trim().split("\n");
  const request = lines.map((line) => JSON.parse(line)).find(({ document }) => document === "asked.txt");
  expect(request).toMatchObject({ address: contoso.person("colleague").user, reason: "For the board" });
  expect(await contoso.seal("requests", "grant", request.id, "--rights", "PRINT")).toMatchObject({ code: 0 });
  await page.click("text=Open it again");
  await soon(() => page.textContent(".about")).toContain("print");
  await page.close();
  expect(await run).toMatchObject({ code: 0 });
});

it("passes on no request that another page or program makes up", async () => {
  const path = await contoso.forColleague("forged.txt", "x");
  const { run, address } = await open(path);
  const { page } = await look(address);
  await page.waitForSelector("iframe");
  const { origin } = new URL(address);
  const at = new URL("ask", page.url()).href;
  const post = (url: string, headers: Record<string, string>, body = '{"reason":"forged"}') =>
    fetch(url, { method: "POST", headers, body }).then(
      ({ status }) => status,
      () => "cut off",
    );
  const type = { "content-type": "application/json" };
  expect(await post(`${origin}/ask`, { ...type, origin })).toBe(404);
  expect(await post(at, type)).toBe(404);
  for (const other of ["https://evil.example", "null", `${origin}0`])
    expect([other, await post(at, { ...type, origin: other })]).toEqual([other, 404]);
  expect(await post(at, { "content-type": "text/plain", origin })).toBe(404);
  expect((await fetch(at, { headers: { origin } })).status).toBe(404);
  const bodies = ["{}", "[]", '{"reason":""}', '{"reason":"a\\u0007b"}', '{"reason":"x","license":"AAAA"}', "x"];
  for (const body of bodies) expect([body, await post(at, { ...type, origin }, body)]).toEqual([body, 409]);
  expect(await post(at, { ...type, origin }, JSON.stringify({ reason: "x".repeat(9000) }))).not.toBe(200);
  expect((await contoso.seal("requests", "--json")).text).not.toContain("forged");
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

it("says that nobody was asked while the service is away, keeps the reason, and leaves the file open", async () => {
  const { run, address } = await open(await contoso.forColleague("away.txt", "still here"));
  const { page } = await look(address);
  await page.waitForSelector("iframe");
  await stop(contoso.trial); // the last test of this file
  await askFor(page, "For the board");
  await soon(() => page.textContent(".ask [role=alert]")).toContain("so Ada Lovelace was not asked");
  expect(await page.inputValue("textarea")).toBe("For the board");
  expect(await page.locator("iframe").count()).toBe(1);
  await page.close();
  expect(await run).toMatchObject({ code: 0 });
});
