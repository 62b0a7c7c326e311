// npm test: system packages, build, every test. The last line says "N passed, M failed" and nothing else.
//   npm test -- test/shared      only these files
//   SEALWRIGHT_SEED=1 npm test   the random choices of another run
//   npm run test:long            the same files at larger scale
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensureSystemPackages } from "./system-packages.mjs";
import { summarize } from "./test-summary.mjs";

const root = dirname(import.meta.dirname);

/** The exit code; a program that was killed counts as failed. */
const run = (script, args, env = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });

async function runTests(args, env) {
  const folder = await mkdtemp(join(tmpdir(), "sealwright-test-"));
  const output = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
    const code = await run("node_modules/vitest/vitest.mjs", ["run", ...reporters, ...args], env);
    const report = await readFile(output, "utf8").then(JSON.parse, () => null);
    return summarize(report, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main() {
  const args = process.argv.slice(2).filter((arg) => arg !== "--long");
  const long = process.argv.includes("--long");
  const missing = ensureSystemPackages("test");
  if (missing !== null) return { passed: 0, failed: 1, notes: [missing], ok: false };
  if ((await run("scripts/build.mjs", [])) !== 0)
    return { passed: 0, failed: 1, notes: ["the programs could not be built"], ok: false };
  const seed = process.env.SEALWRIGHT_SEED || String(randomInt(2 ** 31));
  console.log(`seed: SEALWRIGHT_SEED=${seed}${long ? " SEALWRIGHT_LONG=1" : ""}`);
  const result = await runTests(args, { SEALWRIGHT_SEED: seed, ...(long ? { SEALWRIGHT_LONG: "1" } : {}) });
  if (!result.ok) result.notes.push(`to run it with the same choices: SEALWRIGHT_SEED=${seed}`);
  return result;
}

const { passed, failed, notes, ok } = await main();
for (const note of notes) console.error(note);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = ok ? 0 : 1;
