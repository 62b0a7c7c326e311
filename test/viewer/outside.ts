import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { launchChromium } from "../browser/chromium.js";
import { removeFolder } from "../folders.js";
import { seal } from "../scenarios/seal.js";
import { codeIn } from "../service/guests/visitor.js";
import { sharedService } from "../service/licensing/scratch-service.js";
import { openSmtpCatcher, type SmtpCatcher } from "../service/mail/smtp-catcher.js";

/** People outside, for all tests of a file: a service that mails them, who sends them files, and their browsers. */
export function outside() {
  let browser: Browser;
  let catcher: SmtpCatcher;
  let folder: string;
  const config: Record<string, unknown> = {};
  beforeAll(async () => {
    [browser, catcher, folder] = await Promise.all([
      launchChromium(),
      openSmtpCatcher({ disabledCommands: ["STARTTLS", "AUTH"] }),
      mkdtemp(join(tmpdir(), "seal-outside-")),
    ]);
    const smtp = { host: "127.0.0.1", port: catcher.port, tls: "none" };
    config.mail = { from: "seal@trial.example", language: "en", smtp };
  });
  const shared = sharedService({ config: config as never, pages: new URL("../../dist/viewer/", import.meta.url) });
  const options = () => ({ home: join(folder, "home"), cwd: folder });
  beforeAll(async () => {
    const { user, password } = shared().people.writer;
    const login = ["login", shared().origin, "--user", user, "--password-stdin"];
    expect(await seal(login, { ...options(), input: password })).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await catcher?.close();
    await removeFolder(folder);
  });

  const mailsTo = (address: string) => catcher.mails.filter(({ to }) => to.includes(address));
  return {
    shared,
    mailsTo,
    mails: () => catcher.mails,
    /** What the sender does at the command line. */
    seal: (...args: string[]) => seal(args, options()),
    path: (name: string) => join(folder, name),

    /** A file that names somebody. @returns the path of the protected one. */
    async sent(name: string, to: string, rights = "VIEW"): Promise<string> {
      await writeFile(join(folder, name), `this is ${name}`);
      const made = await seal(["protect", "--json", "--grant", `${to}:${rights}`, join(folder, name)], options());
      expect(made, made.err).toMatchObject({ code: 0 });
      return JSON.parse(made.text).path;
    },

    /** The viewer in a browser of somebody's own. */
    async viewer(more: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ locale: "en-GB", viewport: { width: 390, height: 800 }, ...more });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      await page.goto(`${shared().origin}/view`);
      return page;
    },

    /** The code of the newest mail to an address, once there are so many. */
    async mailed(address: string, count = 1): Promise<string> {
      await soon(() => mailsTo(address).length).toBe(count);
      return codeIn(mailsTo(address).at(-1)!.raw);
    },
  };
}

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });

/** Whether it fits the narrowest of phones. */
export async function isNarrow(page: Page): Promise<boolean> {
  await page.setViewportSize({ width: 320, height: 800 });
  return page.evaluate(() => document.documentElement.scrollWidth <= 320);
}

/** Once something is shown in the frame; a guest's has no text but a picture of it. */
export async function opened(page: Page): Promise<void> {
  const element = await page.waitForSelector("iframe", { timeout: 20_000 });
  await (await element.contentFrame())!.waitForSelector("main canvas, main pre");
}
