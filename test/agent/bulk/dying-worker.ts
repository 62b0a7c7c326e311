import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** The real worker, but its thread ends at the fifth read of a file: in the middle of its turn. */
const { readSync } = fs;
let reads = 0;
fs.readSync = ((...args: Parameters<typeof readSync>) => {
  if (++reads === 5) process.exit(1);
  return readSync(...args);
}) as typeof readSync;
syncBuiltinESMExports();

await import("../../../agent/bulk/segment-worker.js");
