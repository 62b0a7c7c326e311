// Runs a command that touches no account, in a home of its own, and keeps what V8 made of the command line for it.
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { cacheOf, loadProgram } from "../bin/program.mjs";

const path = join(dirname(import.meta.dirname), "dist", "seal.cjs");
const home = mkdtempSync(join(tmpdir(), "seal-"));
process.env.SEALWRIGHT_HOME = home;
const { script, cachePath, exported } = loadProgram(path);
await exported.main(["status", path]);
rmSync(home, { recursive: true });
const temporary = `${cachePath}.${process.pid}.tmp`;
writeFileSync(temporary, cacheOf(script.createCachedData()));
renameSync(temporary, cachePath);
for (const name of readdirSync(dirname(path)))
  if (name.includes(".cache") && name !== basename(cachePath)) rmSync(join(dirname(path), name), { force: true });
