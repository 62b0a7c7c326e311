import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { readAll, writeAll } from "./file-bytes.js";
import { systemCode } from "./file-errors.js";
import type { Folder } from "./file-ops.js";
import { removeIfThere } from "./move.js";
import { shown } from "./names.js";
import { heartbeatMs, isAbandoned, isOwner, type Owner, thisProcess } from "./owner.js";

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants;
const limitBytes = 4096;

interface Claim {
  v: 1;
  id: string;
  owner: Owner;
}

/** Where the claim on `name` is: the same for every spelling that some file system takes for the same name. */
export function claimName(name: string): string {
  const folded = name.normalize("NFC").toLowerCase();
  return `.${createHash("sha256").update(folded).digest("hex").slice(0, 32)}.seal-claim`;
}

/** The claim that is there, its inode and for how long its owner was silent; `null` where there is none. */
async function readClaim(folder: Folder, name: string) {
  try {
    const file = await folder.open(name, O_RDONLY);
    try {
      const stat = await file.stat();
      const text = new TextDecoder().decode(await readAll(file, limitBytes));
      return { claim: parseClaim(text), ino: stat.ino, silentMs: Date.now() - Number(stat.mtimeNs / 1_000_000n) };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

function parseClaim(text: string): Claim | null {
  try {
    const claim = JSON.parse(text) as Claim;
    return claim.v === 1 && typeof claim.id === "string" && isOwner(claim.owner) ? claim : null;
  } catch {
    return null;
  }
}

/**
 * Takes an abandoned claim away. Two may try at once: the rename gives it to one of them, and who by then took a new
 * claim instead puts it back.
 */
async function removeAbandoned(folder: Folder, name: string): Promise<void> {
  const found = await readClaim(folder, name);
  if (found === null) return;
  const { claim, ino, silentMs } = found;
  // An unreadable claim is being written at this moment, or its owner died over it.
  const abandoned = claim === null ? silentMs > heartbeatMs : isAbandoned(claim.owner, claim.id, silentMs);
  if (!abandoned) return;
  const away = `.${randomUUID()}.seal-tmp`;
  await folder.rename(name, away);
  const moved = await folder.stat(away);
  if (moved.ino !== ino) await folder.link(away, name).catch(() => undefined);
  await folder.unlink(away);
}

/**
 * Claims `original` in `folder` for job `id`, so that of several agents on one folder only one does the work. It saves
 * work and noise; that nothing is lost or doubled rests on the rename of the original, which only one can win.
 * @returns what gives the claim back.
 * Throws `file-busy` while another holds it.
 */
export async function claimFile(folder: Folder, original: string, id: string): Promise<() => Promise<void>> {
  const name = claimName(original);
  const bytes = utf8(JSON.stringify({ v: 1, id, owner: thisProcess } satisfies Claim));
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await folder.open(name, O_RDWR | O_CREAT | O_EXCL, 0o644);
      await writeAll(file, bytes, 0).catch(async (error) => {
        await file.close();
        await folder.unlink(name);
        throw error;
      });
      // Written anew rather than touched: the time is then the file server's, not this computer's.
      const beat = setInterval(() => void file.write(bytes, 0).catch(() => undefined), heartbeatMs).unref();
      return async () => {
        clearInterval(beat);
        await file.close();
        await folder.unlink(name);
      };
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
      await removeAbandoned(folder, name);
    }
  }
  throw new RightsError("file-busy", `another agent is working on ${shown(original)}; it is unchanged here`);
}

/**
 * Removes the claim of job `id`, if it is still that job's, or one that nobody can read: that job died over it. Should
 * another just be writing it, then two do the work of one, and nothing worse.
 */
export async function dropClaim(folder: Folder, name: string, id: string): Promise<void> {
  const found = await readClaim(folder, name);
  if (found !== null && (found.claim === null || found.claim.id === id)) await removeIfThere(folder, name);
}
