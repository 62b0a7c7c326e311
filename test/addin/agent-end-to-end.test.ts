import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { officeProgram } from "../agent/link/office-program.js";
import { launchChromium } from "../browser/chromium.js";
import { freePort } from "../free-port.js";
import { makePackage, wordParts } from "../office-documents.js";
import type { Agent } from "../scenarios/agents.js";
import { until } from "../scenarios/seal.js";
import { openOffice, type TestOpening } from "./open-office.js";
import { SecureOrganisation } from "./secure-organisation.js";

/**
 * From the pane through the agent of its person to a reader: the real Office.js in a page that answers as Office on the web
 * does, a real agent and service. The browser takes the service for one of the internet, so that its rule for pages that
 * talk to this computer is in force.
 */

let browser: Browser;
let contoso: SecureOrganisation;
/** One where the rule allows it, and the pane has met the agent. */
let met: BrowserContext;
let documents: string;
let agent: Agent;

beforeAll(async () => {
  const port = await freePort();
  [browser, contoso] = await Promise.all([
    launchChromium([
      `--ip-address-space-overrides=127.0.0.1:${port}=public`,
      "--disable-features=Translate", // in place of Playwright's list, which takes the storage of frames away
    ]),
    SecureOrganisation.found({ port }),
  ]);
  documents = join(contoso.folder, "documents");
  await mkdir(documents);
  makePackage(join(documents, "plan.docx"), wordParts("quicksilver-canary"));
  await contoso.changeLabels((labels) => {
    for (const label of labels) label.pdfCopy = false; // which LibreOffice takes its time for
  });
  for (const role of ["writer", "colleague", "outsider"] as const) await contoso.signIn(role);
  agent = await contoso.startAgent("writer");
  met = await contextWith(["local-network-access"]);
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

/** Where the browser's rule allows pages to talk to this computer, or does not. */
async function contextWith(grants: string[]): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US" });
  await context.grantPermissions(grants);
  return context;
}
const put = (name: string): string => {
  copyFileSync(join(documents, "plan.docx"), join(documents, name));
  return join(documents, name);
};
const open = (opening: Partial<TestOpening>) =>
  openOffice(browser, contoso, {
    file: readFileSync(join(documents, "plan.docx")),
    context: met,
    ...opening,
  });
const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });
const isProtected = (path: string) => readFileSync(path).subarray(0, 4).toString("hex") === "d0cf11e0";
const opensFor = async (role: "colleague" | "outsider", path: string) => {
  const name = path.split("/").at(-1)!;
  const clear = await contoso.opened(role, name, readFileSync(path));
  return typeof clear === "number" ? clear : clear.subarray(0, 2).toString();
};

describe("Word", () => {
  it("meets the agent by its code; then it protects the document's own file, once Word has closed it", async () => {
    const path = put("meeting.docx");
    const close = officeProgram(path);
    const office = await open({ url: path });
    await office.pane.waitForSelector("text=Word and the agent have not met yet");
    await office.pane.click("button:has-text('Show the code')");
    await office.pane.waitForSelector("text=seal pair");
    await office.pane.click("button:has-text('Connect')");
    await office.pane.waitForSelector("text=Type the eight letters and digits");
    await office.pair(contoso, "writer");
    expect(await office.pane.textContent("footer")).toContain("Agent connected");
    await office.pick("Confidential", "Project");
    expect(await office.pane.textContent("#what")).toContain("meeting.docx is saved now, and protected as soon as");
    await office.pane.click(".act button.primary");
    await office.pane.waitForSelector("h2:has-text('Protected when you close it')");
    expect(await office.office(({ document }) => document.saved)).toBe(1);
    expect(isProtected(path)).toBe(false);
    await close();
    await office.pane.waitForSelector("text=meeting.docx is protected, where it was");
    expect(isProtected(path)).toBe(true);
    expect(await opensFor("colleague", path)).toBe("PK");
    expect(await opensFor("outsider", path)).toBe(3);
    expect([office.complaints, office.strangers]).toEqual([[], []]);
  });

  it("is told what goes on without the pane, also by the agent's next start, and what was taken back", async () => {
    const [kept, taken] = [put("kept.docx"), put("taken.docx")];
    const closing = [officeProgram(kept), officeProgram(taken)];
    for (const path of [kept, taken]) {
      const office = await open({ url: path });
      await office.pane.waitForSelector("[role=tree]");
      await office.pick("Confidential", "Project");
      await office.pane.click(".act button.primary");
      await office.pane.waitForSelector("h2:has-text('Protected when you close it')");
      if (path === taken) {
        await office.pane.click("button:has-text('Undo')");
        await office.pane.waitForSelector("text=The document is as it was");
      }
      await office.page.close();
    }
    await agent.kill();
    for (const close of closing) await close();
    expect(isProtected(kept)).toBe(false);
    const squatter = createServer().listen(await freePort(), "127.0.0.1"); // no page reaches the next one
    onTestFinished(() => void squatter.close());
    await once(squatter, "listening");
    agent = await contoso.startAgent("writer", { ports: [(squatter.address() as AddressInfo).port] });
    await until("the document to be protected", () => isProtected(kept));
    await agent.kill();
    agent = await contoso.startAgent("writer");
    expect(await opensFor("colleague", kept)).toBe("PK");
    expect(isProtected(taken)).toBe(false);
  });

  it("protects a copy where no program of this computer has the document open, and says why", async () => {
    const office = await open({ url: put("elsewhere.docx") });
    await office.pane.waitForSelector("[role=tree]");
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    expect(name).toBe("elsewhere.docx");
    expect(await office.pane.textContent("main")).toContain("The agent does not see elsewhere.docx open in Word");
    expect(typeof (await contoso.opened("colleague", name, bytes))).toBe("object");
    expect(isProtected(join(documents, "elsewhere.docx"))).toBe(false);
  });
});

describe("Excel and PowerPoint", () => {
  it("Excel has a copy of what lies on the web protected, with progress", async () => {
    const office = await open({ program: "Excel", url: "https://contoso.sharepoint.com/sites/plans/sums.xlsx" });
    await office.pane.waitForSelector("[role=tree]");
    await office.pick("Confidential", "Project");
    expect(await office.pane.textContent("#what")).toContain("A protected copy");
    const { name, bytes } = await office.protect();
    expect(name).toBe("sums.xlsx");
    expect(typeof (await contoso.opened("colleague", name, bytes))).toBe("object");
    expect([office.complaints, office.strangers]).toEqual([[], []]);
  });

  it("PowerPoint has a copy withdrawn again, by the agent", async () => {
    const office = await open({ program: "PowerPoint", url: "https://contoso.sharepoint.com/sites/plans/back.pptx" });
    await office.pane.waitForSelector("[role=tree]");
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    await office.pane.click("button:has-text('Undo')");
    await office.pane.waitForSelector("text=back.pptx was withdrawn");
    expect(await contoso.opened("colleague", name, bytes)).toBe(3);
  });

  it("PowerPoint, which nobody saves from a pane, has its file protected with permissions of one's own", async () => {
    const path = put("show.pptx");
    const close = officeProgram(path);
    const office = await open({ program: "PowerPoint", url: path });
    await office.pane.waitForSelector("[role=tree]");
    await office.pane.click("button:has-text('Custom permissions')");
    await office.pane.fill("#who-0", "fish");
    await office.pane.waitForSelector("[role=option]:has-text('Bob Fisher')"); // whom the agent's service finds
    await office.pane.fill("#who-0", contoso.person("outsider").user);
    expect(await office.pane.textContent("#what")).toContain("as soon as you have saved and closed it in PowerPoint");
    await office.pane.click(".act button.primary");
    await office.pane.waitForSelector("h2:has-text('Protected when you close it')");
    await close();
    await office.pane.waitForSelector("text=show.pptx is protected, where it was");
    expect(await opensFor("colleague", path)).toBe(3);
  });

  it("Excel on the web has only pages to give: the agent makes a copy to look at of them", async () => {
    const pdf = Buffer.from("%PDF-1.7\nquicksilver pages\n%%EOF\n");
    const sets = { ExcelApi: 1.14, PdfFile: 1.1, DialogApi: 1.2 };
    const office = await open({ program: "Excel", pdf, sets, url: "https://contoso.sharepoint.com/sums.xlsx" });
    await office.pane.waitForSelector("[role=tree]");
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    expect(name).toBe("sums.ppdf");
    expect((await contoso.seal("colleague", ["cat", "-"], bytes)).out.toString()).toBe(pdf.toString());
  });
});

describe("where the agent does not protect, the pane says why, and does it itself", () => {
  it("this browser lets no page talk to this computer", async () => {
    const context = await contextWith([]);
    onTestFinished(() => context.close());
    const office = await open({ context });
    await office.pane.waitForSelector("text=This browser does not let Office talk to programs on this computer");
    await office.signIn(contoso.person("writer"));
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    expect(typeof (await contoso.opened("colleague", name, bytes))).toBe("object");
    expect(await office.pane.textContent("footer")).toContain("Protects in this pane");
  });

  it("the agent is somebody else's", async () => {
    const office = await open({});
    await office.pane.waitForSelector("[role=tree]");
    const [window] = await Promise.all([
      office.page.waitForEvent("popup"),
      office.pane.click("button:has-text('Use another account')"),
    ]);
    const { user, password } = contoso.person("colleague");
    await window.fill("#username", user);
    await window.fill("#password", password);
    await window.click("button.primary");
    await soon(() => office.pane.textContent("footer")).toContain("is signed in as");
    await office.pane.click("button:has-text('Sign out')");
    await soon(() => office.pane.textContent("footer")).toContain("Agent connected");
  });

  it("nobody is signed in to it any more, or it is gone", async () => {
    const path = put("gone.docx");
    const office = await open({ url: "https://contoso.sharepoint.com/gone.docx" });
    await office.pane.waitForSelector("[role=tree]");
    await office.pick("Confidential", "Project");
    await contoso.seal("writer", ["logout"]);
    await office.pane.click(".act button.primary");
    await office.pane.waitForSelector("[role=alert]");
    expect(await office.pane.textContent("main")).toContain("Nobody is signed in to the agent any more");
    await office.pane.click("button:has-text('Protect without it')");
    await met.clearCookies(); // of the sign-in before
    await office.signIn(contoso.person("writer"));
    expect((await office.protect()).name).toBe("gone.docx");
    expect(isProtected(path)).toBe(false);
  });
});
