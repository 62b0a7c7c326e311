import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import type { ByteSource, Bytes } from "../../shared/bytes.js";
import { claimName } from "./claim.js";
import { storeIdentity } from "./file-identity.js";
import type { FileOps, FileStat, Folder, OpenFile } from "./file-ops.js";
import type { Journal, JournalJob, JournalPlan } from "./journal.js";
import { thisProcess } from "./owner.js";
import type { SourceFile } from "./source-file.js";

export interface Replacement {
  /** What the result is made from, opened and closed by the caller. `null`: from nothing that is a file. */
  source: SourceFile | null;
  /** Where the result should be: a path, or several in one folder, the best first. All taken: `a (2).ptxt`. */
  target: string | readonly string[];
  /** Whether the source stays (`--keep`, `--out`). Else it is removed once the result is safe. */
  keep: boolean;
  /**
   * The result's bytes; called once. Each is written to `result` before the next is asked for, so that what is behind it
   * can also be put there by others.
   */
  write(source: SourceFile | null, result: OpenFile): AsyncIterable<Bytes>;
  /** Reads the written file and throws unless it is good: every tag checked, or compared with what was meant. */
  verify(written: ByteSource): Promise<void>;
  journal: Journal;
  /** Whose mode, times and owner the result gets; the source's if absent, and mode 0600 without a source. */
  like?: FileStat;
  ops?: FileOps;
  signal?: AbortSignal;
}

/** A replacement on its way: what there is to finish or to undo. */
export interface Replacing {
  readonly plan: JournalPlan;
  /** The folder of the result. */
  readonly to: Folder;
  /** The source, if it goes. */
  readonly original: SourceFile | null;
  readonly log: JournalJob;
  /** The written and verified file. */
  written: FileStat | null;
  /** The name that the result has, or is about to get. */
  published: string | null;
  isAside: boolean;
  isRemoved: boolean;
}

export const targetsOf = ({ target }: Replacement): readonly string[] =>
  typeof target === "string" ? [target] : target;

export const targetNames = (replacement: Replacement): string[] => targetsOf(replacement).map((path) => basename(path));

/** @param original - the source, if it goes. */
export function planFor(folder: string, original: SourceFile | null): JournalPlan {
  const going = original && {
    folder: original.folder.path,
    name: original.name,
    identity: storeIdentity(original.stat),
    claim: claimName(original.name),
  };
  return { v: 1, id: randomUUID(), owner: thisProcess, folder, original: going };
}
