import { randomBytes } from "node:crypto";
import { type BrowserContext, chromium } from "playwright-core";
import type { MailHostWindow } from "../test/addin/mail/mail-host-page.js";
import { fileOf, OutlookWindow } from "../test/addin/mail/outlook-window.js";
import { SecureOrganisation } from "../test/addin/secure-organisation.js";
import { median, type Row, runs } from "./measure.js";

const files = 20;
const fileBytes = 1024 * 1024;
const budget = { protectSeconds: 5, sendMs: 300 };

/** What Outlook on the web does with a pane in a frame, as far as a page can play it, and no service on another machine. */
export async function* mail(): AsyncGenerator<Row> {
  const organisation = await SecureOrganisation.found(); // Outlook takes pages by https alone
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = ["--no-sandbox", "--disable-gpu", "--disable-features=LocalNetworkAccessChecks"];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const taken = { ours: [] as number[], peer: [] as number[], send: [] as number[] };
    for (let run = 0; run <= runs; run++) {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US" });
      const one = await protect(context, organisation);
      if (run > 0) for (const key of ["ours", "peer", "send"] as const) taken[key].push(one[key]);
      await context.close();
    }
    yield* rows(median(taken.ours), median(taken.peer), median(taken.send));
  } finally {
    await browser.close();
    await organisation.end();
  }
}

async function protect(context: BrowserContext, organisation: SecureOrganisation) {
  const to = [organisation.person("colleague").user];
  const outlook = await OutlookWindow.open(context, organisation, { to });
  for (let at = 0; at < files; at++) await attach(outlook, `file${at}.dat`);
  const peer = await carry(outlook);
  await outlook.signIn(organisation.person("writer"));
  await outlook.pick("Confidential", "Project");
  const startMs = performance.now();
  await outlook.protect();
  const ours = performance.now() - startMs;
  const { allowEvent, ms } = await outlook.send();
  if (!allowEvent) throw new Error("not all of it was protected");
  return { ours, peer, send: ms };
}

/** One after another: all of them in the page's own text would take it long to come. */
async function attach({ page }: OutlookWindow, name: string): Promise<void> {
  await page.evaluate(
    (file) => void (window as unknown as MailHostWindow).outlook.attach(file),
    fileOf(name, randomBytes(fileBytes)),
  );
}

/** The same contents to and fro, one after another, with nothing done to them. In ms. */
const carry = (outlook: OutlookWindow): Promise<number> =>
  outlook.pane.evaluate(async () => {
    const item = Office.context.mailbox.item as unknown as Office.MessageCompose;
    const asked = <T>(start: (done: (result: Office.AsyncResult<T>) => void) => void) =>
      new Promise<T>((resolve) => start(({ value }) => resolve(value)));
    const startMs = performance.now();
    for (const { id, name } of await asked<Office.AttachmentDetailsCompose[]>((done) =>
      item.getAttachmentsAsync(done),
    )) {
      const { content } = await asked<Office.AttachmentContent>((done) => item.getAttachmentContentAsync(id, done));
      const added = await asked<string>((done) => item.addFileAttachmentFromBase64Async(content, name, done));
      await asked<Office.AttachmentContent>((done) => item.getAttachmentContentAsync(added, done));
      await asked<void>((done) => item.removeAttachmentAsync(added, done));
    }
    return performance.now() - startMs;
  });

function* rows(oursMs: number, peerMs: number, sendMs: number): Generator<Row> {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  yield {
    what: `${files} attachments of 1 MB protected in the pane`,
    ours: seconds(oursMs),
    peer: `${seconds(peerMs)} (carried to Outlook and back alone)`,
    ratio: oursMs / 1000 / budget.protectSeconds,
    budget: `${budget.protectSeconds} s`,
    holds: oursMs <= budget.protectSeconds * 1000,
  };
  yield {
    what: "their mail checked when it is sent",
    ours: `${sendMs.toFixed(0)} ms`,
    peer: "no other",
    ratio: sendMs / budget.sendMs,
    budget: `${budget.sendMs} ms`,
    holds: sendMs <= budget.sendMs,
  };
}
