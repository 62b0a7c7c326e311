import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceOf } from "../../shared/bytes.js";
import { carriedLabels } from "../../shared/format/carrier.js";
import type { Label } from "../../shared/label.js";
import { launchChromium } from "../browser/chromium.js";
import { excelParts, makePackage, partsOf, wordParts } from "../office-documents.js";
import type { OfficeWindow } from "./office.js";
import { openOffice } from "./open-office.js";
import { SecureOrganisation } from "./secure-organisation.js";

/**
 * From the pane to a reader: the real Office.js in a page that answers as Office on the web does, a real service, a real
 * document, and somebody else's real command line.
 */

let browser: Browser;
let contoso: SecureOrganisation;
/** A package; what is in it does not matter to Office.js, nor to protection. */
let file: Buffer;
let labels: Label[];

beforeAll(async () => {
  // pages of public sites may not look at this computer; here all of them are on it
  [browser, contoso] = await Promise.all([
    launchChromium(["--disable-features=LocalNetworkAccessChecks"]),
    SecureOrganisation.found(),
  ]);
  const path = join(contoso.folder, "plan.docx");
  makePackage(path, wordParts("quicksilver-canary"));
  file = readFileSync(path);
  await contoso.changeLabels((all) => {
    labels = all;
    const named = (name: string) => all.find(({ names }) => names.en === name)!;
    named("All employees").marking = { watermark: { text: { en: "For us" } } };
    named("General").marking = {
      header: { text: { en: "General", de: "Allgemein" }, color: "#0078d4", alignment: "right" },
      footer: { text: { en: "Ours & yours" } },
      watermark: { text: { en: "Draft & old" } },
    };
  });
  await contoso.signIn("colleague");
  await contoso.signIn("outsider");
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });
const writer = () => contoso.person("writer");
const labelOf = (name: string) => labels.find(({ names }) => names.en === name)!;
const sharePoint = "https://contoso.sharepoint.com/sites/plans/";
const quiet = (office: OfficeWindow) => expect([office.complaints, office.strangers]).toEqual([[], []]);

/** The name of the label inside a clear document, which must be the one that was open otherwise. */
async function holds(clear: Buffer | number): Promise<string | null> {
  if (typeof clear === "number") throw new Error(`not opened: ${clear}`);
  expect(wordText(clear)).toBe(wordText(file));
  return (await carriedLabels("package", sourceOf(Uint8Array.from(clear))))[0]?.name ?? null;
}

/** The part that holds a document's text. */
function wordText(docx: Buffer): string {
  const script =
    "import io,sys,zipfile; sys.stdout.write(zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())).read('word/document.xml').decode())";
  return execFileSync("/usr/bin/python3", ["-c", script], { input: docx, encoding: "utf8" });
}

type Listed = { list: { Key: string; Value: string }[] };
const propertiesIn = (office: OfficeWindow, what: "CustomProperties" | "Custom") =>
  office
    .office(({ document }) => document.Properties as Record<string, unknown> as unknown as Record<string, Listed>)
    .then((all) => Object.fromEntries(all[what]!.list.map(({ Key, Value }) => [Key, Value])));

describe("Word", () => {
  it("protects under a label: a colleague opens the copy, and nobody else does", async () => {
    const office = await openOffice(browser, contoso, { file });
    await office.signIn(writer());
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    expect(name).toBe("plan.docx");
    expect(bytes.includes("quicksilver")).toBe(false);
    expect(await holds(await contoso.opened("colleague", name, bytes))).toBe("Confidential/Project");
    expect(await contoso.opened("outsider", name, bytes)).toBe(3);
    const { id } = labelOf("Project");
    expect(await propertiesIn(office, "CustomProperties")).toMatchObject({
      [`MSIP_Label_${id}_Enabled`]: "true",
      [`MSIP_Label_${id}_ContentBits`]: "8",
    });
    expect(await office.pane.textContent("#pane > header h1")).toBe("Confidential · Project");
    expect(await office.office(({ openFiles }) => openFiles)).toBe(0);
    quiet(office);
  });

  it("labels with what the label shows, in the language of the document, and takes it out again", async () => {
    const office = await openOffice(browser, contoso, { file, language: "de-DE" });
    await office.signIn(writer());
    await office.pick("Allgemein");
    await office.pane.click("button:has-text('Bezeichnen als Allgemein')");
    await office.pane.waitForSelector("text=Speichern Sie das Dokument");
    const texts = () =>
      office.office(({ document }) =>
        [...(document.bodies as Map<string, { paragraphs: Record<string, unknown>[] }>)].map(
          ([place, { paragraphs }]) => `${place}: ${paragraphs.map(({ Text }) => Text)}`,
        ),
      );
    expect((await texts()).sort()).toEqual([
      "footer EvenPages: Ours & yours",
      "footer FirstPage: Ours & yours",
      "footer Primary: Ours & yours",
      "header EvenPages: Allgemein,Draft &amp; old",
      "header FirstPage: Allgemein,Draft &amp; old",
      "header Primary: Allgemein,Draft &amp; old",
    ]);
    await office.pane.click("button:has-text('Dokument speichern')");
    await office.pane.waitForSelector("text=Das Dokument ist gespeichert");
    expect(await office.office(({ document }) => document.saved)).toBe(1);
    await office.pane.click("button:has-text('Rückgängig')");
    await office.pane.waitForSelector("text=Rückgängig gemacht");
    expect((await texts()).every((text) => text.endsWith(": "))).toBe(true);
    quiet(office);
  });

  it("asks why a less sensitive label is enough, and tells the administrators", async () => {
    const { id } = labelOf("Specific people");
    const tenant = await contoso.tenant();
    const office = await openOffice(browser, contoso, {
      file,
      properties: { [`MSIP_Label_${id}_Enabled`]: "true", [`MSIP_Label_${id}_SiteId`]: tenant },
    });
    await office.signIn(writer());
    expect(await office.pane.textContent("#pane > header h1")).toBe("Highly confidential · Specific people");
    await office.pick("Confidential", "All employees");
    expect(await office.pane.getAttribute(".act button", "aria-disabled")).toBe("true");
    await office.pane.fill("#reason", "it is for everybody now");
    const { bytes } = await office.protect();
    expect(await contoso.opened("colleague", "all.docx", bytes)).toBe(3); // they may edit, not take protection off
    const audit = await contoso.seal("administrator", ["admin", "audit", "list", "--json"]);
    expect(audit.text).toContain("it is for everybody now");
    quiet(office);
  });

  it("protects with permissions of one's own, made and pressed by keyboard alone", async () => {
    const office = await openOffice(browser, contoso, { file, url: "" });
    const { page, pane } = office;
    await office.signIn(writer(), async () => {
      await pane.focus("main button.primary");
      await page.keyboard.press("Enter");
    });
    const focused = () => pane.evaluate("document.activeElement.textContent");
    await pane.focus("[role=treeitem][tabindex='0']");
    for (const key of ["End", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    expect(await focused()).toContain("Recipients only");
    await page.keyboard.press("Enter");
    await soon(() => pane.evaluate("document.activeElement.id")).toBe("who-0");
    await page.keyboard.type(contoso.person("outsider").user);
    await page.keyboard.press("Tab");
    await page.keyboard.type("Co-owner");
    expect(await pane.locator("#who-0-role").inputValue()).toBe("Co-owner");
    expect(await office.findings()).toEqual([]);
    expect(await office.overflows()).toEqual([0, 0]);
    while (!/^Protect as/.test(String(await focused()))) await page.keyboard.press("Tab");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toBe("Document.docx");
    await pane.waitForSelector("h2");
    expect(await office.findings()).toEqual([]);
    expect(await office.overflows()).toEqual([0, 0]);
    const bytes = readFileSync(await download.path());
    expect(await holds(await contoso.opened("outsider", "own.docx", bytes))).toBe("Confidential/Recipients only");
    expect(await contoso.opened("colleague", "own2.docx", bytes)).toBe(3);
    quiet(office);
  });
});

describe("whom to name", () => {
  it("is offered while it is typed, and taken by keyboard or mouse", async () => {
    const office = await openOffice(browser, contoso, { file });
    const { page, pane } = office;
    await office.signIn(writer());
    await pane.click("button.custom");
    const option = pane.locator("[role=option]");
    await page.keyboard.type("b");
    await page.keyboard.type("o");
    await soon(() => option.allTextContents()).toEqual([`Bob Fisher${contoso.person("colleague").user}`]);
    await page.keyboard.press("ArrowDown");
    expect(await pane.getAttribute("#who-0", "aria-activedescendant")).toBe(await option.getAttribute("id"));
    await page.keyboard.press("Enter");
    expect(await pane.inputValue("#who-0")).toBe(contoso.person("colleague").user);
    expect(await option.count()).toBe(0);
    await pane.fill("#who-0", "proj");
    await option.click();
    expect(await pane.inputValue("#who-0")).toMatch(/^project@/);
    await pane.fill("#who-0", "bob");
    await option.waitFor();
    await page.keyboard.press("Escape");
    expect(await option.count()).toBe(0);
    expect(await pane.inputValue("#who-0")).toBe("bob");
    expect(await pane.evaluate("document.activeElement.id")).toBe("who-0");
    expect(await pane.locator(".wrong").count()).toBe(0); // half a name is not wrong yet
    expect(await pane.textContent("#what")).toBe("An address is not complete yet.");
    await page.keyboard.press("Tab");
    expect(await pane.textContent(".wrong")).toContain("This is no address");
    await pane.fill("#who-0", "bo");
    await option.waitFor();
    expect(await office.findings()).toEqual([]);
    quiet(office);
  });
});

describe("Excel", () => {
  it("protects the file on a desktop, and labels with header and footer, but has no watermark", async () => {
    const office = await openOffice(browser, contoso, { program: "Excel", file, url: `${sharePoint}sums.xlsx` });
    await office.signIn(writer());
    await office.pick("General");
    await office.pane.click("button:has-text('Label as General')");
    await office.pane.waitForSelector("text=Excel lets no add-in put in the watermark");
    const shown = () =>
      office.office(({ document }) => {
        const [sheet] = (document.Worksheets as { list: Record<string, unknown>[] }).list;
        return (sheet!.PageLayout as { HeadersFooters: { DefaultForAllPages: object } }).HeadersFooters
          .DefaultForAllPages;
      });
    expect(await shown()).toEqual({ RightHeader: "&10&K0078D4 General", CenterFooter: "&10&K000000 Ours && yours" });
    await office.pane.click("button:has-text('Back to the labels')");
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    expect(name).toBe("sums.xlsx");
    expect(await holds(await contoso.opened("colleague", name, bytes))).toBe("Confidential/Project");
    expect(await shown()).toEqual({ RightHeader: "", CenterFooter: "" });
    quiet(office);
  });

  it("protects a workbook with the watermark that Excel lets nobody put in", async () => {
    const path = join(contoso.folder, "sums.xlsx");
    makePackage(path, excelParts("quicksilver", ""));
    const url = `${sharePoint}sums.xlsx`;
    const office = await openOffice(browser, contoso, { program: "Excel", file: readFileSync(path), url });
    await office.signIn(writer());
    await office.pick("Confidential", "All employees");
    const { name, bytes } = await office.protect();
    expect(await office.pane.textContent("main")).not.toContain("watermark");
    await contoso.signIn("writer"); // who may export it
    const clear = await contoso.opened("writer", name, bytes);
    if (typeof clear === "number") throw new Error(`not opened: ${clear}`);
    const parts = await partsOf(Uint8Array.from(clear));
    expect(parts.get("xl/worksheets/sheet1.xml")).toContain("&amp;C&amp;G");
    expect(parts.get("xl/media/watermark.emf")).toContain([..."For us"].join("\0"));
    quiet(office);
  });

  it("on the web has only pages to give: they become a copy to look at, and that is said before", async () => {
    const pdf = Buffer.from("%PDF-1.7\nquicksilver pages\n%%EOF\n");
    const sets = { ExcelApi: 1.14, PdfFile: 1.1, DialogApi: 1.2 };
    const url = `${sharePoint}sums.xlsx`;
    const office = await openOffice(browser, contoso, { program: "Excel", file, pdf, sets, url });
    await office.signIn(writer());
    await office.pick("Confidential", "Project");
    expect(await office.pane.textContent("#what")).toContain("only the pages");
    const { name, bytes } = await office.protect();
    expect(name).toBe("sums.ppdf");
    expect(await office.pane.textContent("main")).toContain("It is a copy to look at");
    const run = await contoso.seal("colleague", ["cat", "-"], bytes);
    expect(run.out.toString()).toBe(pdf.toString());
    quiet(office);
  });
});

describe("PowerPoint", () => {
  it("protects the file; where it lets nobody write a label, none is offered that only labels", async () => {
    const url = `${sharePoint}show.pptx`;
    const office = await openOffice(browser, contoso, { program: "PowerPoint", file, url });
    await office.signIn(writer());
    await office.pick("General");
    expect(await office.pane.textContent("#what")).toContain("lets no add-in write a label");
    await office.pick("Confidential", "Project");
    const { name, bytes } = await office.protect();
    expect(name).toBe("show.pptx");
    expect(await holds(await contoso.opened("colleague", name, bytes))).toBe("Confidential/Project");
    quiet(office);
  });

  it("takes back what nobody has opened yet, and says until when whoever has can still open it", async () => {
    const url = `${sharePoint}show.pptx`;
    const office = await openOffice(browser, contoso, { program: "PowerPoint", file, url });
    await office.signIn(writer());
    await office.pick("Confidential", "Project");
    const first = await office.protect();
    await office.pane.click("button:has-text('Undo')");
    await office.pane.waitForSelector("text=show.pptx was withdrawn");
    expect(await contoso.opened("colleague", "first.pptx", first.bytes)).toBe(3);
    await office.pane.click("button:has-text('Back to the labels')");
    await office.pick("Confidential", "Project");
    const second = await office.protect();
    await contoso.opened("colleague", "second.pptx", second.bytes);
    await office.pane.click("button:has-text('Undo')");
    await office.pane.waitForSelector("text=Whoever has opened it already");
  });
});

describe("an Office that misbehaves", () => {
  it("by refusing the document is told with its own number, and the label is gone again", async () => {
    const office = await openOffice(browser, contoso, { file, misbehave: "refuses" });
    await office.signIn(writer());
    await office.pick("Confidential", "Project");
    await office.pane.click(".act button.primary");
    await soon(() => office.pane.textContent("[role=alert]")).toContain("Office does not give this document");
    expect(await office.pane.textContent("main")).toContain("office-refused 5001");
    expect(await propertiesIn(office, "CustomProperties")).toEqual({});
    await office.pane.click("button:has-text('Back')");
    expect(await office.pane.getAttribute("[role=treeitem][aria-selected=true]", "id")).toContain(
      labelOf("Project").id,
    );
  });

  it("by giving less than it said, or never answering, leaves the document as it was; waiting can be given up", async () => {
    const office = await openOffice(browser, contoso, { file, misbehave: "short" });
    await office.signIn(writer());
    await office.pick("Confidential", "Project");
    await office.pane.click(".act button.primary");
    await soon(() => office.pane.textContent("[role=alert]")).toContain("changed while it was read");
    expect(await office.office(({ openFiles }) => openFiles)).toBe(0);
    await office.page.evaluate("office.settings.misbehave = 'silent'");
    await office.pane.click("button:has-text('Try again')");
    await office.pane.click(".act button.primary");
    await soon(() => office.pane.textContent(".progress")).toContain("Reading the document");
    await office.pane.click("button:has-text('Cancel')");
    await soon(() => office.pane.textContent(".act button")).toBe("Protect as Project");
    await soon(() => propertiesIn(office, "CustomProperties")).toEqual({});
    await office.page.evaluate("office.settings.misbehave = ''");
    expect((await office.protect()).name).toBe("plan.docx");
  });
});
