import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { findings } from "../browser/accessibility.js";
import { launchChromium } from "../browser/chromium.js";
import { Organisation } from "./reader.js";

/** Sealed pages as people meet them: made by the real command line, opened in a real browser, read at a real service. */

let browser: Browser;
let contoso: Organisation;
let elsewhere: Server;
/** Of a site that has nothing to do with the organisation. */
let origin: string;
const served = new Map<string, string | Buffer>();

beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchChromium(), Organisation.found()]);
  elsewhere = createServer(({ url = "" }, response) => {
    const found = served.get(url);
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "text/html" }).end(found);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
  elsewhere?.close();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });
const canary = "palladium-canary";
const text = `${canary}\n${"A line of an ordinary length. ".repeat(20)}\n`;

/** The lines of `--json` are several: the protected file's is the first. */
async function pageMade(name: string, ...how: string[]): Promise<string> {
  const path = join(contoso.folder, name);
  await writeFile(path, text);
  const to = ["--grant", `${contoso.person("colleague").user}:VIEW`, "--html", "--json"];
  const made = await contoso.seal("protect", path, ...to, ...how);
  expect(made, made.err).toMatchObject({ code: 0 });
  return JSON.parse(made.text.trim().split("\n")[1]!).path;
}

interface Desk {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly requests: { url: string; body: Buffer | null }[];
  readonly complaints: string[];
}

async function deskAt(address: string, options: BrowserContextOptions = {}): Promise<Desk> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 390, height: 800 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const desk: Desk = { context, page, requests: [], complaints: [] };
  context.on("request", (request) => desk.requests.push({ url: request.url(), body: request.postDataBuffer() }));
  page.on("console", (message) => desk.complaints.push(message.text()));
  page.on("pageerror", (error) => desk.complaints.push(String(error)));
  await page.goto(address);
  return desk;
}

async function openFrom({ page }: Desk): Promise<Page> {
  const [viewer] = await Promise.all([page.waitForEvent("popup"), page.click("#open")]);
  return viewer;
}

async function signIn(viewer: Page, role: string): Promise<void> {
  const { user, password } = contoso.person(role);
  const [window] = await Promise.all([viewer.waitForEvent("popup"), viewer.click("button.primary")]);
  await window.fill("#username", user);
  await window.fill("#password", password);
  await window.click("button.primary");
}

async function drawn(viewer: Page): Promise<boolean> {
  const element = await viewer.waitForSelector("iframe");
  const frame = (await element.contentFrame())!;
  await frame.waitForSelector("main canvas");
  return true;
}

describe("a sealed page", () => {
  it("opens from a folder: one click, one window, sign-in, content; and nothing of it goes over the network", async () => {
    const path = await pageMade("plan.txt");
    expect(basename(path)).toBe("plan.html");
    const desk = await deskAt(pathToFileURL(path).href);
    expect(await desk.page.textContent("h1")).toBe("plan.ptxt");
    const viewer = await openFrom(desk);
    await soon(() => viewer.textContent("h1")).toBe("plan.ptxt");
    expect(new URL(viewer.url()).pathname + new URL(viewer.url()).hash).toBe("/view");
    expect(await viewer.evaluate(() => opener)).toBeNull();
    expect(await desk.page.textContent("#status")).toContain("in the other window");
    await signIn(viewer, "colleague");
    expect(await drawn(viewer)).toBe(true);
    expect(desk.complaints).toEqual([]);

    const sent = Buffer.concat(
      desk.requests.map(({ url, body }) => Buffer.concat([Buffer.from(url), body ?? Buffer.of()])),
    );
    const sealed = await readFile(join(dirname(path), "plan.ptxt"));
    for (const part of [canary, "plan.ptxt", sealed.subarray(-2000).toString("base64").slice(8, 40)])
      expect(sent.includes(part), part).toBe(false);
    const asked = new Set(desk.requests.map(({ url }) => new URL(url).origin));
    expect([...asked].filter((one) => one !== "null")).toEqual([new URL(contoso.trial.service).origin]);
  });

  it("opens from any site too, and stays closed for whoever was not named", async () => {
    served.set("/inbox/offer.html", await readFile(await pageMade("offer.txt")));
    const desk = await deskAt(`${origin}/inbox/offer.html`);
    const viewer = await openFrom(desk);
    await soon(() => viewer.textContent("h1")).toBe("offer.ptxt");
    await signIn(viewer, "outsider");
    await soon(() => viewer.textContent("[role=alert]")).toContain("has not been given access to offer.ptxt");
    expect(desk.requests.filter(({ url }) => url.startsWith(origin)).map(({ url }) => url)).toEqual([
      `${origin}/inbox/offer.html`,
    ]);
  });

  it("is chosen in the viewer like the file in it, whatever it is called by then", async () => {
    const desk = await deskAt(`${contoso.trial.service}/view`);
    const renamed = join(contoso.folder, "renamed by somebody.htm");
    await writeFile(renamed, await readFile(await pageMade("chosen.txt")));
    await desk.page.setInputFiles("input[type=file]", renamed);
    await soon(() => desk.page.textContent("h1")).toBe("renamed by somebody.ptxt");
    await signIn(desk.page, "colleague");
    expect(await drawn(desk.page)).toBe(true);
  });

  it("gives the protected file as it is, also where no window opens, and says where to go", async () => {
    const path = await pageMade("saved.txt");
    const { page } = await deskAt(pathToFileURL(path).href);
    await page.evaluate(() => {
      window.open = () => null;
    });
    await page.click("#open");
    expect(await page.textContent("#status")).toContain("opened no window");
    expect(await page.getAttribute("#viewer", "href")).toBe(`${contoso.trial.service}/view`);
    expect(await page.isVisible("#viewer")).toBe(true);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    expect(download.suggestedFilename()).toBe("saved.ptxt");
    const saved = await readFile((await download.path())!);
    expect(Buffer.compare(saved, await readFile(join(contoso.folder, "saved.ptxt")))).toBe(0);
  });

  it("says what to do where scripts do not run", async () => {
    const path = await pageMade("still.txt");
    const { page } = await deskAt(pathToFileURL(path).href, { javaScriptEnabled: false });
    const [english, german] = await page.locator("noscript p").allTextContents();
    expect(english).toContain(`go to ${contoso.trial.service}/view with a browser, and choose it there`);
    expect(german).toContain("Skripte sind aus");
    expect(await page.isVisible("#open")).toBe(false);
  });

  it("that did not arrive whole opens nothing, and says so", async () => {
    const path = await pageMade("cut.txt");
    const whole = await readFile(path, "utf8");
    const cut = join(contoso.folder, "cut short.html");
    await writeFile(cut, whole.slice(0, -500));
    const { page } = await deskAt(pathToFileURL(cut).href);
    expect(await page.textContent("#status")).toContain("did not arrive whole");
    expect(await page.isDisabled("#open")).toBe(true);
    expect(await page.isDisabled("#save")).toBe(true);
  });

  it("shows its own name as text, however it is called", async () => {
    const source = await readFile(await pageMade("named.txt"));
    const names = ["<img src=x onerror=alert(1)>.html", "%3Cscript%3E.html", "ü名\u202e.html"];
    for (const name of names) {
      const path = join(contoso.folder, name);
      await writeFile(path, source);
      const desk = await deskAt(pathToFileURL(path).href);
      expect(await desk.page.textContent("h1")).toBe(`${name.slice(0, -5).replace("\u202e", "")}.ptxt`);
      expect(await desk.page.locator("h1 *").count()).toBe(0);
      expect(desk.complaints).toEqual([]);
    }
  });

  it("speaks German to who reads German", async () => {
    const { page } = await deskAt(pathToFileURL(await pageMade("plan-de.txt")).href, { locale: "de-AT" });
    expect(await page.textContent("#open")).toBe("Öffnen");
    expect(await page.getAttribute("html", "lang")).toBe("de");
  });

  it("can be used by keyboard alone, on any screen, with any text size, and axe finds nothing", async () => {
    const { page } = await deskAt(pathToFileURL(await pageMade("keys.txt")).href);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("open");
    const [viewer] = await Promise.all([page.waitForEvent("popup"), page.keyboard.press("Enter")]);
    await soon(() => viewer.textContent("h1")).toBe("keys.ptxt");
    await page.bringToFront();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("save");
    expect(await findings(page)).toEqual([]);
    expect(await overflows(page)).toEqual([]);
  });
});

describe("the window that takes over", () => {
  /** A page of somebody else's that opens it, and may say anything to it. */
  async function stranger(): Promise<{ desk: Desk; open: () => Promise<Page> }> {
    served.set("/stranger", "<!doctype html><button id=open>x</button>");
    const desk = await deskAt(`${origin}/stranger`);
    const address = `${contoso.trial.service}/view/sealed`;
    await desk.page.evaluate((url) => {
      document.querySelector("button")!.onclick = () => {
        (window as unknown as { opened: Window | null }).opened = window.open(url);
      };
      addEventListener("message", ({ data }) => ((window as unknown as { said: unknown }).said = data));
    }, address);
    return { desk, open: () => openFrom(desk) };
  }
  const say = ({ page }: Desk, make: string) => page.evaluate(`opened.postMessage(${make}, "*")`);
  const ready = ({ page }: Desk) =>
    soon(() => page.evaluate(() => (window as unknown as { said: unknown }).said)).toBe("sealwright-ready-1");

  it("takes one file of the size that pages have, and nothing else that is said to it", async () => {
    const { desk, open } = await stranger();
    const viewer = await open();
    await ready(desk);
    const wrong = [
      "null",
      "'file'",
      "{}",
      "{sealwright:2,name:'a.ptxt',file:new ArrayBuffer(5)}",
      "{sealwright:1,name:7,file:new ArrayBuffer(5)}",
      "{sealwright:1,name:'x'.repeat(256),file:new ArrayBuffer(5)}",
      "{sealwright:1,name:'a.ptxt',file:'text'}",
      "{sealwright:1,name:'a.ptxt',file:new ArrayBuffer(0)}",
      "{sealwright:1,name:'a.ptxt',file:new ArrayBuffer(12*1024*1024+1)}",
      "{sealwright:1,name:'a.ptxt',file:{byteLength:5}}",
    ];
    for (const one of wrong) await say(desk, one);
    await desk.page.evaluate(() => {
      for (let i = 0; i < 20_000; i++)
        (window as unknown as { opened: Window }).opened.postMessage({ sealwright: i + 2 }, "*");
    });
    expect(new URL(viewer.url()).pathname).toBe("/view/sealed");
    await say(desk, "{sealwright:1,name:'<b>/\\u202e../a.ptxt',file:new TextEncoder().encode('no such file').buffer}");
    await say(desk, "{sealwright:1,name:'second.ptxt',file:new ArrayBuffer(5)}");
    await soon(() => viewer.textContent("[role=alert]")).toContain("<b>..a.ptxt is not protected");
    expect(await viewer.evaluate(() => opener)).toBeNull();
    expect(await desk.page.evaluate(() => (window as unknown as { opened: Window }).opened.closed)).toBe(true);
  });

  it("does not hear a frame or another window of the page that opened it", async () => {
    const { desk, open } = await stranger();
    served.set("/frame", "<!doctype html>");
    const viewer = await open();
    await ready(desk);
    await desk.page.evaluate(async (address) => {
      const frame = document.createElement("iframe");
      frame.src = address;
      document.body.append(frame);
      await new Promise((resolve) => (frame.onload = resolve));
      const { opened } = window as unknown as { opened: Window };
      const script = frame.contentDocument!.createElement("script");
      Object.assign(frame.contentWindow!, { opened });
      script.textContent = "opened.postMessage({sealwright:1,name:'a.ptxt',file:new ArrayBuffer(5)}, '*')";
      frame.contentDocument!.body.append(script);
    }, `${origin}/frame`);
    await desk.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    expect(new URL(viewer.url()).pathname).toBe("/view/sealed");
  });

  it("goes on to the viewer where nobody opened it, and takes from its address what waits there only once", async () => {
    const { page } = await deskAt(`${contoso.trial.service}/view/sealed`);
    await page.waitForURL("**/view");
    await page.goto(`${contoso.trial.service}/view#waiting-1-x`);
    await page.reload();
    expect(await page.textContent("h1")).toBe("Open a protected file");
    expect(new URL(page.url()).hash).toBe("");
  });

  it("does not say to others that it is ready: a page hears only the window it opened, from its own service", async () => {
    const source = await readFile(await pageMade("ours.txt"), "utf8");
    served.set("/evil/view/sealed", "<script>opener.postMessage('sealwright-ready-1', '*')</script>");
    served.set("/ours.html", source);
    const desk = await deskAt(`${origin}/ours.html`);
    await desk.page.evaluate((evil) => {
      const open = window.open.bind(window);
      const heard: unknown[] = [];
      Object.assign(window, { heard });
      addEventListener("message", ({ data }) => heard.push(data));
      window.open = () => open(evil);
      window.postMessage("sealwright-ready-1", "*");
    }, `${origin}/evil/view/sealed`);
    await openFrom(desk);
    const heard = () => desk.page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
    await soon(heard).toEqual(["sealwright-ready-1", "sealwright-ready-1"]);
    expect(await desk.page.textContent("#status")).toBe("Go on in the window that has just opened.");
  });
});

/** Findings of axe in light and dark. */
/** Widths at which something sticks out to the side, with text of the usual size and of twice that. */
async function overflows(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [320, 390, 1280])
    for (const size of ["100%", "200%"]) {
      await page.setViewportSize({ width, height: 800 });
      const pixels = await page.evaluate((fontSize) => {
        document.documentElement.style.fontSize = fontSize;
        return document.documentElement.scrollWidth - document.documentElement.clientWidth;
      }, size);
      if (pixels > 0) found.push(`${pixels} at ${width} with ${size}`);
    }
  return found;
}
