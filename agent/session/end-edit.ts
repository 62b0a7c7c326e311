import { eraseClear } from "./clear-folder.js";
import type { EditNote } from "./edit-record.js";
import { forgetKeepingKey, keepSealed } from "./kept-work.js";
import type { Editor } from "./save-edition.js";

/** The two ways a session ends; nothing clear is left by either. */

/** What cannot be protected now: sealed first, and only then erased. */
export async function keep(note: EditNote, { account, protector }: Omit<Editor, "latest">): Promise<void> {
  await keepSealed(note, account.secrets, protector.engine);
  await eraseClear(note.record.folder);
  await note.release();
}

/** Everything of a session that is on disk. */
export async function forget(note: EditNote, { account }: Pick<Editor, "account">): Promise<void> {
  await eraseClear(note.record.folder);
  await note.remove();
  await forgetKeepingKey(account.secrets, note.id);
}
