import { readFileSync } from "node:fs";
import type { BrowserContext } from "playwright-core";
import type { HostSettings, HostWindow } from "./host-page.js";
import { frameOf, openHost, PaneWindow, type Serving } from "./pane-window.js";

/** A document open in a page that answers as Office on the web does, and the pane of the add-in beside it. */

/** Where each program runs, and what it can do there. */
const programs = {
  Word: {
    origin: "https://word-edit.officeapps.live.com",
    sets: { WordApi: 1.6, CompressedFile: 1.1, PdfFile: 1.1, File: 1.1, DialogApi: 1.2 },
  },
  Excel: {
    origin: "https://excel.officeapps.live.com",
    sets: { ExcelApi: 1.14, CompressedFile: 1.1, PdfFile: 1.1, File: 1.1, DialogApi: 1.2 },
  },
  PowerPoint: {
    origin: "https://powerpoint.officeapps.live.com",
    sets: { PowerPointApi: 1.4, CompressedFile: 1.1, PdfFile: 1.1, File: 1.1, DialogApi: 1.2 },
  },
} as const;

export interface Opening extends Partial<Omit<HostSettings, "file" | "pdf" | "program">> {
  readonly program?: HostSettings["program"];
  readonly file: Uint8Array;
  readonly pdf?: Uint8Array;
  readonly width?: number;
}

export class OfficeWindow extends PaneWindow {
  /** @param context - as `openHost` takes it. */
  static async open(context: BrowserContext, organisation: Serving, opening: Opening): Promise<OfficeWindow> {
    const { program = "Word", file, pdf = new Uint8Array(0), width = 320, ...more } = opening;
    const { origin, sets } = programs[program];
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
    const style = `border:0;width:${width}px;height:100vh`;
    const [info, conversation] = [`${program}$Web$16.01$${settings.language}`, `conv1|app1|${origin}`];
    const frames = frameOf("pane", `${organisation.origin}/addin/taskpane`, style, info, conversation);
    const start = `beOffice(${JSON.stringify(settings)})`;
    const script = "test/addin/host-page.ts";
    return new OfficeWindow(
      await openHost(context, organisation, { origin, title: program, script, start, frames, width }),
    );
  }

  /** Presses the button, and waits for the file that comes of it. */
  async protect(): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.pane.click(".act button.primary")]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  /** What the document of the host is like now. */
  office = <T>(look: (office: HostWindow["office"]) => T): Promise<T> =>
    this.page.evaluate(`(${look})(window.office)`) as Promise<T>;
}
