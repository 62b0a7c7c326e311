import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { median, type Row, runs } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const dropsPerRun = 40;
const lookMs = 2;
const budget = { medianMs: 400, worstMs: 1000 };

/** From the close of a file until its clear name is gone: the agent removes it only once the protected file is durable. */
async function drop(path: string): Promise<number> {
  writeFileSync(path, "a small file, saved and closed\n".repeat(100));
  const closedMs = performance.now();
  while (existsSync(path)) await sleep(lookMs);
  return performance.now() - closedMs;
}

/** The same file only written durably. */
function writeDurably(folder: string): number {
  const startedMs = performance.now();
  const file = openSync(join(folder, ".bare"), "w");
  writeSync(file, "a small file, saved and closed\n".repeat(100));
  fsyncSync(file);
  closeSync(file);
  renameSync(join(folder, ".bare"), join(folder, ".bare.done"));
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
  rmSync(join(folder, ".bare.done"));
  return performance.now() - startedMs;
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

/** One small file after the other, each dropped when the one before is done and a moment has passed. */
export async function* droppedFile({ folder }: BenchTrial): AsyncGenerator<Row> {
  const series: { ours: number[]; bare: number[] }[] = [];
  for (let run = 0; run <= runs; run++) {
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let i = 0; i < dropsPerRun; i++) {
      bare.push(writeDurably(folder));
      ours.push(await drop(join(folder, `drop ${run} ${i}.txt`)));
      await sleep((i * 37) % 150); // at no fixed distance to the agent's own clock
    }
    if (run > 0) series.push({ ours, bare });
  }
  const medianMs = median(series.map(({ ours }) => median(ours)));
  const bareMs = median(series.map(({ bare }) => median(bare)));
  const worstMs = percentile(
    series.flatMap(({ ours }) => ours),
    0.99,
  );
  const peer = `${bareMs.toFixed(1)} ms (write, fsync, rename, fsync of the folder)`;
  const row = (what: string, ms: number, limitMs: number): Row => ({
    what: `a small file closed in a watched folder, until protected and durable: ${what}`,
    ours: `${ms.toFixed(0)} ms`,
    peer,
    ratio: ms / limitMs,
    budget: `under ${limitMs} ms`,
    holds: ms < limitMs,
  });
  yield row("median", medianMs, budget.medianMs);
  yield row("99th percentile", worstMs, budget.worstMs);
}
