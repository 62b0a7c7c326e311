import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { build } from "esbuild";
import type { BrowserContext, Frame, Page } from "playwright-core";
import { findings } from "../browser/accessibility.js";
import type { SecureOrganisation } from "./secure-organisation.js";

/** A page that answers as an Office program on the web does, and the pane of the add-in in it. */

const root = process.cwd();
const officeJs = join(root, "node_modules/@microsoft/office-js/dist");
const officeOrigin = "https://appsforoffice.microsoft.com";

/** Where the add-in's pages are, and agents may be. */
export interface Serving {
  readonly origin: string;
  readonly agentPorts: readonly number[];
}

/** What a program is, where it runs. */
export interface Host {
  readonly origin: string;
  readonly title: string;
  /** `test/addin/host-page.ts` */
  readonly script: string;
  /** What of the script is called, with JSON. */
  readonly start: string;
  readonly frames: string;
  readonly width: number;
  /** Other programs it takes from elsewhere, by the host they are at. */
  readonly programs?: Readonly<Record<string, string>>;
  /** What it complains about without the add-in. */
  readonly isExpected?: RegExp;
}

const scripts = new Map<string, Promise<string>>();

/** The host's side, for a page. */
function bundled(entry: string): Promise<string> {
  const bundle = async () => {
    const how = { bundle: true, write: false, format: "iife", globalName: "hostPage", target: "es2022" } as const;
    const { outputFiles } = await build({ entryPoints: [join(root, entry)], ...how });
    return outputFiles[0]!.text;
  };
  const known = scripts.get(entry) ?? bundle();
  scripts.set(entry, known);
  return known;
}

async function htmlOf({ script, start, title, frames }: Host): Promise<string> {
  const code = `${await bundled(script)};hostPage.${start}`.replaceAll("</", "<\\/");
  const head = `<meta charset="utf-8"><title>${title}</title><style>body{margin:0}</style>`;
  return `<!doctype html><html lang="en">${head}<script>${code}</script>${frames}`;
}

/** A frame with what Office says of itself in its name. @param info - `Word$Web$16.01$en-US`. */
export function frameOf(title: string, src: string, style: string, info: string, conversation: string): string {
  const name = JSON.stringify({ hostInfo: `${info}$$$$0`, xdmInfo: conversation });
  return `<iframe title="${title}" allow="loopback-network; local-network-access" name='${name}' style="${style}" src="${src}"></iframe>`;
}

export interface Opened {
  readonly page: Page;
  readonly pane: Frame;
  /** What the browser complained about, but for answers that ask for another proof, and agents that are not there. */
  readonly complaints: string[];
  /** Every request that is neither the service's nor Office's own program. */
  readonly strangers: string[];
}

/** @param context - of its own, which ignores that the service's certificate is its own; what windows before kept is there. */
export async function openHost(context: BrowserContext, { origin, agentPorts }: Serving, host: Host): Promise<Opened> {
  const agents = agentPorts.map((port) => `localhost:${port}`);
  const html = await htmlOf(host);
  const strangers: string[] = [];
  await context.unrouteAll();
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    const script = (body: string | Buffer) => route.fulfill({ contentType: "text/javascript", body });
    if (url.origin === origin || agents.includes(url.host)) return route.continue();
    if (url.origin === host.origin && url.pathname === "/")
      return route.fulfill({ contentType: "text/html", body: html });
    const program = host.programs?.[url.hostname];
    if (program !== undefined) return script(program);
    const path = join(officeJs, normalize(url.pathname.replace("/lib/1/hosted/", "/")));
    if (url.origin === officeOrigin && existsSync(path)) return script(readFileSync(path));
    if (url.protocol.startsWith("http")) strangers.push(url.href);
    return route.abort();
  });
  const page = await context.newPage();
  await page.setViewportSize({ width: host.width, height: 760 });
  const complaints = complaintsOf(page, agents, host.isExpected);
  await page.goto(`${host.origin}/`);
  const pane = await frameIn(page, "pane");
  await pane.waitForSelector("#pane header, #pane main", { timeout: 20_000 }).catch((error) => {
    throw new Error(`the pane does not come: ${pane.url()} ${complaints.join("; ")}`, { cause: error });
  });
  return { page, pane, complaints, strangers };
}

export const frameIn = async (page: Page, title: string): Promise<Frame> =>
  (await (await page.waitForSelector(`iframe[title=${title}]`, { state: "attached" })).contentFrame())!;

function complaintsOf(page: Page, agents: readonly string[], isExpected = /^$/): string[] {
  const complaints: string[] = [];
  const complain = (text: string) => {
    const isKnown = /status of 40[01]|Unrecognized feature/.test(text) || agents.some((one) => text.includes(one));
    if (!isKnown && !isExpected.test(text)) complaints.push(text);
  };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complain(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => complain(String(error)));
  return complaints;
}

/** What a person does in any pane. */
export class PaneWindow implements Opened {
  readonly page: Page;
  readonly pane: Frame;
  readonly complaints: string[];
  readonly strangers: string[];

  protected constructor({ page, pane, complaints, strangers }: Opened) {
    this.page = page;
    this.pane = pane;
    this.complaints = complaints;
    this.strangers = strangers;
  }

  /** @param press - what opens the window. */
  async signIn({ user, password }: { user: string; password: string }, press?: () => Promise<void>): Promise<void> {
    const [window] = await Promise.all([
      this.page.waitForEvent("popup"),
      press?.() ?? this.pane.click("main button.primary"),
    ]);
    await window.fill("#username", user).catch(async (error) => {
      throw new Error(`${window.url()} shows: ${await window.textContent("body").catch(String)}`, { cause: error });
    });
    await window.fill("#password", password);
    await window.click("button.primary");
    await this.pane.waitForSelector("[role=tree], [role=alert], main > p, .about [role=status], .act");
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

  /** What axe finds in the pane. */
  findings = (): Promise<string[]> => findings(this.page, this.pane);

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
}
