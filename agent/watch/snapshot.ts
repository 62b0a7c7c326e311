import type { Job, JobState } from "../work/queue.js";
import type { FolderState } from "./folder.js";

/** What the running agent answers to `seal watch status`. */

export interface FolderSnapshot {
  readonly folder: string;
  readonly label: string;
  readonly state: FolderState;
  /** Why it is not watched as it should be. */
  readonly reason?: string;
  /** Files that were there before the folder was watched, and are left as they are. */
  readonly left: number;
}

export interface Snapshot {
  readonly folders: readonly FolderSnapshot[];
  /** Every file with something to do, and the last thousand of those done. */
  readonly files: readonly Job[];
  /** How many files are in each state; `protected`: since the agent started. */
  readonly counts: Readonly<Record<JobState, number>>;
  /** Protected a second, over the last ten seconds. */
  readonly perSecond: number;
}

export function countsOf(files: readonly Job[], protectedSinceStart: number): Record<JobState, number> {
  const counts: Record<JobState, number> = { waiting: 0, protecting: 0, protected: 0, failed: 0 };
  for (const { state } of files) counts[state]++;
  return { ...counts, protected: protectedSinceStart };
}
