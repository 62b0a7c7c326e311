import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { fromBase64 } from "../../../shared/bytes.js";
import { sha256 } from "../../../shared/crypto/keys.js";
import type { Label } from "../../../shared/label.js";
import { verifyMailStamp } from "../../../shared/license/mail-stamp.js";
import { trustFrom } from "../../../shared/license/trust.js";
import { parseServerCertificates } from "../../../shared/license/xrml.js";
import { launchChromium } from "../../browser/chromium.js";
import { makePackage, wordParts } from "../../office-documents.js";
import { SecureOrganisation } from "../secure-organisation.js";
import type { HostAttachment, MailHostWindow } from "./mail-host-page.js";
import { fileOf, type MailOpening, OutlookWindow } from "./outlook-window.js";

/**
 * From a mail to those who get it: the real Office.js in a page that answers as Outlook on the web does, a real service,
 * real files, and somebody else's real command line.
 */

let browser: Browser;
let contoso: SecureOrganisation;
let docx: Buffer;
let labels: Label[];

beforeAll(async () => {
  [browser, contoso] = await Promise.all([
    launchChromium(["--disable-features=LocalNetworkAccessChecks"]),
    SecureOrganisation.found(),
  ]);
  const path = join(contoso.folder, "plan.docx");
  makePackage(path, wordParts("quicksilver-canary"));
  docx = readFileSync(path);
  await contoso.changeLabels((all) => {
    labels = all;
  });
  await contoso.signIn("colleague");
  await contoso.signIn("outsider");
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

async function opened(opening: MailOpening): Promise<OutlookWindow> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US" });
  onTestFinished(() => context.close());
  return OutlookWindow.open(context, contoso, opening);
}

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });
const writer = () => contoso.person("writer");
const address = (role: "colleague" | "outsider" | "writer") => contoso.person(role).user;
const quiet = (outlook: OutlookWindow) => expect([outlook.complaints, outlook.strangers]).toEqual([[], []]);
const notes = fileOf("notes.txt", "quicksilver notes");
/** Of no kind that has rights of its own: who may open it has it. */
const drawing = fileOf("draw.dwg", "quicksilver lines");

/** What somebody reads in an attachment they were sent; or why not, as an exit code. */
async function read(outlook: OutlookWindow, name: string, by: "colleague" | "outsider"): Promise<string | number> {
  const { bytes } = (await outlook.received()).find((one) => one.name === name)!;
  const path = join(contoso.folder, `${by}-${name}`);
  writeFileSync(path, bytes);
  const { code, out } = await contoso.seal(by, ["cat", path]);
  return code === 0 ? out.toString() : code;
}

/** As a gate on the way of the mail sees it, which has the organisation's public keys and nothing else. */
async function stampOf(outlook: OutlookWindow, ...more: readonly Buffer[]) {
  const response = await outlook.page.request.get(`${contoso.origin}/.well-known/sealwright`);
  const { certificates } = (await response.json()) as { certificates: string };
  const trust = await trustFrom(await parseServerCertificates(fromBase64(certificates, "internal")), null);
  const headers = await outlook.outlook((mail) => mail.headers);
  const all = [...(await outlook.received()).map(({ bytes }) => bytes), ...more];
  const digests = await Promise.all(all.map((bytes) => sha256(Uint8Array.from(bytes))));
  return verifyMailStamp((name) => headers[name] ?? null, digests, trust);
}

const labelNamed = (name: string) => labels.find(({ names }) => names.en === name)!;

describe("a mail that is written", () => {
  it("leaves under a label with protected files, which a colleague opens and nobody else", async () => {
    const attachments = [fileOf("plan.docx", docx), notes, fileOf("draw.dwg", "AC1032 quicksilver")];
    const outlook = await opened({ attachments, to: [address("colleague")] });
    expect(await outlook.send()).toMatchObject({ allowEvent: true });
    await outlook.signIn(writer());
    await outlook.pick("Confidential", "Project");
    expect(await outlook.pane.textContent("#what")).toBe("3 attachments are replaced by protected files.");
    await outlook.protect();
    await soon(() => outlook.pane.textContent("#what")).toBe("The mail is ready to be sent.");
    const all = await outlook.received();
    const names = ["draw.dwg.html", "draw.dwg.pfile", "notes.html", "notes.ptxt", "plan.docx", "plan.html"];
    expect(all.map(({ name }) => name).sort()).toEqual(names);
    expect(all.some(({ bytes }) => bytes.includes("quicksilver"))).toBe(false);
    expect(await read(outlook, "notes.ptxt", "colleague")).toBe("quicksilver notes");
    expect(await read(outlook, "draw.dwg.pfile", "colleague")).toBe("AC1032 quicksilver");
    expect(await read(outlook, "notes.ptxt", "outsider")).toBe(3);
    const plan = all.find(({ name }) => name === "plan.docx")!.bytes;
    expect(await contoso.opened("colleague", "plan.docx", plan)).not.toBeTypeOf("number");
    const { allowEvent, ms } = await outlook.send();
    expect(allowEvent).toBe(true);
    expect(ms).toBeLessThan(1000);
    expect(await outlook.outlook(({ busiest }) => busiest)).toBeLessThanOrEqual(3);
    const headers = await outlook.outlook((mail) => mail.headers);
    expect(headers.msip_labels).toContain("ContentBits=8");
    expect(await stampOf(outlook)).toMatchObject({ label: labelNamed("Project").id, tenant: await contoso.tenant() });
    await expect(stampOf(outlook, docx)).rejects.toMatchObject({ code: "license-untrusted" });
    quiet(outlook);
  });

  it("is held back while something is clear, and finished in the pane that the refusal opens", async () => {
    const context = JSON.stringify({ finish: true });
    const { id } = labelNamed("Project");
    const headers = {
      msip_labels: `MSIP_Label_${id}_Enabled=true; MSIP_Label_${id}_SiteId=${await contoso.tenant()}`,
      "x-sealwright-label": `${id}; attachments=protected`,
    };
    const opening = { attachments: [notes], to: [address("colleague")], headers, context };
    const outlook = await opened(opening);
    const refused = await outlook.send();
    expect(refused.allowEvent).toBe(false);
    expect(refused.errorMessage).toContain("One attachment is not protected yet (notes.txt).");
    await outlook.fire("onNewMessageCompose");
    expect(await outlook.outlook(({ shown }) => shown.sealwright!.message)).toContain("some are not yet");
    await outlook.signIn(writer());
    await soon(() => outlook.pane.textContent("#what")).toBe("Everything is protected. Press Send in Outlook.");
    expect(await outlook.send()).toMatchObject({ allowEvent: true });
    await outlook.fire("onMessageRecipientsChanged");
    expect(await outlook.outlook(({ shown }) => Object.keys(shown))).toEqual([]);
    expect(await read(outlook, "notes.ptxt", "colleague")).toBe("quicksilver notes");
    quiet(outlook);
  });

  it("without a label is held back where each must have one, and labelled in the pane that the refusal opens", async () => {
    const mandatory = (is: boolean) => contoso.changePolicy((policy) => void Object.assign(policy, { mandatory: is }));
    await mandatory(true);
    const outlook = await opened({ to: [address("colleague")], context: JSON.stringify({ finish: true }) });
    await mandatory(false);
    const { allowEvent, errorMessage } = await outlook.send();
    expect([allowEvent, errorMessage]).toEqual([false, expect.stringContaining("wants a label on every mail")]);
    await outlook.signIn(writer());
    await outlook.pick("Public");
    expect(await outlook.pane.textContent(".act button.primary")).toBe("Label as Public");
    await outlook.protect();
    expect(await outlook.pane.textContent("#what")).toBe("The mail has its label. Press Send in Outlook.");
    expect(await outlook.send()).toMatchObject({ allowEvent: true });
    quiet(outlook);
  });

  it("to recipients only is read by them, and by whoever takes their place until it leaves", async () => {
    const outlook = await opened({ attachments: [drawing], to: [address("colleague")] });
    await outlook.signIn(writer());
    await outlook.pick("Confidential", "Recipients only");
    await outlook.protect();
    await soon(() => outlook.pane.textContent("#what")).toBe("The mail is ready to be sent.");
    expect(await read(outlook, "draw.dwg.pfile", "colleague")).toBe("quicksilver lines");
    expect(await read(outlook, "draw.dwg.pfile", "outsider")).toBe(3);
    await outlook.page.evaluate(`outlook.silent = ["add", "content"]`); // nothing of it goes to and fro again
    await outlook.page.evaluate(`outlook.writeTo("to", []); outlook.writeTo("bcc", ["${address("outsider")}"])`);
    await soon(async () => (await outlook.send()).allowEvent).toBe(true);
    expect(await read(outlook, "draw.dwg.pfile", "outsider")).toBe("quicksilver lines");
    quiet(outlook);
  });

  it("takes in what is attached later, other mails, and pictures of the text; a link is told of, and keeps it", async () => {
    const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
    const attachments = [
      { ...notes, name: "A question", content: "Subject: A question\n\nquicksilver", attachmentType: 1 as const },
      fileOf("image001.png", png, { isInline: true, contentId: "image001.png@01D" }),
      { ...notes, name: "budget.xlsx", content: "https://contoso.sharepoint.com/budget", attachmentType: 2 as const },
    ];
    const body = '<p>Look <img src="cid:image001.png@01D"> here</p>';
    const opening = { attachments, body, to: [address("colleague"), "eve@elsewhere.example"], language: "de-DE" };
    const outlook = await opened(opening);
    await outlook.signIn(writer());
    await outlook.pick("Vertraulich", "Projekt");
    expect(await outlook.pane.textContent(".meetings")).toContain("eve@elsewhere.example ist nicht unter denen");
    expect(await outlook.findings()).toEqual([]);
    expect(await outlook.overflows()).toEqual([0, 0]);
    await outlook.protect();
    await soon(() => outlook.pane.textContent("#what")).toContain("Eine Anlage kann noch nicht hinaus");
    expect(await outlook.findings()).toEqual([]);
    expect(await outlook.overflows()).toEqual([0, 0]);
    expect((await outlook.files()).find((one) => one.startsWith("budget.xlsx"))).toContain("Hängen Sie statt dessen");
    expect(await outlook.outlook((mail) => mail.body)).toBe("<p>Look [image001.png] here</p>");
    expect(await read(outlook, "A question.eml.pfile", "colleague")).toContain("quicksilver");
    expect((await outlook.send()).errorMessage).toContain("Eine Anlage ist noch nicht geschützt (budget.xlsx).");
    const link = (await outlook.outlook((mail) => mail.attachments)).find(({ name }) => name === "budget.xlsx")!;
    await outlook.page.evaluate(`outlook.detach("${link.id}"); outlook.attach(${JSON.stringify(notes)})`);
    await soon(async () => (await outlook.send()).allowEvent).toBe(true);
    expect(await read(outlook, "notes.ptxt", "colleague")).toBe("quicksilver notes");
    quiet(outlook);
  });

  it("leaves with the protected file of what does not fit in twice, once its sender has put it there", async () => {
    const film = Buffer.alloc(13 * 1024 * 1024, "quicksilver");
    const outlook = await opened({ attachments: [fileOf("film.dwg", film)], to: [address("colleague")] });
    await outlook.signIn(writer());
    await outlook.pick("Confidential", "Project");
    await outlook.protect();
    expect(await outlook.files()).toEqual([expect.stringContaining("both this and its protected copy must fit in")]);
    const saving = outlook.page.waitForEvent("download");
    await outlook.pane.press(".save", "Enter");
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("film.dwg.pfile");
    await soon(() => outlook.files()).toEqual([expect.stringContaining("among your downloads")]);
    await soon(() => outlook.pane.evaluate(() => document.activeElement?.className)).toBe("save");
    expect(await outlook.send()).toMatchObject({ allowEvent: false });
    const file = fileOf("film.dwg.pfile", readFileSync(await saved.path()));
    await outlook.outlook((mail) => mail.detach(mail.attachments[0]!.id));
    await outlook.page.evaluate((one) => void (window as unknown as MailHostWindow).outlook.attach(one), file);
    await soon(() => outlook.pane.textContent("#what")).toBe("The mail is ready to be sent.");
    expect(await outlook.send()).toMatchObject({ allowEvent: true });
    expect(await read(outlook, "film.dwg.pfile", "colleague")).toBe(film.toString());
    quiet(outlook);
  });

  it("under another label is protected for others; keyboard alone does it", async () => {
    const outlook = await opened({ attachments: [drawing], to: [address("outsider")] });
    const { page, pane } = outlook;
    await outlook.signIn(writer(), async () => {
      await pane.focus("main button");
      await page.keyboard.press("Enter");
    });
    await pane.focus("[role=treeitem][tabindex='0']");
    const focused = () => pane.evaluate("document.activeElement.textContent") as Promise<string>;
    for (const key of ["Home", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown"])
      await page.keyboard.press(key);
    expect(await focused()).toContain("Project");
    await page.keyboard.press("Enter");
    while (!/^Protect as/.test(await focused())) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await soon(() => pane.textContent("#what")).toBe("The mail is ready to be sent.");
    expect([await focused(), await pane.$("button.primary")]).toEqual(["The mail is ready to be sent.", null]);
    expect(await read(outlook, "draw.dwg.pfile", "outsider")).toBe(3);
    await outlook.pick("Recipients only");
    expect(await outlook.send()).toMatchObject({ allowEvent: true }); // as long as nothing was pressed
    await outlook.protect();
    await soon(() => pane.textContent("#what")).toBe("The mail is ready to be sent.");
    expect(await read(outlook, "draw.dwg.pfile", "outsider")).toBe("quicksilver lines");
    expect((await outlook.received()).map(({ name }) => name).sort()).toEqual(["draw.dwg.html", "draw.dwg.pfile"]);
    quiet(outlook);
  });

  it("stays as it was where Outlook takes nothing, or the service is away, and is held back", async () => {
    const outlook = await opened({ attachments: [notes], to: [address("colleague")] });
    await outlook.signIn(writer());
    await outlook.pick("Confidential", "Project");
    await outlook.page.route(`${contoso.origin}/api/v1/publishing-licenses`, (route) => route.abort());
    await outlook.protect();
    await soon(() => outlook.pane.textContent("[role=alert]")).toContain("service cannot be reached");
    expect((await outlook.received()).map(({ name }) => name)).toEqual(["notes.txt"]);
    expect((await outlook.send()).allowEvent).toBe(false);
    await outlook.page.evaluate(`outlook.silent = ["attachments"]`);
    expect((await outlook.send()).errorMessage).toContain("Outlook does not say what is attached");
  });
});

describe("a mail beside an agent", () => {
  it("is protected by that, once they have met: with a copy of its pages for those who only look", async () => {
    await contoso.signIn("writer");
    await contoso.startAgent("writer");
    const outlook = await opened({ attachments: [fileOf("plan.docx", docx)], to: [address("colleague")] });
    await outlook.signIn(writer());
    await outlook.pane.click("footer button:has-text('Pair with the agent')");
    await outlook.pane.waitForSelector("text=Outlook and the agent have not met yet");
    expect(await outlook.findings()).toEqual([]);
    const { code, ended } = await contoso.code("writer");
    await outlook.pane.fill("#code", code);
    await outlook.pane.press("#code", "Enter");
    await outlook.pane.waitForSelector("text=Agent connected");
    await ended;
    await outlook.pick("Confidential", "Project");
    await outlook.protect();
    await soon(() => outlook.pane.textContent("#what")).toBe("The mail is ready to be sent.");
    const all = await outlook.received();
    expect(all.map(({ name }) => name).sort()).toEqual(["plan.docx", "plan.html", "plan.ppdf"]);
    const plan = all.find(({ name }) => name === "plan.docx")!.bytes;
    expect(await contoso.opened("colleague", "plan.docx", plan)).not.toBeTypeOf("number");
    expect(await outlook.send()).toMatchObject({ allowEvent: true });
    quiet(outlook);
  });
});

describe("a mail that is read", () => {
  /** What the writer protected, as it was sent. */
  async function sent(): Promise<HostAttachment[]> {
    const outlook = await opened({
      attachments: [notes, fileOf("plan.docx", docx)],
      to: [address("colleague")],
    });
    await outlook.signIn(writer());
    await outlook.pick("Confidential", "Project");
    await outlook.protect();
    await soon(() => outlook.pane.textContent("#what")).toBe("The mail is ready to be sent.");
    return outlook.outlook(({ attachments }) => attachments);
  }

  it("shows who protected what is attached and what its reader may do, and opens it in the viewer", async () => {
    const clear = { ...fileOf("clear.xlsx", docx), id: "AAMk-clear" };
    const attachments = [...(await sent()), clear];
    const outlook = await opened({ form: "read", attachments });
    const { pane, page } = outlook;
    const look = (name: string) => pane.click(`button[aria-label='Look: ${name}']`);
    await outlook.signIn(contoso.person("colleague"), () => look("notes.ptxt"));
    await pane.waitForSelector("text=Protected by Ada Lovelace");
    await soon(() => pane.textContent(".rights-now")).toContain("save without protection");
    await look("plan.docx");
    await pane.waitForSelector("li:has-text('plan.docx') >> text=Open in the viewer");
    await look("clear.xlsx");
    await pane.waitForSelector("text=It is not protected, whatever its name says.");
    expect(await outlook.findings()).toEqual([]);
    expect(await outlook.overflows()).toEqual([0, 0]);
    const [viewer] = await Promise.all([
      page.waitForEvent("popup"),
      pane.click("li:has-text('notes.ptxt') >> text=Open in the viewer"),
    ]);
    await viewer.waitForSelector("text=notes.ptxt");
    await pane.waitForSelector("text=It is open in a window of your browser.");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      pane.click("li:has-text('notes.ptxt') >> text=Save the protected file"),
    ]);
    expect(download.suggestedFilename()).toBe("notes.ptxt");
    quiet(outlook);
  });

  it("says why something does not open, and to whom it belongs", async () => {
    const outlook = await opened({ form: "read", attachments: await sent() });
    const press = () => outlook.pane.click("button[aria-label='Look: notes.ptxt']");
    await outlook.signIn(contoso.person("outsider"), press);
    await soon(() => outlook.pane.textContent("[role=alert]")).toContain("You have not been given access to it");
    expect(await outlook.findings()).toEqual([]);
  });
});
