import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { build } from "esbuild";
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import type { HostSettings, HostWindow } from "./host-page.js";
import type { SecureOrganisation } from "./secure-organisation.js";

/** A document open in a page that answers as Office on the web does, and the pane of the add-in beside it. */

const root = new URL("../..", import.meta.url).pathname;
const officeJs = join(root, "node_modules/@microsoft/office-js/dist");
const officeOrigin = "https://appsforoffice.microsoft.com";

/** Where each program runs, and what it can do there. */
const programs = {
  Word: {
    host: "https://word-edit.officeapps.live.com",
    sets: { WordApi: 1.6, CompressedFile: 1.1, PdfFile: 1.1, File: 1.1, DialogApi: 1.2 },
  },
  Excel: {
    host: "https://excel.officeapps.live.com",
    sets: { ExcelApi: 1.14, CompressedFile: 1.1, PdfFile: 1.1, File: 1.1, DialogApi: 1.2 },
  },
  PowerPoint: {
    host: "https://powerpoint.officeapps.live.com",
    sets: { PowerPointApi: 1.4, CompressedFile: 1.1, PdfFile: 1.1, File: 1.1, DialogApi: 1.2 },
  },
} as const;

let script: Promise<string> | null = null;

/** The host's side, for a page. */
function hostScript(): Promise<string> {
  script ??= build({
    entryPoints: [join(root, "test/addin/host-page.ts")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "hostPage",
    target: "es2022",
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return script;
}

export interface Opening extends Partial<Omit<HostSettings, "file" | "pdf" | "program">> {
  readonly program?: HostSettings["program"];
  readonly file: Uint8Array;
  readonly pdf?: Uint8Array;
  readonly width?: number;
  readonly browser?: BrowserContextOptions;
  /** Where other windows were open before, so that what they kept is there. */
  readonly context?: BrowserContext;
}

export class OfficeWindow {
  readonly page: Page;
  readonly pane: Frame;
  /** What the browser complained about, but for answers that ask for another proof, and agents that are not there. */
  readonly complaints: string[];
  /** Every request that is neither the service's nor Office's own program. */
  readonly strangers: string[];

  private constructor(page: Page, pane: Frame, complaints: string[], strangers: string[]) {
    this.page = page;
    this.pane = pane;
    this.complaints = complaints;
    this.strangers = strangers;
  }

  static async open(browser: Browser, organisation: SecureOrganisation, opening: Opening): Promise<OfficeWindow> {
    const {
      program = "Word",
      file,
      pdf = new Uint8Array(0),
      width = 320,
      browser: options,
      context: given,
      ...more
    } = opening;
    const { host, sets } = programs[program];
    const settings: HostSettings = {
      program,
      file: Buffer.from(file).toString("base64"),
      pdf: Buffer.from(pdf).toString("base64"),
      url: "https://contoso.sharepoint.com/sites/plans/plan.docx",
      language: "en-US",
      properties: {},
      ...more,
      sets: more.sets ?? sets,
    };
    const fresh = { ignoreHTTPSErrors: true, locale: "en-US", ...options };
    const context = given ?? (await browser.newContext(fresh));
    if (given === undefined) onTestFinished(() => context.close());
    const strangers: string[] = [];
    const agents = organisation.agentPorts.map((port) => `localhost:${port}`);
    const name = { hostInfo: `${program}$Web$16.01$${settings.language}$$$$0`, xdmInfo: `conv1|app1|${host}` };
    const frame = `<iframe title="pane" allow="loopback-network" name='${JSON.stringify(name)}' style="border:0;width:${width}px;height:100vh" src="${organisation.origin}/addin/taskpane"></iframe>`;
    const start = `${await hostScript()};hostPage.beOffice(${JSON.stringify(settings)})`.replaceAll("</", "<\\/");
    const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${program}</title><style>body{margin:0}</style><script>${start}</script>${frame}`;
    await context.unrouteAll();
    await context.route("**/*", (route) => {
      const url = new URL(route.request().url());
      if (url.origin === organisation.origin || agents.includes(url.host)) return route.continue();
      if (url.origin === host && url.pathname === "/") return route.fulfill({ contentType: "text/html", body: html });
      const path = join(officeJs, normalize(url.pathname.replace("/lib/1/hosted/", "/")));
      if (url.origin === officeOrigin && existsSync(path))
        return route.fulfill({ contentType: "text/javascript", body: readFileSync(path) });
      if (url.protocol.startsWith("http")) strangers.push(url.href);
      return route.abort();
    });
    const page = await context.newPage();
    await page.setViewportSize({ width, height: 760 });
    const complaints: string[] = [];
    page.on("console", (message) => {
      const text = `${message.text()} ${message.location().url}`;
      const isExpected = /status of 40[01]/.test(text) || agents.some((origin) => text.includes(origin));
      if (["error", "warning"].includes(message.type()) && !isExpected) complaints.push(text);
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${host}/`);
    const pane = (await (await page.waitForSelector("iframe")).contentFrame())!;
    await pane.waitForSelector("#pane header, #pane main", { timeout: 15_000 }).catch((error) => {
      throw new Error(`the pane does not come: ${pane.url()} ${complaints.join("; ")}`, { cause: error });
    });
    return new OfficeWindow(page, pane, complaints, strangers);
  }

  /** @param press - what opens the window. */
  async signIn({ user, password }: { user: string; password: string }, press?: () => Promise<void>): Promise<void> {
    const [window] = await Promise.all([
      this.page.waitForEvent("popup"),
      press?.() ?? this.pane.click("main button.primary"),
    ]);
    await window.fill("#username", user);
    await window.fill("#password", password);
    await window.click("button.primary");
    await this.pane.waitForSelector("[role=tree], [role=alert], main > p");
  }

  /** Types the code that the agent of somebody shows. */
  async pair(organisation: SecureOrganisation, role: "writer" | "colleague"): Promise<void> {
    const { code, ended } = await organisation.code(role);
    await this.pane.fill("#code", code.toLowerCase());
    await this.pane.click("button:has-text('Connect')");
    await this.pane.waitForSelector("[role=tree], [role=alert]");
    await ended;
  }

  /** Opens what is above a label, and picks it. */
  async pick(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const title = this.pane.locator(".name", { hasText: new RegExp(`^${name}(,|$)`) });
      const item = this.pane.locator("[role=treeitem]", { has: title }).last();
      if ((await item.getAttribute("aria-expanded")) !== "true") await item.click();
    }
  }

  /** Presses the button, and waits for the file that comes of it. */
  async protect(): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.pane.click(".act button.primary")]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  /** What axe finds in the pane, in light and in dark. */
  async findings(): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await this.page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page: this.page }).include(["iframe", "body"]).analyze();
      found.push(...violations.map(({ id, nodes }) => `${colorScheme} ${id} ${nodes.map(({ html }) => html)}`));
    }
    await this.page.emulateMedia({ colorScheme: null });
    return found;
  }

  /** By how many pixels something sticks out to the side, with text of the usual size and of twice that. */
  async overflows(): Promise<number[]> {
    const measure = (size: string) => {
      document.documentElement.style.fontSize = size;
      return document.documentElement.scrollWidth - document.documentElement.clientWidth;
    };
    const found = [await this.pane.evaluate(measure, "87.5%"), await this.pane.evaluate(measure, "175%")];
    await this.pane.evaluate(() => document.documentElement.style.removeProperty("font-size"));
    return found;
  }

  /** What the document of the host is like now. */
  office = <T>(look: (office: HostWindow["office"]) => T): Promise<T> =>
    this.page.evaluate(`(${look})(window.office)`) as Promise<T>;
}
