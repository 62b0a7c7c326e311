#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadProgram } from "./program.mjs";

const path = fileURLToPath(new URL("../dist/seal.cjs", import.meta.url));
if (!existsSync(path)) {
  console.error("seal: error: the programs have not been built yet\nseal: hint: npm run build");
  process.exit(1);
}
await loadProgram(path).exported.main(process.argv.slice(2));
