import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { build } from "esbuild";
import type { BrowserContext, Frame, Page } from "playwright-core";
import type { HostAttachment, HostMail, MailHostWindow } from "./mail-host-page.js";

/** A mail in a page that answers as Outlook on the web does, with the pane of the add-in beside it, and its events behind. */

const root = process.cwd();
const officeJs = join(root, "node_modules/@microsoft/office-js/dist");
const officeOrigin = "https://appsforoffice.microsoft.com";
const host = "https://outlook.office.com";
/** What Outlook's programs take from Microsoft's old library, which npm lacks. */
const ajax =
  "window.Sys={StringBuilder:function(){},Debug:{trace(){}}};window.Type={registerNamespace(){},registerClass(){}};" +
  "Function.prototype.registerClass=function(){};Function._validateParams=Function._validateParameter=function(){return null};" +
  "Function.createDelegate=function(i,m){return function(){return m.apply(i,arguments)}};";

let script: Promise<string> | null = null;

function hostScript(): Promise<string> {
  script ??= build({
    entryPoints: [join(root, "test/addin/mail/mail-host-page.ts")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "hostPage",
    target: "es2022",
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return script;
}

export interface MailOpening extends Partial<Omit<HostMail, "attachments">> {
  readonly attachments?: readonly (Omit<HostAttachment, "id"> & { readonly id?: string })[];
  readonly width?: number;
}

/** Where the add-in's pages are, and agents may be. */
export interface Serving {
  readonly origin: string;
  readonly agentPorts: readonly number[];
}

/** What Outlook is told when a mail is to leave. */
export interface SendAnswer {
  readonly allowEvent: boolean;
  readonly errorMessage?: string;
  readonly ms: number;
}

export const fileOf = (name: string, content: Uint8Array | string, more: Partial<HostAttachment> = {}) => ({
  name,
  content: Buffer.from(content).toString("base64"),
  attachmentType: 0 as const,
  isInline: false,
  ...more,
});

export class OutlookWindow {
  readonly page: Page;
  readonly pane: Frame;
  readonly events: Frame;
  /** What the browser complained about, but for answers that ask for another proof, and agents that are not there. */
  readonly complaints: string[];
  /** Every request that is neither the service's nor Office's own program. */
  readonly strangers: string[];

  private constructor(page: Page, pane: Frame, events: Frame, complaints: string[], strangers: string[]) {
    this.page = page;
    this.pane = pane;
    this.events = events;
    this.complaints = complaints;
    this.strangers = strangers;
  }

  /** @param context - of its own, which ignores that the service's certificate is its own. */
  static async open(context: BrowserContext, organisation: Serving, opening: MailOpening): Promise<OutlookWindow> {
    const { width = 320, ...more } = opening;
    const attachments = (more.attachments ?? []).map((one, at) => ({ ...one, id: one.id ?? `AAMk-${at}=` }));
    const mail: HostMail = {
      form: "compose",
      language: "en-US",
      mailbox: 1.14,
      to: [],
      cc: [],
      bcc: [],
      headers: {},
      body: "",
      context: "",
      silent: [],
      ...more,
      attachments,
    };
    const strangers: string[] = [];
    const agents = organisation.agentPorts.map((port) => `localhost:${port}`);
    const frame = (conversation: string, path: string, style: string) => {
      const name = { hostInfo: `Outlook$Web$16.01$${mail.language}$$$$0`, xdmInfo: `${conversation}|app1|${host}` };
      return `<iframe title="${conversation}" allow="loopback-network; local-network-access" name='${JSON.stringify(name)}' style="${style}" src="${organisation.origin}${path}"></iframe>`;
    };
    const pane = frame("pane", "/addin/mail", `border:0;width:${width}px;height:100vh`);
    const events = mail.form === "compose" ? frame("events", "/addin/events", "display:none") : "";
    const start = `${await hostScript()};hostPage.beOutlook(${JSON.stringify(mail)})`.replaceAll("</", "<\\/");
    const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Outlook</title><style>body{margin:0}</style><script>${start}</script>${pane}${events}`;
    await context.route("**/*", (route) => {
      const url = new URL(route.request().url());
      if (url.origin === organisation.origin || agents.includes(url.host)) return route.continue();
      if (url.origin === host && url.pathname === "/") return route.fulfill({ contentType: "text/html", body: html });
      if (url.hostname === "ajax.aspnetcdn.com") return route.fulfill({ contentType: "text/javascript", body: ajax });
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
      const isExpected = /status of 40[01]|Unrecognized feature/.test(text) || agents.some((one) => text.includes(one));
      if (["error", "warning"].includes(message.type()) && !isExpected) complaints.push(text);
    });
    page.on("pageerror", (error) => {
      // of that library, and of a name in it
      if (!/MicrosoftAjax|_u is not defined/.test(String(error))) complaints.push(String(error));
    });
    await page.goto(`${host}/`);
    const frameOf = async (title: string) =>
      (await (await page.waitForSelector(`iframe[title=${title}]`, { state: "attached" })).contentFrame())!;
    const shown = await frameOf("pane");
    await shown.waitForSelector("#pane header, #pane main", { timeout: 20_000 }).catch((error) => {
      throw new Error(`the pane does not come: ${shown.url()} ${complaints.join("; ")}`, { cause: error });
    });
    const behind = mail.form === "compose" ? await frameOf("events") : shown;
    return new OutlookWindow(page, shown, behind, complaints, strangers);
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
    await this.pane.waitForSelector("[role=tree], [role=alert], .about [role=status], .act");
  }

  /** Opens what is above a label, and picks it. */
  async pick(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const title = this.pane.locator(".name", { hasText: new RegExp(`^${name}(,|$)`) });
      const item = this.pane.locator("[role=treeitem]", { has: title }).last();
      if ((await item.getAttribute("aria-expanded")) !== "true") await item.click();
    }
  }

  /** Presses the button, and waits until there is one again. */
  async protect(): Promise<void> {
    await this.pane.press(".act button.primary", "Enter");
    await this.pane.waitForSelector(".act button.primary, [role=alert]", { timeout: 60_000 });
  }

  /** Each attachment as the pane shows it: its name and its state. */
  files = (): Promise<string[]> =>
    this.pane.$$eval(".file", (all) =>
      all.map((one) => `${one.querySelector(".name")!.textContent}: ${one.lastElementChild!.textContent}`),
    );

  /** Lets Outlook call an event, as it does when something happens in the mail. */
  async fire(name: string, about: object = {}): Promise<SendAnswer> {
    await this.events.waitForFunction(() => "Office" in window && Office.context?.mailbox?.item !== undefined);
    return this.events.evaluate(
      ([event, given]) => {
        const { mappings } = (Office.actions as unknown as { _association: { mappings: Record<string, unknown> } })
          ._association;
        const handler = Object.entries(mappings).find(([key]) => key.toLowerCase() === event!.toLowerCase())![1];
        const startMs = performance.now();
        return new Promise<SendAnswer>((resolve) => {
          const completed = (said: Partial<SendAnswer> = {}) =>
            resolve({ allowEvent: true, ...said, ms: performance.now() - startMs });
          (handler as (event: object) => void)({ ...JSON.parse(given!), completed });
        });
      },
      [name, JSON.stringify(about)],
    );
  }

  send = (): Promise<SendAnswer> => this.fire("onMessageSend");

  /** What axe finds in the pane, in light and in dark. */
  async findings(): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await this.page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page: this.page })
        .include(["iframe[title=pane]", "body"])
        .analyze();
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

  /** What the mail is like now. */
  outlook = <T>(look: (outlook: MailHostWindow["outlook"]) => T): Promise<T> =>
    this.page.evaluate(`(${look})(window.outlook)`) as Promise<T>;

  /** What is attached, as whoever gets the mail has it. */
  async received(): Promise<{ name: string; bytes: Buffer }[]> {
    const all = await this.outlook(({ attachments }) => attachments.map(({ name, content }) => ({ name, content })));
    return all.map(({ name, content }) => ({ name, bytes: Buffer.from(content, "base64") }));
  }
}
