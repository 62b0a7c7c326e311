import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openJournal } from "../../../agent/work/journal.js";
import { nodeFiles } from "../../../agent/work/node-files.js";
import { recover } from "../../../agent/work/recover.js";
import { codeOf } from "../../../shared/errors.js";
import { sealFile } from "./document.js";
import { steppedFiles } from "./stepped-files.js";

/** What the process that a test starts, and perhaps kills, is to do. */
export interface ChildOrder {
  home: string;
  /** Each is sealed to its target, one after the other. */
  files: { path: string; target: string }[];
  /** Ahead of which step to kill itself, at once and without a chance to tidy up. */
  dieAt?: number;
  /** The user to become first. */
  uid?: number;
  /** A folder whose content the answer tells. */
  list?: string;
}

export interface ChildAnswer {
  steps: number;
  /** For each file the result's path, or the code and sentence of the error. */
  results: ({ path: string } | { code: string; message: string })[];
  files: Record<string, string>;
}

async function obey({ home, files, dieAt, uid, list }: ChildOrder): Promise<ChildAnswer> {
  if (uid !== undefined) process.setuid?.(uid);
  let steps = 0;
  const ops = steppedFiles(nodeFiles, () => {
    if (steps++ === dieAt) process.kill(process.pid, "SIGKILL");
  });
  mkdirSync(join(home, "journal"), { recursive: true });
  const journal = await openJournal(home, ops);
  if (dieAt === undefined) await recover(journal);
  const results: ChildAnswer["results"] = [];
  for (const file of files)
    results.push(
      await sealFile({ ...file, journal, ops }).then(
        (path) => ({ path }),
        (error) => ({ code: codeOf(error), message: String(error.message) }),
      ),
    );
  const names = list === undefined ? [] : readdirSync(list);
  const left = Object.fromEntries(names.map((name) => [name, readFileSync(join(list ?? "", name), "latin1")]));
  return { steps, results, files: left };
}

process.stdout.write(`${JSON.stringify(await obey(JSON.parse(process.argv[2] ?? "{}")))}\n`);
