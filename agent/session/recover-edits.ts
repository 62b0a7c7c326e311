import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../../shared/errors.js";
import { withLock } from "../lock.js";
import { recover } from "../work/recover.js";
import { type EditNote, notesIn } from "./edit-record.js";
import { type SettledFile, type Settler, settle } from "./settle-edit.js";

/** Changes that are kept are tried again, or only what dead processes left is settled. */
export interface RecoverOptions {
  readonly retryKept: boolean;
}

/** Settles what sessions left behind whose process is gone. Another process that does the same at this moment is left to it. */
export async function recoverEdits(by: Settler, { retryKept }: RecoverOptions): Promise<SettledFile[]> {
  const { home, info } = by.account;
  const isLeft = ({ record, isAbandoned, clearPath }: EditNote) =>
    isAbandoned && record.subject === info.subject && (retryKept || existsSync(dirname(clearPath)));
  if (!(await notesIn(home)).some(isLeft)) return [];
  const settleAll = async () => {
    await recover(by.protector.journal);
    const settled: SettledFile[] = [];
    for (const note of (await notesIn(home)).filter(isLeft)) settled.push(await settle(note, by));
    return settled;
  };
  return withLock(home, settleAll, { name: "edits", waitMs: 0 }).catch((error) => {
    if (codeOf(error) === "busy") return [];
    throw error;
  });
}
