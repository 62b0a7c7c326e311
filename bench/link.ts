import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { encodeSlice } from "../shared/protocol/agent-frames.js";
import { RawPage } from "../test/agent/link/raw-page.js";
import { median, type Row, residentMib, runs } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const contentMib = 25;
const sliceBytes = 4 << 20;
const budget = { seconds: 2, grownMib: 60 };
/** In a row, to see whether memory goes on growing. */
const manyJobs = 20;
const settleMs = 2000;

/** A page of the trial's service that the agent was paired with. */
async function pairedPage(trial: BenchTrial): Promise<RawPage> {
  const { origin } = new URL(trial.service);
  const env = { ...process.env, SEALWRIGHT_HOME: trial.home, SEALWRIGHT_KEYSTORE: "file" };
  const [command, ...args] = trial.seal.split(" ");
  const pairing = promisify(execFile)(command!, [...args, "pair", "--json"], { env });
  const code = await new Promise<string>((resolve) =>
    pairing.child.stdout!.once("data", (line) => resolve(JSON.parse(String(line)).code)),
  );
  const first = await RawPage.open(trial.linkPort, { origin });
  const paired = await first.pair(code);
  if (typeof paired === "string") throw new Error(`not paired: ${paired}`);
  await pairing;
  first.socket.terminate();
  const page = await RawPage.open(trial.linkPort, { origin });
  const failed = await page.authenticate(paired);
  if (failed !== null) throw new Error(`not connected: ${failed}`);
  return page;
}

/** There and back: sent in slices, protected, checked, and read. @returns seconds. */
async function protectOnce(page: RawPage, content: Uint8Array, label: string): Promise<number> {
  const startedMs = performance.now();
  const begun = await page.ask("protect", { name: "large.bin", size: content.length, wanted: { label } });
  const { job } = begun.answer;
  for (let offset = 0, id = 1_000_000; offset < content.length; offset += sliceBytes, id++)
    await page.answerTo(id, encodeSlice({ id, job, offset, bytes: content.slice(offset, offset + sliceBytes) }));
  const { files } = await finished(page, job);
  for (let offset = 0; offset < files[0]!.size; offset += sliceBytes)
    await page.read({ job, file: 0, offset, length: Math.min(sliceBytes, files[0]!.size - offset) });
  const seconds = (performance.now() - startedMs) / 1000;
  await page.ask("cancel", { job });
  return seconds;
}

async function finished(page: RawPage, job: string): Promise<{ files: { size: number }[] }> {
  for (;;) {
    const { answer } = await page.ask("job", { job });
    if (answer.state === "done") return answer;
    if (answer.state === "failed") throw new Error(answer.error.message);
    await sleep(5);
  }
}

/** A document through the agent's link, and what twenty in a row leave behind in its memory. */
export async function* link(trial: BenchTrial): AsyncGenerator<Row> {
  const { agent: pid } = JSON.parse(readFileSync(join(trial.root, "trial", "running.json"), "utf8"));
  const page = await pairedPage(trial);
  await page.ask("labels");
  await sleep(settleMs); // a person looks at them
  const content = randomBytes(contentMib << 20);
  const first = await protectOnce(page, content, trial.label);
  yield row(`${contentMib} MiB through the link and protected, the first of an agent`, first);
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) seconds.push(await protectOnce(page, content, trial.label));
  yield row(`${contentMib} MiB through the link and protected`, median(seconds));
  await sleep(settleMs);
  const before = residentMib(pid);
  for (let run = 0; run < manyJobs; run++) await protectOnce(page, content, trial.label);
  await sleep(settleMs);
  const grown = residentMib(pid) - before;
  page.socket.terminate();
  yield {
    what: `memory of the agent after ${manyJobs} more`,
    ours: `${(before + grown).toFixed(0)} MiB`,
    peer: `${before.toFixed(0)} MiB before`,
    ratio: grown / budget.grownMib,
    budget: `${budget.grownMib} MiB more at most`,
    holds: grown < budget.grownMib,
  };
}

const row = (what: string, seconds: number): Row => ({
  what,
  ours: `${seconds.toFixed(2)} s`,
  peer: "–",
  ratio: seconds / budget.seconds,
  budget: `under ${budget.seconds} s`,
  holds: seconds < budget.seconds,
});
