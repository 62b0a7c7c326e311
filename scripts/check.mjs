// npm run check: types, format and lint, who imports whom, what nobody uses. One line each; all of them, always.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const folders = ["shared", "service", "agent", "browser", "addin", "viewer", "console"];
const present = folders.filter((folder) => existsSync(join(root, folder)));
const steps = [
  ["types", "typescript/bin/tsc", "-b"],
  [
    "format and lint",
    "@biomejs/biome/bin/biome",
    "check",
    "--error-on-warnings",
    "--diagnostic-level=warn",
    "--colors=off",
  ],
  ["imports", "dependency-cruiser/bin/dependency-cruise.mjs", "--config", ".dependency-cruiser.cjs", ...present],
  ["unused", "knip/bin/knip.js", "--no-progress", "--no-config-hints"],
];

/** What a step says, and whether it found nothing wrong. */
const run = ([name, script, ...args]) =>
  new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(process.execPath, [join(root, "node_modules", script), ...args], { cwd: root });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => said.push(text));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({
        name,
        ok: code === 0,
        said: Buffer.concat(said).toString(),
        seconds: (performance.now() - startMs) / 1000,
      }),
    );
  });

let failed = 0;
for (const step of steps) {
  const { name, ok, said, seconds } = await run(step);
  console.log(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(16)} ${seconds.toFixed(1)} s`);
  if (!ok) console.log(said.trimEnd());
  if (!ok) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
