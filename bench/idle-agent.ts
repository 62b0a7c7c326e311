import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { median, type Row, residentMib, runs } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const folders = 1000;
const filesPerFolder = 100;
const budget = { mib: 300, readySeconds: 10, cpuShare: 0.001 };
/** The first seconds go to what follows the start; then nothing is to do. */
const settleMs = 3000;
const idleMs = 10_000;
/** The kernel counts a process's time in hundredths of a second. */
const tickSeconds = 0.01;
const agent = join(import.meta.dirname, "..", "agent.cjs");

/** Half of them protected already, half clear files that were there before the folder was watched. */
function fill(root: string): void {
  for (let f = 0; f < folders; f++) {
    const folder = join(root, `folder ${f}`);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < filesPerFolder; i++)
      writeFileSync(join(folder, `file ${i}.${i % 2 ? "bin" : "bin.pfile"}`), "x");
  }
}

function cpuSeconds(pid: number): number {
  const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13);
  return (Number(user) + Number(system)) * tickSeconds;
}

/** Starts the agent. @returns how long until it says that it has seen every file. */
async function start(env: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; readySeconds: number }> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [agent], { env, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout!).once("line", () => resolve());
    child.once("exit", (code) => reject(new Error(`the agent ended with ${code}`)));
  });
  return { child, readySeconds: (performance.now() - startedMs) / 1000 };
}

async function oneRun(env: NodeJS.ProcessEnv) {
  const { child, readySeconds } = await start(env);
  await sleep(settleMs);
  const before = cpuSeconds(child.pid!);
  await sleep(idleMs);
  const cpuShare = (cpuSeconds(child.pid!) - before) / (idleMs / 1000);
  const mib = residentMib(child.pid!);
  child.removeAllListeners("exit");
  await new Promise((resolve) => child.once("exit", resolve) && child.kill("SIGTERM"));
  return { readySeconds, cpuShare, mib };
}

/** As `find` sees them all: what it takes to look once at so many files. */
function findSeconds(root: string): number {
  const startedMs = performance.now();
  execFileSync("find", [root, "-type", "f", "-size", "+9999", "-print"]);
  return (performance.now() - startedMs) / 1000;
}

/** An agent of its own on 100,000 files that need nothing. */
export async function* idleAgent({ root, seal, service, label, people }: BenchTrial): AsyncGenerator<Row> {
  const watched = join(root, "many files");
  fill(watched);
  const writer = people.find(({ role }) => role === "writer")!;
  const env = { ...process.env, SEALWRIGHT_HOME: join(root, "idle home"), SEALWRIGHT_KEYSTORE: "file" };
  const run = (args: string, input = "") => execFileSync("bash", ["-c", `${seal} ${args}`], { env, input });
  run(`login ${service} --user ${writer.user} --password-stdin`, writer.password);
  run(`watch add '${watched}' --label '${label}'`);
  const results: { readySeconds: number; cpuShare: number; mib: number; find: number }[] = [];
  for (let i = 0; i <= runs; i++) {
    const find = findSeconds(watched);
    const result = await oneRun(env);
    if (i > 0) results.push({ ...result, find });
  }
  const of = (key: keyof (typeof results)[number]) => median(results.map((one) => one[key]));
  const row = (what: string, ours: string, peer: string, value: number, limit: number, limitText: string): Row => ({
    what: `agent on ${folders * filesPerFolder} files: ${what}`,
    ours,
    peer,
    ratio: value / limit,
    budget: limitText,
    holds: value <= limit,
  });
  const { mib, readySeconds, cpuShare } = budget;
  yield row(
    "ready",
    `${of("readySeconds").toFixed(1)} s`,
    `${of("find").toFixed(1)} s (find)`,
    of("readySeconds"),
    readySeconds,
    `in ${readySeconds} s`,
  );
  yield row("memory, idle", `${of("mib").toFixed(0)} MiB`, "–", of("mib"), mib, `under ${mib} MiB`);
  yield row(
    "processor, idle",
    `${(of("cpuShare") * 100).toFixed(2)} %`,
    "–",
    of("cpuShare"),
    cpuShare,
    "none: under 0.1 %",
  );
}
