import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Frame, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { seal, stop, type Trial, up } from "../scenarios/seal.js";

/** A trial organisation with real processes, and files protected in it by the command line. */
export class Organisation {
  readonly trial: Trial;
  readonly folder: string;

  private constructor(trial: Trial, folder: string) {
    this.trial = trial;
    this.folder = folder;
  }

  static async found(): Promise<Organisation> {
    const folder = await mkdtemp(join(tmpdir(), "seal-viewer-"));
    return new Organisation(await up(join(folder, "trial"), await freePort()), folder);
  }

  async end(): Promise<void> {
    await stop(this.trial, "SIGKILL");
    await removeFolder(this.folder);
  }

  person = (role: string) => this.trial.people.find((one) => one.role === role)!;

  /** What the writer does at the command line. */
  seal = (...args: string[]) => seal(args, { home: this.trial.home, cwd: this.folder });

  /** A file under permissions of its own. @returns the path of the protected one. */
  async protect(name: string, content: string | Uint8Array, ...how: string[]): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    const made = await this.seal("protect", "--json", ...how, path);
    expect(made, made.err).toMatchObject({ code: 0 });
    return JSON.parse(made.text).path;
  }

  /** For the colleague, with these rights. */
  forColleague = (name: string, content: string | Uint8Array, rights = "VIEW", ...how: string[]) =>
    this.protect(name, content, "--grant", `${this.person("colleague").user}:${rights}`, ...how);
}

/** A person in front of the viewer, in a browser of their own. */
export class Reader {
  readonly page: Page;
  /** Every request of the page, its frames and windows, with what it sent. */
  readonly requests: { url: string; method: string; body: Buffer | null }[] = [];
  /** What the browser complained about, but for answers that ask for another proof. */
  readonly complaints: string[] = [];
  readonly #organisation: Organisation;

  private constructor(page: Page, organisation: Organisation) {
    this.page = page;
    this.#organisation = organisation;
  }

  static async at(organisation: Organisation, browser: Browser, options: BrowserContextOptions = {}): Promise<Reader> {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 390, height: 800 }, ...options });
    onTestFinished(() => context.close());
    const reader = new Reader(await context.newPage(), organisation);
    context.on("request", (request) =>
      reader.requests.push({ url: request.url(), method: request.method(), body: request.postDataBuffer() }),
    );
    reader.page.on("console", (message) => {
      // the last is about what tests do themselves
      if (["error", "warning"].includes(message.type()) && !/^Canvas2D|status of 40[01]/.test(message.text()))
        reader.complaints.push(message.text());
    });
    reader.page.on("pageerror", (error) => reader.complaints.push(String(error)));
    await reader.page.goto(`${organisation.trial.service}/view`);
    return reader;
  }

  choose = (path: string) => this.page.setInputFiles("input[type=file]", path);

  /** Chooses a file and signs in for it. */
  async open(path: string, role = "colleague"): Promise<void> {
    await this.choose(path);
    await this.signIn(role, () => this.page.click("button.primary"));
  }

  /** @param press - what opens the window. */
  async signIn(role: string, press: () => Promise<void>): Promise<void> {
    const { user, password } = this.#organisation.person(role);
    const [window] = await Promise.all([this.page.waitForEvent("popup"), press()]);
    await window.fill("#username", user);
    await window.fill("#password", password);
    await window.click("button.primary");
  }

  /** The frame with the content, once something of it is shown. */
  async content(): Promise<Frame> {
    const element = await this.page.waitForSelector("iframe");
    const frame = (await element.contentFrame())!;
    await frame.waitForSelector("main canvas, main pre");
    return frame;
  }

  /** What the page says when a file stays closed. */
  refusal = () => this.page.textContent("[role=alert]");
}
