import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { median, type Row, runs } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const count = 10_000;
const sizeBytes = 10_000;
const budget = 0.7;
const lookMs = 200;

const content = (seed: number): Uint8Array => Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + seed) & 0xff);

function write(path: string, seed: number, isDurable: boolean): void {
  const file = openSync(path, "wx");
  writeSync(file, content(seed));
  if (isDurable) fsyncSync(file);
  closeSync(file);
}

/** What any program does that loses nothing: write, flush, name, flush the folder. @returns files a second. */
function bareLoop(folder: string): number {
  const startedMs = performance.now();
  for (let i = 0; i < count; i++) {
    write(join(folder, `${i}.tmp`), i, true);
    renameSync(join(folder, `${i}.tmp`), join(folder, `${i}.bin`));
    const handle = openSync(folder, "r");
    fsyncSync(handle);
    closeSync(handle);
  }
  return count / ((performance.now() - startedMs) / 1000);
}

/** All moved in at once, until none of them is there in clear. @returns files a second. */
async function throughWatchedFolder(from: string, watched: string): Promise<number> {
  for (let i = 0; i < count; i++) write(join(from, `${i}.bin`), i, false);
  const startedMs = performance.now();
  for (let i = 0; i < count; i++) renameSync(join(from, `${i}.bin`), join(watched, `${i}.bin`));
  while (readdirSync(watched).some((name) => !name.endsWith(".pfile"))) await sleep(lookMs);
  return count / ((performance.now() - startedMs) / 1000);
}

/** 10,000 files of 10 kB dropped at once, in turn with a loop that writes as many durably and protects nothing. */
export async function* smallFiles({ root, folder }: BenchTrial): AsyncGenerator<Row> {
  const pairs: { ours: number; bare: number }[] = [];
  for (let run = 0; run <= runs; run++) {
    const [plain, from, watched] = [mkdtempSync(join(root, "plain-")), join(root, "from"), join(folder, `drop ${run}`)];
    for (const path of [from, watched]) mkdirSync(path);
    const bare = bareLoop(plain);
    const ours = await throughWatchedFolder(from, watched);
    for (const path of [plain, from, watched]) rmSync(path, { recursive: true });
    if (run > 0) pairs.push({ ours, bare });
  }
  const ratio = median(pairs.map(({ ours, bare }) => ours / bare));
  yield {
    what: `${count} files of 10 kB through a watched folder`,
    ours: `${median(pairs.map(({ ours }) => ours)).toFixed(0)}/s`,
    peer: `${median(pairs.map(({ bare }) => bare)).toFixed(0)}/s (write, fsync, rename, fsync of the folder)`,
    ratio,
    budget: `at least ${budget}`,
    holds: ratio >= budget,
  };
}
