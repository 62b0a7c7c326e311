import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Row, race, seconds } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const gib = 2 ** 30;
const memoryBudgetMib = 250;

/** tmpfs where there is room for four copies, and the disk. */
function places(): [string, string][] {
  const memory = statfsSync("/dev/shm");
  const roomy = memory.bavail * memory.bsize > 5 * gib;
  return [...(roomy ? [["tmpfs", "/dev/shm"] as [string, string]] : []), ["disk", tmpdir()]];
}

/** One file of 1 GiB, against age: as a stream, and in place with everything that makes it durable. */
export async function* largeFile(trial: BenchTrial): AsyncGenerator<Row> {
  for (const [name, parent] of places()) yield* inPlace(trial, name, parent);
}

async function* inPlace(trial: BenchTrial, name: string, parent: string): AsyncGenerator<Row> {
  const dir = mkdtempSync(join(parent, "seal-large-"));
  const at = (file: string) => join(dir, file);
  try {
    execFileSync("bash", ["-c", `head -c ${gib} /dev/urandom > ${at("in")} && age-keygen -o ${at("key")} 2>/dev/null`]);
    const recipient = /public key: (\S+)/.exec(readFileSync(at("key"), "utf8"))![1]!;
    const env = { ...process.env, SEALWRIGHT_HOME: trial.home };
    const protect = `${trial.seal} protect --label '${trial.label}'`;
    const clean = () => {
      for (const file of ["copy", "copy.pfile", "copy.age"]) rmSync(at(file), { force: true });
    };
    const fresh = () => {
      clean();
      copyFileSync(at("in"), at("copy"));
      execFileSync("sync");
    };
    const sealing = await race(
      `${protect} - < ${at("in")} > ${at("in.pfile")}`,
      `age -r ${recipient} < ${at("in")} > ${at("in.age")}`,
      clean,
      env,
    );
    yield row(`1 GiB, ${name}: stream protect`, "age", sealing, 1);
    const opening = await race(
      `${trial.seal} cat ${at("in.pfile")} > /dev/null`,
      `age -d -i ${at("key")} ${at("in.age")} > /dev/null`,
      clean,
      env,
    );
    yield row(`1 GiB, ${name}: stream open`, "age -d", opening, 1);
    const whole = `age -r ${recipient} -o ${at("copy.age")} ${at("copy")} && sync ${at("copy.age")} && age -d -i ${at("key")} ${at("copy.age")} > /dev/null && rm ${at("copy")}`;
    const replacing = await race(`${protect} ${at("copy")}`, whole, fresh, env);
    yield row(`1 GiB, ${name}: in place, durable, read back`, "age, sync, age -d", replacing, 1.2);
    const peak = Math.max(sealing.peakMib, opening.peakMib, replacing.peakMib);
    yield {
      what: `1 GiB, ${name}: peak memory`,
      ours: `${peak.toFixed(0)} MiB`,
      peer: "–",
      ratio: peak / memoryBudgetMib,
      budget: `under ${memoryBudgetMib} MiB`,
      holds: peak < memoryBudgetMib,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const row = (what: string, peer: string, result: Awaited<ReturnType<typeof race>>, limit: number): Row => ({
  what,
  ours: seconds(result.ours),
  peer: `${seconds(result.peer)} (${peer})`,
  ratio: result.ratio,
  budget: `at most ${limit}`,
  holds: result.ratio <= limit,
});
