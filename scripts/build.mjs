// Bundles each program into one file under dist/. Writes beside and renames, so that a program that is running, or
// starting, finds the old file or the new one, whole. Packages stay in node_modules.
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";

const root = dirname(import.meta.dirname);
const programs = {
  seal: "agent/cli/main.ts",
  agent: "agent/main.ts",
  service: "service/main.ts",
  "rsa-worker": "service/custody/rsa-worker.ts",
  "segment-worker": "agent/work/segment-worker.ts",
};

const present = Object.entries(programs).filter(([, source]) => existsSync(join(root, source)));
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(present),
  outdir: "dist",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  sourcemap: true,
  write: false,
  logLevel: "warning",
});

const dist = join(root, "dist");
await mkdir(dist, { recursive: true });
// maps first: a program never names a map that is not there
const [maps, bundles] = [true, false].map((map) => outputFiles.filter(({ path }) => path.endsWith(".map") === map));
for (const { path, contents } of [...maps, ...bundles]) {
  const temporary = join(dist, `.${basename(path)}.${process.pid}.tmp`);
  await writeFile(temporary, contents);
  await rename(temporary, path);
}
