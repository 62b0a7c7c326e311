import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Row, race, seconds } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const budgetSeconds = 0.2;

/** `seal status` of one protected file, a new process each time, beside Node that does nothing. */
export async function* coldStatus({ seal, folder, home }: BenchTrial): AsyncGenerator<Row> {
  const file = join(folder, "Welcome.ptxt");
  while (!existsSync(file)) await sleep(100);
  const env = { ...process.env, SEALWRIGHT_HOME: home };
  const result = await race(`${seal} status ${file}`, `${process.execPath} -e 0`, () => undefined, env);
  yield {
    what: "`seal status` cold",
    ours: seconds(result.ours),
    peer: `${seconds(result.peer)} (node alone)`,
    ratio: result.ours / budgetSeconds,
    budget: `${budgetSeconds} s`,
    holds: result.ours <= budgetSeconds,
  };
}
