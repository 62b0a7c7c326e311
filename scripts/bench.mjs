// `npm run bench`: builds the programs and the benchmarks, and runs them. Needs age and openssl.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import "./build.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const missing = ensureSystemPackages("bench");
if (missing !== null) {
  console.error(missing);
  process.exit(1);
}
const root = dirname(import.meta.dirname);
const outfile = join(root, "dist", "bench", "main.js");
await build({
  absWorkingDir: root,
  entryPoints: ["bench/main.ts"],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
process.exit(spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1);
