import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { median, type Row, residentMib, runs } from "./measure.js";
import { picturePdf } from "./picture-pdf.js";
import type { BenchTrial } from "./trial.js";

const phone = { viewport: { width: 390, height: 800 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const budget = { firstPageMs: 1500, scrollMib: 300, loadKb: 350 };
const lookMs = 200;

/** Protected by the writer for the colleague. @returns the `.ppdf`. */
function protectedPdf({ seal, home, root, people }: BenchTrial, name: string, content: Buffer): string {
  const path = join(root, name);
  writeFileSync(path, content);
  const [node, program] = seal.split(" ") as [string, string];
  const reader = people.find(({ role }) => role === "colleague")!.user;
  const args = [program, "protect", "--json", "--grant", `${reader}:VIEW`, path];
  return JSON.parse(execFileSync(node, args, { env: { ...process.env, SEALWRIGHT_HOME: home } }).toString()).path;
}

async function signedIn(page: Page, { service, people }: BenchTrial, file: string): Promise<void> {
  const { user, password } = people.find(({ role }) => role === "colleague")!;
  await page.goto(`${service}/view`);
  await page.setInputFiles("input[type=file]", file);
  const [window] = await Promise.all([page.waitForEvent("popup"), page.click("button.primary")]);
  await window.fill("#username", user);
  await window.fill("#password", password);
  await window.click("button.primary");
  await firstPage(page, file);
}

/** Ends once a page of the file is drawn. @returns how long that took since it was chosen, by the clock of the page. */
async function firstPage(page: Page, file: string): Promise<number> {
  const shown = await page.waitForFunction((name) => {
    const isShown =
      document.querySelector("iframe")?.title === name && document.querySelector(".coming")?.textContent === "";
    return isShown && performance.now() - Number(document.documentElement.dataset.chosen ?? 0);
  }, basename(file));
  return Number(await shown.jsonValue());
}

async function openMs(page: Page, file: string): Promise<number> {
  if (await page.isHidden(".panel")) await page.click(".menu button");
  await page.evaluate(() => {
    const chosen = () => {
      document.documentElement.dataset.chosen = String(performance.now());
    };
    addEventListener("change", chosen, { capture: true, once: true });
  });
  await page.setInputFiles(".panel input[type=file]", file);
  return firstPage(page, file);
}

/** Of all its processes, in MiB. */
async function browserMib(browser: Browser): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  await devtools.detach();
  return processInfo.reduce((sum, { id }) => sum + residentMib(id), 0);
}

/** Through all of it, and how much memory the browser takes at the most, in MiB. */
async function scrollMib(page: Page, browser: Browser): Promise<number> {
  let most = 0;
  for (let at = 1; at <= 100; at++) {
    await page.fill(".paging input", String(at));
    await page.press(".paging input", "Enter");
    await page.waitForTimeout(lookMs);
    most = Math.max(most, await browserMib(browser));
  }
  return most;
}

/** What the page loads before a file is chosen, compressed. */
function loadKb(): number {
  const folder = join(import.meta.dirname, "..", "viewer");
  const first = readdirSync(folder).filter((name) => /^(viewer|content|pdf)-[A-Z0-9]+\.(js|css)$/.test(name));
  return first.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0) / 1000;
}

const row = (what: string, ours: string, ratio: number, limit: string): Row => ({
  ...{ what, ours, peer: "–", ratio, budget: limit, holds: ratio < 1 },
});

/** A person with a phone, in real Chromium on this machine. */
export async function* viewer(trial: BenchTrial): AsyncGenerator<Row> {
  const small = protectedPdf(trial, "one page.pdf", picturePdf(1, 0));
  const report = protectedPdf(trial, "report.pdf", picturePdf(100, 3000));
  const scans = protectedPdf(trial, "scans.pdf", picturePdf(100, 1_000_000));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  try {
    const page = await (await browser.newContext(phone)).newPage();
    await signedIn(page, trial, small);
    const firstMs: number[] = [];
    for (let run = 0; run <= runs; run++) {
      const ms = await openMs(page, report);
      if (run > 0) firstMs.push(ms);
      await openMs(page, small);
    }
    const ms = median(firstMs);
    yield row(
      "viewer: .ppdf of 100 pages chosen, until its first page is there, phone-sized",
      `${ms.toFixed(0)} ms`,
      ms / budget.firstPageMs,
      "under 1500 ms",
    );
    const beforeMib = await browserMib(browser);
    const scansMs = await openMs(page, scans);
    yield row("viewer: the same of 100 MB", `${scansMs.toFixed(0)} ms`, scansMs / budget.firstPageMs, "under 1500 ms");
    const mib = (await scrollMib(page, browser)) - beforeMib;
    yield row(
      "viewer: .ppdf of 100 MB scrolled through: memory of the browser, more than with one page",
      `${mib.toFixed(0)} MiB`,
      mib / budget.scrollMib,
      "under 300 MiB",
    );
    yield row(
      "viewer: what is loaded at first, without what takes PDFs apart",
      `${loadKb().toFixed(0)} kB`,
      loadKb() / budget.loadKb,
      "under 350 kB, compressed",
    );
  } finally {
    await browser.close();
    for (const path of [small, report, scans]) rmSync(path, { force: true });
  }
}
