import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { coldStatus } from "./cold-status.js";
import { droppedFile } from "./dropped-file.js";
import { idleAgent } from "./idle-agent.js";
import { largeFile } from "./large-file.js";
import { link } from "./link.js";
import { mail } from "./mail.js";
import { machine, type Row } from "./measure.js";
import { officeFiles } from "./office-files.js";
import { pane } from "./pane.js";
import { smallFiles } from "./small-files.js";
import { startTrial } from "./trial.js";
import { useLicenses } from "./use-licenses.js";
import { viewer } from "./viewer.js";

/** `npm run bench`: every budget, each row as soon as it is measured, and all into bench/results.md. `npm run bench -- use-licenses` runs one. */
const budgets = {
  "use-licenses": useLicenses,
  "large-file": largeFile,
  "small-files": smallFiles,
  "dropped-file": droppedFile,
  "idle-agent": idleAgent,
  link,
  "cold-status": coldStatus,
  viewer,
  pane,
  mail,
  "office-files": officeFiles,
};

const asked = process.argv.slice(2);
const trial = await startTrial();
const rows: Row[] = [];
try {
  for (const [name, measure] of Object.entries(budgets)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    for await (const row of measure(trial)) {
      console.log(
        `${row.holds ? "holds " : "MISSED"}  ${row.what}: ${row.ours} | ${row.peer} | ${row.ratio.toFixed(2)} (${row.budget})`,
      );
      rows.push(row);
    }
  }
} finally {
  await trial.stop();
}

const lines = [
  "# Measured",
  "",
  `${new Date().toISOString().slice(0, 10)}, ${machine()}.`,
  "Medians of five runs after one warm-up, each beside its peer; the ratio is the median of the pairs. Use licenses are asked",
  "for by a client with ready-made requests, on the same cores; all of the service's processor time counts, the system's too.",
  "",
  "| what | here | beside it | ratio | budget | |",
  "|---|---|---|---|---|---|",
  ...rows.map(
    (row) =>
      `| ${row.what} | ${row.ours} | ${row.peer} | ${row.ratio.toFixed(2)} | ${row.budget} | ${row.holds ? "holds" : "**missed**"} |`,
  ),
  "",
];
if (asked.length === 0) writeFileSync(join(import.meta.dirname, "..", "..", "bench", "results.md"), lines.join("\n"));
