import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { utf8 } from "../../shared/bytes.js";
import { codeOf, type RightsErrorCode } from "../../shared/errors.js";
import { isId } from "../../shared/ids.js";
import { parseJson } from "../../shared/json.js";
import { openDocument } from "../document.js";
import type { Home } from "../home.js";
import { readSmallFile, replaceSmallFile } from "../small-file.js";
import { openSource, type SourceFile } from "./source-file.js";

/** Which copies of documents were made here: only those are made again, and nobody else's file is ever taken for one. */

const Note = z.object({
  v: z.literal(1),
  contentId: z.string().refine(isId),
  /** Name of the file it is a copy of: two that differ in their ending alone take turns for one name else. */
  original: z.string().optional(),
});
type Note = z.infer<typeof Note>;
const maxNoteBytes = 4096;

const placeOf = (home: Home, path: string): string =>
  join(home.copies, `${createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32)}.json`);

/** What is known of the copy that was made at `path`, `null` where none was, or nobody can tell any more. */
async function ownCopyAt(home: Home, path: string): Promise<Note | null> {
  const bytes = await readSmallFile(placeOf(home, path), maxNoteBytes).catch(nullIf("state-damaged"));
  if (bytes === null) return null;
  const note = Note.safeParse(parseJson(bytes, "state-damaged"));
  return note.success ? note.data : null;
}

/** @param original - the path of what it is a copy of. */
export function noteOwnCopy(home: Home, path: string, contentId: string, original: string): Promise<void> {
  const note: Note = { v: 1, contentId, original: basename(original) };
  return replaceSmallFile(placeOf(home, path), utf8(JSON.stringify(note)));
}

function nullIf(code: RightsErrorCode): (error: unknown) => null {
  return (error) => {
    if (codeOf(error) !== code) throw error;
    return null;
  };
}

/** Where a copy of `original` goes: over the one of before, which is then opened and to be closed, else where there is room. */
export async function placeForCopy(
  home: Home,
  original: string,
  targets: string[],
): Promise<{ own: SourceFile | null; targets: string[] }> {
  for (const target of targets)
    if (await isOwn(home, original, target)) return { own: await openSource(target), targets: [target] };
  return { own: null, targets };
}

async function isOwn(home: Home, original: string, path: string): Promise<boolean> {
  const note = await ownCopyAt(home, path);
  if (note === null || (note.original ?? basename(original)) !== basename(original)) return false;
  const document = await openDocument(path).catch(() => null); // gone, or something else by now
  await document?.source.close();
  return document?.license.contentId === note.contentId;
}
