import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { authorizationRequest } from "../service/identity/client.js";
import { audience, password, type ScratchIdentity, scratchIdentity } from "../service/identity/scratch-identity.js";
import { scratchProvider } from "../service/identity/strange-provider.js";
import { findings } from "./accessibility.js";
import { launchChromium } from "./chromium.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const ada = "ada@trial.example";
const own = "seven quiet lanterns";

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  onTestFinished(() => context.close());
  return context.newPage();
}

/** Presses what leads to another page, and waits for that. */
const press = (page: Page, selector: string) => Promise.all([page.waitForEvent("load"), page.click(selector)]);

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [id, value] of Object.entries(fields)) await page.fill(`#${id}`, value);
  await press(page, "button.primary");
}

async function deviceCode(issuer: string): Promise<{ user_code: string; verification_uri_complete: string }> {
  const body = new URLSearchParams({ client_id: "sealwright", scope: "openid offline_access", resource: audience });
  return (await fetch(`${issuer}/device/auth`, { method: "POST", body })).json();
}

/** Every page there is, one after the other, as a person comes to them. */
async function everyPage(
  page: Page,
  { issuer, store, people }: ScratchIdentity,
  look: (name: string) => Promise<void>,
) {
  const hash = (await store.accounts.find(people.bob))!.passwordHash!;
  await store.accounts.setPasswordHash(people.ada, hash, { mustChange: true });
  await page.goto(authorizationRequest(issuer, audience).url.href);
  await look("sign in");
  await fill(page, { username: ada, password: "wrong" });
  await look("wrong password");
  await fill(page, { password });
  await look("own password");
  await fill(page, { "new-password": "passwort1234", again: "passwort1234" });
  await look("bad password");
  await fill(page, { "new-password": own, again: own });
  await look("consent");
  await page.goto(`${issuer}/password`);
  await look("change password");
  await fill(page, { username: ada, password: own, "new-password": `${own} more`, again: `${own} more` });
  await look("password changed");
  const device = await deviceCode(issuer);
  await page.goto(device.verification_uri_complete);
  await look("given code");
  await fill(page, { user_code: "xxxx" });
  await look("wrong code");
  await fill(page, { user_code: device.user_code.toLowerCase() });
  await fill(page, { username: "bob@trial.example", password });
  await look("consent to a device");
  await press(page, "button.primary");
  await look("device signed in");
  await page.goto(`${issuer}/session/end`);
  await look("sign out");
  await press(page, "button.primary");
  await look("signed out");
  await page.goto(`${issuer}/auth?client_id=nobody`);
  await look("cannot go on");
}

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });

/** Where the browser was sent with an answer to the program. */
function answersTo(page: Page): URL[] {
  const answers: URL[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith("http://127.0.0.1:54321/callback")) answers.push(new URL(request.url()));
  });
  return answers;
}

/** The attributes of what has the focus. */
const focused = (page: Page) =>
  page.evaluate(() =>
    Object.fromEntries([...document.activeElement!.attributes].map(({ name, value }) => [name, value])),
  );

/** Widths at which something sticks out to the side, with text of the usual size and of twice that. */
async function overflows(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 700 });
    for (const fontSize of ["100%", "200%"]) {
      const pixels = await page.evaluate((size) => {
        document.documentElement.style.fontSize = size;
        return document.documentElement.scrollWidth - document.documentElement.clientWidth;
      }, fontSize);
      if (pixels > 0) found.push(`${pixels} at ${width} with ${fontSize}`);
    }
  }
  return found;
}

describe("the pages of a sign-in", () => {
  it("leave nothing for axe to find in light and dark, and nothing to scroll to the side", async () => {
    const identity = await scratchIdentity();
    const page = await openPage();
    const seen: string[] = [];
    await everyPage(page, identity, async (name) => {
      seen.push(name);
      expect([name, await findings(page)]).toEqual([name, []]);
      expect([name, await overflows(page)]).toEqual([name, []]);
    });
    expect(seen).toHaveLength(14);
  });

  it("are gone through by keyboard alone, beginning in the field that is to be filled in", async () => {
    const { issuer } = await scratchIdentity();
    const page = await openPage();
    const answers = answersTo(page);
    await page.goto(authorizationRequest(issuer, audience).url.href);
    await soon(() => focused(page)).toMatchObject({ id: "username" });
    await page.keyboard.type(ada);
    await page.keyboard.press("Tab");
    await page.keyboard.type("wrong");
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
    await soon(() => focused(page)).toMatchObject({ id: "password", "aria-describedby": "trouble" });
    await page.keyboard.type(password);
    await soon(() => page.inputValue("#password")).toBe(password);
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
    await soon(() => focused(page)).toMatchObject({ class: "primary" });
    await page.keyboard.press("Enter");
    await soon(() => answers[0]?.searchParams.get("code")).toBeTruthy();
  });

  it("show a password on request, and send it hidden", async () => {
    const { issuer } = await scratchIdentity();
    const page = await openPage({ locale: "de-AT" });
    await page.goto(authorizationRequest(issuer, audience).url.href);
    const type = () => page.getAttribute("#password", "type");
    const show = page.getByRole("button", { name: "Anzeigen: Passwort" });
    expect(await type()).toBe("password");
    await show.click();
    expect(await type()).toBe("text");
    await page.getByRole("button", { name: "Verbergen: Passwort" }).click();
    expect(await type()).toBe("password");
  });

  it("work without scripts, and then have no button that does nothing", async () => {
    const { issuer } = await scratchIdentity();
    const page = await openPage({ javaScriptEnabled: false });
    await page.goto(authorizationRequest(issuer, audience).url.href);
    expect(await page.locator("button:visible").allTextContents()).toEqual(["Sign in", "Cancel"]);
    await fill(page, { username: ada, password });
    expect(await page.textContent("h1")).toBe("Use your account on this computer?");
  });

  it("can be filled in by a password manager", async () => {
    const { issuer } = await scratchIdentity();
    const page = await openPage();
    const asked = () =>
      page.locator("input:not([type=hidden])").evaluateAll((all) => all.map((one) => one.getAttribute("autocomplete")));
    await page.goto(authorizationRequest(issuer, audience).url.href);
    expect(await asked()).toEqual(["username", "current-password"]);
    await page.goto(`${issuer}/password`);
    expect(await asked()).toEqual(["username", "current-password", "new-password", "new-password"]);
  });

  it("let somebody else sign in instead", async () => {
    const { issuer } = await scratchIdentity();
    const page = await openPage();
    await page.goto(authorizationRequest(issuer, audience, { login_hint: ada }).url.href);
    expect(await page.inputValue("#username")).toBe(ada);
    await fill(page, { password });
    await press(page, "text=Use another account");
    expect(await page.inputValue("#username")).toBe("");
    await fill(page, { username: "bob@trial.example", password });
    expect(await page.textContent("main")).toContain("bob (bob@trial.example)");
  });

  it("are not shown inside of another page", async () => {
    const { issuer } = await scratchIdentity();
    const page = await openPage();
    await page.goto(`${issuer}/.well-known/openid-configuration`);
    const address = authorizationRequest(issuer, audience).url.href;
    await page.setContent(`<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>`);
    await soon(() => page.frames().length).toBe(2);
    await soon(() => page.frames()[1]!.url()).toMatch(/^chrome-error:/);
  });

  it("lead to another provider and back, also from a device's code, and pass axe", async () => {
    const { issuer } = await scratchProvider();
    const page = await openPage();
    const answers = answersTo(page);
    await page.goto(authorizationRequest(issuer, audience).url.href);
    expect([await findings(page), await overflows(page)]).toEqual([[], []]);
    await press(page, "text=Continue with Strange & Sons");
    expect(await page.textContent("main")).toContain("Grace Hopper (grace@contoso.example)");
    await page.click("button.primary");
    await soon(() => answers[0]?.searchParams.get("code")).toBeTruthy();
  });

  it("go on to the only provider there is by themselves, after a form too", async () => {
    const { issuer } = await scratchProvider({}, { passwords: false });
    const page = await openPage();
    const device = await deviceCode(issuer);
    await page.goto(device.verification_uri_complete);
    await page.click("button.primary");
    await page.waitForSelector(".shown-code");
    expect(await page.textContent("main")).toContain("Grace Hopper (grace@contoso.example)");
    await press(page, "button.primary");
    expect(await page.textContent("h1")).toBe("Your device is signed in");
  });
});
