import { isSameContent, storeIdentity } from "./file-identity.js";
import type { FileStat, Folder } from "./file-ops.js";
import type { JournalNote } from "./journal.js";
import { isReservation, nameWithoutOverwriting, removeIfThere, statOrNull } from "./move.js";
import { asideName, candidateNames, temporaryName } from "./names.js";
import type { Replacing } from "./replacing.js";

/**
 * Gives an original that was set aside its name again, or the next free one where somebody has taken it meanwhile.
 * @returns what was set aside; `null` where nothing is. Can be done again after dying in the middle.
 */
export async function putBack(folder: Folder, aside: string, name: string): Promise<FileStat | null> {
  const stat = await statOrNull(folder, aside);
  if (stat === null) return null;
  if (await isReservation(folder, name, stat)) await removeIfThere(folder, name);
  for (const candidate of candidateNames([name])) {
    const there = await statOrNull(folder, candidate);
    if (there !== null && there.ino !== stat.ino) continue;
    if (there === null && !(await nameWithoutOverwriting(folder, aside, candidate))) continue;
    // The name first: without this, a loss of power could keep the removal and forget the name.
    await folder.sync();
    await removeIfThere(folder, aside);
    await folder.sync();
    break;
  }
  return stat;
}

/** Removes a published result, if it is still as it was written. */
export async function removePublished(to: Folder, name: string, written: Pick<FileStat, "ino" | "size" | "mtimeNs">) {
  const there = await statOrNull(to, name);
  if (there !== null && isSameContent(there, written)) await removeIfThere(to, name);
}

/** Removes what a job wrote and did not publish: the temporary, and the empty file that reserved a name for it. */
export async function removeUnpublished(to: Folder, id: string, name: string | null): Promise<void> {
  const temporary = await statOrNull(to, temporaryName(id));
  if (temporary === null) return;
  if (name !== null && (await isReservation(to, name, temporary))) {
    await removeIfThere(to, name);
    await to.sync(); // while the temporary file is there, a reservation is known for one
  }
  await removeIfThere(to, temporaryName(id));
}

async function undoPublished(job: Replacing, name: string, written: FileStat): Promise<void> {
  const { original, plan } = job;
  const aside = asideName(plan.id);
  const from = original?.folder ?? null;
  const kept = from && original && (await statOrNull(from, job.isAside ? aside : original.name));
  const note: JournalNote = {
    step: "undo",
    final: name,
    written: storeIdentity(written),
    original: kept && storeIdentity(kept),
  };
  await job.log.note(note);
  // The result goes first, since it may be at the original's own name.
  await removePublished(job.to, name, written);
  if (from && original && job.isAside) await putBack(from, aside, original.name);
}

/**
 * Takes back what a failed replacement has done: afterwards the source is at its place as it was, or as somebody else
 * has changed it, and no result is there.
 * @returns whether all of it is taken back; else the journal keeps the rest for `recover`. Throws nothing.
 */
export async function undo(job: Replacing): Promise<boolean> {
  if (job.isRemoved) return false;
  try {
    await removeUnpublished(job.to, job.plan.id, job.published);
    if (job.published !== null && job.written !== null) await undoPublished(job, job.published, job.written);
    await job.to.sync();
    return true;
  } catch {
    return false;
  }
}
