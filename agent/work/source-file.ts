import { constants } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ByteSource } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { sourceOfFile } from "./file-bytes.js";
import { fileError } from "./file-errors.js";
import { isUntouched } from "./file-identity.js";
import type { FileOps, FileStat, Folder, OpenFile } from "./file-ops.js";
import { shown } from "./names.js";
import { nodeFiles } from "./node-files.js";

/** A regular file, open for reading, and what it was when it was opened. */
export interface SourceFile {
  readonly path: string;
  readonly name: string;
  readonly folder: Folder;
  readonly stat: FileStat;
  /** Its content; reading beyond what is there any more throws `file-changed`. */
  readonly bytes: ByteSource;
  /** Throws `file-changed` unless the open file and the one at its path are still that one, untouched. */
  assertUntouched(): Promise<void>;
  close(): Promise<void>;
}

/** The clock of file times may stand still this long: what changes within it could look unchanged. */
const timeGrainMs = 20;

const { O_RDONLY } = constants;
// A pipe put in place of the file must not make the open wait for a writer.
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;

const words: Record<FileStat["kind"], string> = {
  file: "",
  folder: "is a folder",
  link: "is a link; name the file it leads to",
  other: "is a device, pipe or socket, not a document",
};

function assertRegular(stat: FileStat, path: string): void {
  if (stat.kind !== "file") throw new RightsError("file-unsuitable", `${shown(path)} ${words[stat.kind]}`);
  if (stat.size > BigInt(Number.MAX_SAFE_INTEGER))
    throw new RightsError("file-unsuitable", `${shown(path)} is larger than any file can be protected`);
}

/** Opens what is a regular file before and after: opening a device can already do something. */
async function openRegular(folder: Folder, name: string, path: string) {
  assertRegular(await folder.stat(name), path);
  const file = await folder.open(name, O_RDONLY | O_NONBLOCK);
  try {
    let stat = await file.stat();
    assertRegular(stat, path);
    const ageMs = Date.now() - Number(stat.mtimeNs / 1_000_000n);
    if (ageMs >= 0 && ageMs < timeGrainMs) {
      await sleep(timeGrainMs - ageMs);
      stat = await file.stat();
    }
    return { file, stat };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const changed = (path: string) =>
  new RightsError("file-changed", `${shown(path)} changed while it was worked on; it is left as it is now`);

function sourceFile(folder: Folder, path: string, file: OpenFile, stat: FileStat): SourceFile {
  const name = basename(path);
  const assertUntouched = async () => {
    const [open, named] = await Promise.all([file.stat(), folder.stat(name)]).catch((error) => {
      throw fileError(error, path, "read");
    });
    if (!isUntouched(open, stat) || !isUntouched(named, stat)) throw changed(path);
  };
  // Nothing was written through these two, so that a failure to close them means nothing.
  const close = async () => {
    await file.close().catch(() => undefined);
    await folder.close().catch(() => undefined);
  };
  return { path, name, folder, stat, bytes: sourceOfFile(file, path, Number(stat.size)), assertUntouched, close };
}

export interface SourceOptions {
  ops?: FileOps;
  /** The watched folder: a path that a swapped link leads out of it throws `file-unsuitable`. */
  within?: string;
}

/**
 * Opens a file to protect or unprotect it. Never waits, also not for a pipe; never follows a link at `path`. Close it.
 * Throws `file-missing`, `file-unreadable`, `file-unsuitable` (folder, link, device, pipe), `file-busy`.
 */
export async function openSource(path: string, { ops = nodeFiles, within }: SourceOptions = {}): Promise<SourceFile> {
  let folder: Folder | null = null;
  try {
    folder = await ops.openFolder(dirname(path), within);
    const { file, stat } = await openRegular(folder, basename(path), path);
    return sourceFile(folder, path, file, stat);
  } catch (error) {
    await folder?.close().catch(() => undefined);
    throw fileError(error, path, "read");
  }
}
