import { type BrowserContext, chromium } from "playwright-core";
import { OfficeWindow } from "../test/addin/office.js";
import { SecureOrganisation } from "../test/addin/secure-organisation.js";
import { median, type Row, runs } from "./measure.js";

const budgetMs = 1000;
const paneWidth = 320;

/** The pane beside a document of Word on the web, as far as a page can play it, on the machine of service and agent. */
export async function* pane(): AsyncGenerator<Row> {
  const organisation = await SecureOrganisation.found(); // Office takes pages by https alone
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = ["--no-sandbox", "--disable-gpu", "--disable-features=LocalNetworkAccessChecks"];
  const browser = await chromium.launch({ executablePath, args });
  const context = () => browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US" });
  try {
    yield row("without an agent", await untilUsable(await context(), organisation, "main button.primary"));
    await organisation.signIn("writer");
    await organisation.startAgent("writer");
    const paired = await context();
    const { pane: first, page } = await open(paired, organisation);
    await first.waitForSelector("#code");
    const { code, ended } = await organisation.code("writer");
    await first.fill("#code", code);
    await first.click("button:has-text('Connect')");
    await ended;
    await first.waitForSelector("[role=tree]");
    await page.close();
    yield row(
      "with the labels of who is signed in at the agent",
      await untilUsable(paired, organisation, "[role=tree]"),
    );
  } finally {
    await browser.close();
    await organisation.end();
  }
}

const open = (context: BrowserContext, organisation: SecureOrganisation) =>
  OfficeWindow.open(context, organisation, { file: Buffer.from("PK"), width: paneWidth });

/** By the clock of the pane, from when its page was asked for; the first time it is not cached, and not counted. */
async function untilUsable(context: BrowserContext, organisation: SecureOrganisation, what: string): Promise<number> {
  const ms: number[] = [];
  await context.addInitScript((wanted) => {
    const look = () => {
      if (document.querySelector(wanted) === null) requestAnimationFrame(look);
      else document.documentElement.dataset.usable ??= String(performance.now());
    };
    look();
  }, what);
  for (let run = 0; run <= runs; run++) {
    const { pane: frame, page } = await open(context, organisation);
    await frame.waitForSelector("html[data-usable]", { state: "attached" });
    if (run > 0) ms.push(Number(await frame.getAttribute("html", "data-usable")));
    await page.close();
  }
  return median(ms);
}

const row = (what: string, ms: number): Row => ({
  what: `pane beside a document opened, until it can be used, ${what}`,
  ours: `${ms.toFixed(0)} ms`,
  peer: "–",
  ratio: ms / budgetMs,
  budget: `under ${budgetMs} ms`,
  holds: ms < budgetMs,
});
