#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const dist = new URL("../dist/", import.meta.url);
const program = new URL("seal.js", dist);
if (!existsSync(program)) {
  console.error("seal: error: the programs have not been built yet\nseal: hint: npm run build");
  process.exit(1);
}
// Not in the system's temporary folder, where somebody else could put code first.
module.enableCompileCache?.(fileURLToPath(new URL("compile-cache", dist)));
await import(program.href);
