import { dirname, join } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { claimFile } from "./claim.js";
import { fileError } from "./file-errors.js";
import type { Folder } from "./file-ops.js";
import type { JournalPlan } from "./journal.js";
import { shown } from "./names.js";
import { nodeFiles } from "./node-files.js";
import { endJob, startJob } from "./owner.js";
import { publish, removeOriginal } from "./publish.js";
import { planFor, type Replacement, type Replacing, targetNames, targetsOf } from "./replacing.js";
import type { SourceFile } from "./source-file.js";
import { undo } from "./undo-replace.js";
import { writeTemporary } from "./write-temporary.js";

async function run(job: Replacing, replacement: Replacement): Promise<string> {
  job.written = await writeTemporary(job, replacement);
  await replacement.source?.assertUntouched();
  replacement.signal?.throwIfAborted();
  const name = await publish(job, job.written, targetNames(replacement));
  if (job.original !== null) await removeOriginal(job, job.original, job.written);
  return name;
}

const ignore = () => undefined;

/** Runs the job under a claim on the original; if it fails, takes back what it did. */
async function runOrUndo(job: Replacing, replacement: Replacement): Promise<string> {
  const { original, plan, log } = job;
  let release = async () => {};
  let isOver = true;
  try {
    if (original !== null) release = await claimFile(original.folder, original.name, plan.id);
    return await run(job, replacement);
  } catch (error) {
    isOver = await undo(job);
    // With the original gone the result stands, and only the flush after that can have failed.
    if (job.isRemoved && job.published !== null) return job.published;
    throw error;
  } finally {
    isOver &&= await release().then(
      () => true,
      () => false,
    );
    // An entry that stays is harmless: recovery finds nothing to do.
    if (isOver) await log.end().catch(ignore);
  }
}

async function runJournaled(plan: JournalPlan, replacement: Replacement, original: SourceFile | null, to: Folder) {
  startJob(plan.id);
  try {
    const log = await replacement.journal.begin(plan);
    const job = { plan, to, original, log, written: null, published: null, isAside: false, isRemoved: false };
    return await runOrUndo(job, replacement);
  } finally {
    endJob(plan.id);
  }
}

function assertOneName(source: SourceFile): void {
  if (source.stat.links === 1) return;
  // Removed between being found and being opened, as by another agent that was quicker.
  if (source.stat.links === 0) throw new RightsError("file-missing", `${shown(source.path)} is gone meanwhile`);
  const names = `${shown(source.path)} has ${source.stat.links} names (hard links)`;
  throw new RightsError("file-unsuitable", `${names}; its content would stay under the others, so copy it first`);
}

/**
 * Writes a file and, unless `keep`, removes the one it was made from, so that at every instant, also after a crash or a
 * loss of power, exactly one good version can be recovered: written and flushed under a temporary name, verified, noted
 * in the journal, named without ever overwriting, the folder flushed, and only then the original removed.
 * @returns the path that the result got.
 * Throws `file-changed`, `file-missing` (the source, meanwhile), `file-busy` (another agent has it), `file-unsuitable`
 * (hard links), `file-unwritable`, `disk-full`, and what `write` and `verify` throw. Then the source is untouched and
 * nothing else is left.
 */
export async function replaceFile(replacement: Replacement): Promise<string> {
  const { source, keep, ops = nodeFiles } = replacement;
  const [target = ""] = targetsOf(replacement);
  const original = keep ? null : source;
  if (original !== null) assertOneName(original);
  try {
    const beside = source?.folder.path === dirname(target) ? source.folder : null;
    const to = beside ?? (await ops.openFolder(dirname(target)));
    try {
      const name = await runJournaled(planFor(to.path, original), replacement, original, to);
      return join(dirname(target), name);
    } finally {
      if (beside === null) await to.close().catch(ignore);
    }
  } catch (error) {
    throw fileError(error, target, "write");
  }
}
