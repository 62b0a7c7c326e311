import { RightsError } from "../../shared/errors.js";
import { isSameContent, storeIdentity } from "./file-identity.js";
import type { FileStat } from "./file-ops.js";
import { nameWithoutOverwriting, removeIfThere, statOrNull } from "./move.js";
import { asideName, candidateNames, shown, temporaryName } from "./names.js";
import type { Replacing } from "./replacing.js";
import type { SourceFile } from "./source-file.js";

/** The original leaves its name by a rename, which only one of several agents can win; the others get ENOENT. */
async function setAside(job: Replacing, original: SourceFile): Promise<void> {
  await original.folder.rename(original.name, asideName(job.plan.id));
  job.isAside = true;
}

/** The original, if `name` is its own and the result is to take its place. */
async function originalAt(job: Replacing, name: string): Promise<SourceFile | null> {
  const { original, isAside, to } = job;
  if (original === null || isAside || name !== original.name) return null;
  const [there, here] = await Promise.all([to.statSelf(), original.folder.statSelf()]);
  return there.ino === here.ino && there.dev === here.dev ? original : null;
}

/**
 * Gives the written file the first of the names that is free, and never overwrites. Where the name is the original's
 * own, the original steps aside first, so that what another program saves there in this moment is not overwritten.
 * @returns the name, durable.
 */
export async function publish(job: Replacing, written: FileStat, wanted: readonly string[]): Promise<string> {
  const temporary = temporaryName(job.plan.id);
  for (const name of candidateNames(wanted)) {
    const inPlace = await originalAt(job, name);
    if (inPlace === null && (await statOrNull(job.to, name)) !== null) continue;
    await job.log.note({ step: "publish", final: name, written: storeIdentity(written) });
    job.published = name;
    if (inPlace !== null) await setAside(job, inPlace);
    if (!(await nameWithoutOverwriting(job.to, temporary, name))) continue;
    await removeIfThere(job.to, temporary);
    await job.to.sync();
    return name;
  }
  throw new RightsError("file-unwritable", `every name like ${shown(wanted[0] ?? "")} is taken in its folder`);
}

/** The result is durable under its name: the original goes, if it still is what the result was made from. */
export async function removeOriginal(job: Replacing, original: SourceFile, written: FileStat): Promise<void> {
  if (!job.isAside) await setAside(job, original);
  const aside = asideName(job.plan.id);
  const result = await statOrNull(job.to, job.published ?? "");
  if (result === null || !isSameContent(result, written))
    throw new RightsError(
      "file-changed",
      `the result for ${shown(original.path)} was touched at once; nothing is removed`,
    );
  const there = await original.folder.stat(aside);
  if (!isSameContent(there, original.stat) || there.links !== 1)
    throw new RightsError(
      "file-changed",
      `${shown(original.path)} changed while it was worked on; it is left as it is`,
    );
  await removeIfThere(original.folder, aside);
  job.isRemoved = true;
  await original.folder.sync();
}
