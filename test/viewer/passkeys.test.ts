import type { BrowserContextOptions, CDPSession, Page } from "playwright-core";
import { expect, it } from "vitest";
import { findings } from "../browser/accessibility.js";
import { isNarrow, opened, outside } from "./outside.js";

/** A guest who came by a code keeps a passkey, in a real browser with an authenticator of its own, and comes again by it. */

const { shared, sent, viewer, mailed, mailsTo, mails } = outside();
const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });

interface Visit {
  page: Page;
  devtools: CDPSession;
  /** Its authenticator, as the browser names it. */
  authenticator: string;
}

/** A browser whose authenticator unlocks itself, or not. */
async function visit(options: BrowserContextOptions = {}, isUserVerified = true): Promise<Visit> {
  const page = await viewer(options);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId: authenticator } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  });
  return { page, devtools, authenticator };
}

async function enterByCode({ page }: Visit, file: string, address: string): Promise<void> {
  const before = mailsTo(address).length;
  await page.setInputFiles("input[type=file]", file);
  await page.click("text=/mail me a code|Ich habe kein Konto/");
  await page.fill("#guest-address", address);
  await page.click("button.primary");
  await page.fill("#guest-code", await mailed(address, before + 1));
  await opened(page);
}

/** A page loaded anew has nothing of before: whoever comes now has only what the browser keeps. */
async function reopen({ page }: Visit, file: string): Promise<void> {
  await page.reload();
  await page.setInputFiles("input[type=file]", file);
  await page.click("text=/mail me a code|Ich habe kein Konto/");
}

it("is offered after a code, kept, and opens the next file without one; by keyboard, at any width", async () => {
  const address = "bob@gmail.example";
  const visitor = await visit();
  const { page } = visitor;
  const first = await sent("first.txt", address);
  const second = await sent("second.txt", address);
  await enterByCode(visitor, first, address);
  expect(await page.textContent(".keep")).toContain(`Keep a passkey for ${address}.`);
  expect(await isNarrow(page)).toBe(true);
  expect(await findings(page)).toEqual([]);
  await page.focus(".keep button");
  await page.keyboard.press("Enter");
  await soon(() => page.textContent(".keep p")).toContain("every 90 days a code is asked for once more");
  await page.click(".keep >> text=Close");
  expect(await page.locator(".keep").count()).toBe(0);
  const before = mails().length;
  await reopen(visitor, second);
  expect(await findings(page)).toEqual([]);
  await page.focus("text=Use a passkey");
  await page.keyboard.press("Enter");
  await opened(page);
  await soon(() => page.textContent("h1")).toContain("second");
  expect(mails()).toHaveLength(before);
  expect(await page.locator(".keep").count()).toBe(0);
  const { audit } = shared().service.parts;
  const [entry] = await audit.events({ action: "sign-in", limit: 1 });
  expect(entry).toMatchObject({ guest: true, address, result: "done", detail: "passkey" });
  expect((await audit.events({ action: "guest-passkey" }))[0]).toMatchObject({ guest: true, address, result: "done" });
});

it("is one in each browser, and lets nobody open what does not name them", async () => {
  const address = "eva@gmail.example";
  const visitor = await visit({ locale: "de-AT" });
  const { page, devtools, authenticator: authenticatorId } = visitor;
  const file = await sent("notiz.txt", address);
  await enterByCode(visitor, file, address);
  await page.click(".keep button");
  await soon(() => page.textContent(".keep p")).toContain("Behalten.");
  await page.reload();
  await enterByCode(visitor, file, address);
  await page.click(".keep button");
  await soon(() => page.textContent(".keep p")).toBe("Dieser Browser hat schon einen Passkey für Sie.");
  expect((await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials).toHaveLength(1);
  await reopen(visitor, await sent("fremd.txt", "other@gmail.example"));
  await page.click("text=Einen Passkey verwenden");
  await soon(() => page.textContent("[role=alert]")).toContain(`${address} hat keinen Zugriff`);
});

it("is not kept, and nothing is lost, where it is not unlocked or not wanted", async () => {
  const address = "kim@gmail.example";
  const visitor = await visit({}, false);
  const { page } = visitor;
  const file = await sent("plan.txt", address);
  await enterByCode(visitor, file, address);
  await page.click(".keep button");
  await soon(() => page.textContent(".keep p")).toContain("No passkey was kept");
  await reopen(visitor, file);
  await page.click("text=Use a passkey");
  await soon(() => page.textContent("[role=alert]")).toBe("No passkey was used. If you kept none, have a code mailed.");
  expect(await page.inputValue("#guest-address")).toBe("");
});

it("opens no door any more once its guest was locked out", async () => {
  const address = "liz@gmail.example";
  const visitor = await visit();
  const { page } = visitor;
  const file = await sent("report.txt", address);
  await enterByCode(visitor, file, address);
  await page.click(".keep button");
  await soon(() => page.textContent(".keep p")).toContain("Kept.");
  const { admin } = shared().devices.ines;
  await admin.lockGuest({ address, isLockedOut: true });
  await admin.lockGuest({ address, isLockedOut: false });
  await reopen(visitor, file);
  await page.click("text=Use a passkey");
  await soon(() => page.textContent("[role=alert]")).toContain("does not open the door any more");
});
