import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Account, openAccount } from "../agent/account.js";
import { openDocument } from "../agent/document.js";
import { openHome } from "../agent/home.js";
import { signIn } from "../agent/sign-in.js";
import { median, type Row, runs } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const inFlight = 16;
const perRun = 1000;

/** CPU seconds that the service process has used, all threads together. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** RSA-2048 private operations a second of one core, as openssl counts them. */
function opensslPerSecond(): number {
  const table = execFileSync("openssl", ["speed", "-seconds", "2", "rsa2048"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Number(/rsa 2048 bits\s+\S+\s+\S+\s+([\d.]+)/.exec(table)![1]);
}

/** Some devices of the colleague: the service limits how often one device may ask. */
async function devices(trial: BenchTrial): Promise<Account[]> {
  const { user, password } = trial.people.find(({ role }) => role === "colleague")!;
  const accounts: Account[] = [];
  for (let device = 0; device < 8; device++) {
    const home = await openHome(join(trial.root, `device-${device}`));
    await signIn(home, { address: trial.service, user, password });
    accounts.push(await openAccount(home));
  }
  return accounts;
}

/** Use licenses per second of the service's CPU, against one unseal and one signature each at openssl's speed. */
export async function useLicenses(trial: BenchTrial): Promise<Row[]> {
  const accounts = await devices(trial);
  const document = await openDocument(join(trial.folder, "Welcome.ptxt"));
  await document.source.close();
  const { service } = JSON.parse(readFileSync(join(trial.root, "trial", "running.json"), "utf8")) as {
    service: number;
  };
  let turn = 0;
  const ask = () => {
    const { service: client, certificates } = accounts[turn++ % accounts.length]!;
    return client.useLicense(document.licenseBytes, certificates.account);
  };
  await load(ask, 500);
  const ratios: number[] = [];
  const rates: number[] = [];
  const bounds: number[] = [];
  let wallPerSecond = 0;
  for (let run = 0; run < runs; run++) {
    const [cpu, wall] = [cpuSeconds(service), performance.now()];
    await load(ask, perRun);
    rates.push(perRun / (cpuSeconds(service) - cpu));
    wallPerSecond = Math.max(wallPerSecond, (perRun * 1000) / (performance.now() - wall));
    bounds.push(opensslPerSecond() / 2);
    ratios.push(rates.at(-1)! / bounds.at(-1)!);
  }
  const slowest = await latencyAt(ask, wallPerSecond / 2);
  return [
    {
      what: "use licenses per second of service CPU",
      ours: `${median(rates).toFixed(0)}/s`,
      peer: `${median(bounds).toFixed(0)}/s (openssl speed rsa2048, two operations)`,
      ratio: median(ratios),
      budget: "at least 0.8",
      holds: median(ratios) >= 0.8,
    },
    {
      what: `use license, 99th percentile at half load (${(wallPerSecond / 2).toFixed(0)}/s), client and service on one machine`,
      ours: `${slowest.toFixed(1)} ms`,
      peer: "–",
      ratio: slowest / 25,
      budget: "under 25 ms",
      holds: slowest < 25,
    },
  ];
}

async function load(ask: () => Promise<unknown>, count: number): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

/** Requests leave on a fixed beat whatever comes back; the 99th percentile of 1000 in ms. */
async function latencyAt(ask: () => Promise<unknown>, perSecond: number): Promise<number> {
  const latencies: number[] = [];
  const started = performance.now();
  const one = async (at: number) => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, started + at - performance.now())));
    const begin = performance.now();
    await ask();
    latencies.push(performance.now() - begin);
  };
  await Promise.all(Array.from({ length: 1000 }, (_, i) => one((i * 1000) / perSecond)));
  return latencies.sort((a, b) => a - b)[989]!;
}
