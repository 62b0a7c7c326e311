import type { BrowserContext, Frame } from "playwright-core";
import { frameIn, frameOf, type Opened, openHost, PaneWindow, type Serving } from "../pane-window.js";
import type { HostAttachment, HostMail, MailHostWindow } from "./mail-host-page.js";

/** A mail in a page that answers as Outlook on the web does, with the pane of the add-in beside it, and its events behind. */

const origin = "https://outlook.office.com";
/** What Outlook's programs take from Microsoft's old library, which npm lacks. */
const ajax =
  "window.Sys={StringBuilder:function(){},Debug:{trace(){}}};window.Type={registerNamespace(){},registerClass(){}};" +
  "Function.prototype.registerClass=function(){};Function._validateParams=Function._validateParameter=function(){return null};" +
  "Function.createDelegate=function(i,m){return function(){return m.apply(i,arguments)}};";

export interface MailOpening extends Partial<Omit<HostMail, "attachments">> {
  readonly attachments?: readonly (Omit<HostAttachment, "id"> & { readonly id?: string })[];
  readonly width?: number;
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

export class OutlookWindow extends PaneWindow {
  readonly events: Frame;

  private constructor(opened: Opened, events: Frame) {
    super(opened);
    this.events = events;
  }

  /** @param context - as `openHost` takes it. */
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
    const frame = (title: string, path: string, style: string) =>
      frameOf(
        title,
        organisation.origin + path,
        style,
        `Outlook$Web$16.01$${mail.language}`,
        `${title}|app1|${origin}`,
      );
    const pane = frame("pane", "/addin/mail", `border:0;width:${width}px;height:100vh`);
    const isComposed = mail.form === "compose";
    const opened = await openHost(context, organisation, {
      origin,
      title: "Outlook",
      script: "test/addin/mail/mail-host-page.ts",
      start: `beOutlook(${JSON.stringify(mail)})`,
      frames: isComposed ? pane + frame("events", "/addin/events", "display:none") : pane,
      width,
      programs: { "ajax.aspnetcdn.com": ajax },
      isExpected: /MicrosoftAjax|_u is not defined/, // that library, and a name in it
    });
    return new OutlookWindow(opened, isComposed ? await frameIn(opened.page, "events") : opened.pane);
  }

  /** Presses the button, and waits until there is one again. */
  async protect(): Promise<void> {
    await this.pane.press(".act button.primary", "Enter");
    await this.pane.waitForSelector(".act :is(button.primary, .done), [role=alert]", { timeout: 60_000 });
  }

  /** Each attachment as the pane shows it: its name and its state. */
  files = (): Promise<string[]> =>
    this.pane.$$eval(".file", (all) =>
      all.map(
        (one) => `${one.querySelector(".name")!.textContent}: ${one.querySelector(".help, .wrong")!.textContent}`,
      ),
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

  /** What the mail is like now. */
  outlook = <T>(look: (outlook: MailHostWindow["outlook"]) => T): Promise<T> =>
    this.page.evaluate(`(${look})(window.outlook)`) as Promise<T>;

  /** What is attached, as whoever gets the mail has it. */
  async received(): Promise<{ name: string; bytes: Buffer }[]> {
    const all = await this.outlook(({ attachments }) => attachments.map(({ name, content }) => ({ name, content })));
    return all.map(({ name, content }) => ({ name, bytes: Buffer.from(content, "base64") }));
  }
}
