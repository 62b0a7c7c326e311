import { RightsError } from "../../shared/errors.js";
import { dropClaim } from "./claim.js";
import { fileError, isMissing } from "./file-errors.js";
import { isSameContent, readIdentity } from "./file-identity.js";
import type { FileOps, Folder } from "./file-ops.js";
import type { Journal, JournalNote, JournalPlan, PendingJob } from "./journal.js";
import { removeIfThere, statOrNull } from "./move.js";
import { asideName, temporaryName } from "./names.js";
import { nodeFiles } from "./node-files.js";
import { putBack, removePublished, removeUnpublished } from "./undo-replace.js";

/** What became of the jobs that a dead process left. */
export interface Recovery {
  /** Ended one way or the other: one good version of each document is there. */
  settled: number;
  /** Still worked on by a live process. */
  live: number;
  /** Could not be settled now, such as on a drive that is not connected; the next `recover` tries again. */
  left: { folder: string; code: string; message: string }[];
}

/** After this long without its folder, a job is forgotten: the drive will not come back. */
const folderLimitMs = 90 * 24 * 3_600_000;

interface Place {
  to: Folder;
  /** The original's folder; `null` where no original goes. */
  from: Folder | null;
}

/** The result has its name: the original goes, if it is still what the result was made from, and else stays. */
async function finish({ to, from }: Place, { id, original }: JournalPlan): Promise<void> {
  await removeIfThere(to, temporaryName(id));
  await to.sync();
  if (from === null || original === null) return;
  const aside = asideName(id);
  const then = readIdentity(original.identity);
  const named = await statOrNull(from, original.name);
  if ((await statOrNull(from, aside)) === null) {
    if (named === null || !isSameContent(named, then) || named.links !== 1) return;
    await from.rename(original.name, aside);
  }
  const there = await statOrNull(from, aside);
  if (there !== null && isSameContent(there, then) && there.links === 1) await removeIfThere(from, aside);
  else await putBack(from, aside, original.name);
  await from.sync();
}

async function settlePublish(place: Place, plan: JournalPlan, note: JournalNote): Promise<void> {
  const result = await statOrNull(place.to, note.final);
  if (result !== null && isSameContent(result, readIdentity(note.written))) return finish(place, plan);
  await removeUnpublished(place.to, plan.id, note.final);
  if (place.from !== null && plan.original !== null) await putBack(place.from, asideName(plan.id), plan.original.name);
}

/** A job that was already taking itself back: its result goes only where the original is really there. */
async function settleUndo({ to, from }: Place, plan: JournalPlan, note: JournalNote & { step: "undo" }): Promise<void> {
  await removeUnpublished(to, plan.id, note.final);
  if (from === null || plan.original === null) return removePublished(to, note.final, readIdentity(note.written));
  const aside = asideName(plan.id);
  const original = (await statOrNull(from, aside)) ?? (await statOrNull(from, plan.original.name));
  if (note.original !== null && original?.ino === readIdentity(note.original).ino)
    await removePublished(to, note.final, readIdentity(note.written));
  await putBack(from, aside, plan.original.name);
}

async function settleAt(place: Place, { plan, note }: PendingJob): Promise<void> {
  if (note === null) await removeUnpublished(place.to, plan.id, null);
  else if (note.step === "undo") await settleUndo(place, plan, note);
  else await settlePublish(place, plan, note);
  await place.to.sync();
  if (place.from !== null && plan.original !== null) await dropClaim(place.from, plan.original.claim, plan.id);
}

const ignore = () => undefined;

async function settle(job: PendingJob, ops: FileOps): Promise<void> {
  const { folder, original } = job.plan;
  const to = await ops.openFolder(folder);
  try {
    const from = original === null || original.folder === folder ? null : await ops.openFolder(original.folder);
    try {
      await settleAt({ to, from: original === null ? null : (from ?? to) }, job);
    } finally {
      await from?.close().catch(ignore);
    }
  } finally {
    await to.close().catch(ignore);
  }
  await job.forget();
}

const asRightsError = (error: unknown): RightsError =>
  error instanceof RightsError
    ? error
    : new RightsError("state-damaged", "an entry of the journal could not be understood", { cause: error });

async function settleOrLeave(job: PendingJob, ops: FileOps, recovery: Recovery): Promise<void> {
  const { folder } = job.plan;
  try {
    await settle(job, ops);
    recovery.settled++;
  } catch (error) {
    if (isMissing(error) && job.ageMs > folderLimitMs) return job.forget();
    const known = asRightsError(fileError(error, folder, "write"));
    recovery.left.push({ folder, code: known.code, message: known.message });
  }
}

/**
 * Finishes or undoes every replacement whose process is gone, so that of each document exactly one good version is
 * there and nothing else. Call it at start and now and then. It can be killed and called again at any point, and two
 * may run at once; it never removes a result unless the original is there.
 */
export async function recover(journal: Journal, ops: FileOps = nodeFiles): Promise<Recovery> {
  const recovery: Recovery = { settled: 0, live: 0, left: [] };
  for (const job of await journal.pending()) {
    if (job.abandoned) await settleOrLeave(job, ops, recovery);
    else recovery.live++;
  }
  return recovery;
}
