import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

/** One line of bench/results.md: what was measured, beside what, and how far apart they may be. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  /** Ours to the peer's, by pairs; the median of at least five. */
  readonly ratio: number;
  readonly budget: string;
  readonly holds: boolean;
}

const pageBytes = Number(execFileSync("getconf", ["PAGESIZE"], { encoding: "utf8" }));

export const runs = 5;

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
};

export interface Timed {
  readonly seconds: number;
  /** Of the process and those it started, in MiB. */
  readonly peakMib: number;
}

/** Runs a shell line to its end. Peak memory is looked at fifty times a second over all processes. */
export async function time(line: string, env: NodeJS.ProcessEnv = process.env): Promise<Timed> {
  const started = process.hrtime.bigint();
  const child = spawn("bash", ["-c", `set -eo pipefail; ${line}`], {
    env,
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakMib = 0;
  const watcher = setInterval(() => {
    peakMib = Math.max(peakMib, treeMib(child.pid!));
  }, 20);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearInterval(watcher);
  if (code !== 0) throw new Error(`${line} ended with ${code}`);
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, peakMib };
}

/** Of one process, in MiB; 0 once it has ended. */
export function residentMib(pid: number): number {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * pageBytes) / 2 ** 20;
  } catch {
    return 0;
  }
}

/** Resident memory of a process and of those it started. Read where Linux tells it: a program for it would be measured too. */
function treeMib(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
    const below = children === "" ? [] : children.split(" ").map((child) => treeMib(Number(child)));
    return below.reduce((sum, mib) => sum + mib, residentMib(pid));
  } catch {
    return 0; // it has ended
  }
}

/** Both lines in turn, `runs` times after one warm-up: the machine's moods fall on both. */
export async function race(ours: string, peer: string, prepare: () => void, env?: NodeJS.ProcessEnv) {
  const results: { ours: Timed; peer: Timed }[] = [];
  for (let run = 0; run <= runs; run++) {
    prepare();
    const a = await time(ours, env);
    prepare();
    const b = await time(peer, env);
    if (run > 0) results.push({ ours: a, peer: b });
  }
  return {
    ours: median(results.map((one) => one.ours.seconds)),
    peer: median(results.map((one) => one.peer.seconds)),
    ratio: median(results.map((one) => one.ours.seconds / one.peer.seconds)),
    peakMib: Math.max(...results.map((one) => one.ours.peakMib)),
  };
}

export const seconds = (value: number): string => `${value.toFixed(2)} s`;

export function machine(): string {
  const version = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: "utf8" }).split("\n")[0]!.trim();
  const system = /PRETTY_NAME="(.*)"/.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  return [
    `${cpus().length} × ${cpus()[0]!.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system}`,
    `Node ${process.version}, ${version("openssl", "version")}, age ${version("age", "--version")}`,
  ].join("; ");
}
