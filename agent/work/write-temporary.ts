import { constants } from "node:fs";
import { RightsError } from "../../shared/errors.js";
import { append, sourceOfFile } from "./file-bytes.js";
import { systemCode } from "./file-errors.js";
import type { FileStat, OpenFile } from "./file-ops.js";
import { shown, temporaryName } from "./names.js";
import type { Replacement, Replacing } from "./replacing.js";

const { O_RDWR, O_CREAT, O_EXCL } = constants;
const anyOf = 0o777;

/** Whether a step was done; `false` where this user or file system may not do it at all. */
async function allowed(step: Promise<void>): Promise<boolean> {
  try {
    await step;
    return true;
  } catch (error) {
    if (["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"].includes(systemCode(error))) return false;
    throw error;
  }
}

/**
 * Owner, mode and times as `like` has them, as far as allowed, and nobody may do more with the file than with `like`:
 * where its group cannot be kept, the group gets what everybody has. No set-user-id; a document needs none.
 */
async function takeAfter(file: OpenFile, like: FileStat): Promise<void> {
  const own = await file.stat();
  let mode = like.mode & anyOf;
  if (own.uid !== like.uid || own.gid !== like.gid) {
    const all = await allowed(file.setOwner(like.uid, like.gid));
    const group = all || own.gid === like.gid || (await allowed(file.setOwner(own.uid, like.gid)));
    if (!group) mode &= 0o707 | ((mode & 0o007) << 3);
  }
  await allowed(file.setMode(mode));
  await allowed(file.setTimes(like.atimeNs, like.mtimeNs));
}

/** Reading back asks the system, which has all that was written: the disk may still be busy getting it. */
async function bothDone(...steps: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/**
 * Writes, flushes and verifies the result under its temporary name.
 * @returns what it is known by from then on.
 */
export async function writeTemporary(job: Replacing, replacement: Replacement): Promise<FileStat> {
  const { source, write, verify, signal, like = source?.stat } = replacement;
  const name = temporaryName(job.plan.id);
  const file = await job.to.open(name, O_RDWR | O_CREAT | O_EXCL, 0o600);
  try {
    for await (const piece of write(source, file)) {
      signal?.throwIfAborted();
      await append(file, piece);
    }
    const { size } = await file.stat();
    if (like !== undefined) await takeAfter(file, like);
    await bothDone(file.sync(), verify(sourceOfFile(file, name, Number(size))));
    const stat = await file.stat();
    if (stat.size === size) return stat;
    throw new RightsError("file-changed", `another program wrote into the unfinished result ${shown(name)}`);
  } finally {
    await file.close();
  }
}
