import { RightsError } from "../../shared/errors.js";
import type { Home } from "../home.js";
import { shown } from "../work/names.js";
import { eraseClear } from "./clear-folder.js";
import { notesIn } from "./edit-record.js";

/**
 * Before the keys of this person go: changes that are not saved to their documents yet would go with them. Only who says so
 * loses them, and nobody loses what a program has open. @throws RightsError `busy`.
 */
export async function forgetUnsaved(home: Home, isDiscarded: boolean): Promise<void> {
  const notes = await notesIn(home);
  const open = notes.find((note) => !note.isAbandoned);
  if (open !== undefined)
    throw new RightsError("busy", `${shown(open.record.now.path)} is being edited; close it first`);
  for (const note of notes) {
    const path = shown(note.record.now.path);
    if (!isDiscarded)
      throw new RightsError(
        "busy",
        `changes to ${path} are not saved to it yet, and would be lost; save them with: seal open ${path}, or sign out with --discard`,
      );
    await eraseClear(note.record.folder);
    await note.remove();
  }
}
