import { lstat, readdir, rename } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { isIgnoredName } from "../../shared/format/kind.js";
import type { Home } from "../home.js";
import { clearFolderBeside, makeClearFolder } from "./clear-folder.js";
import { type EditNote, makeNote, stateOf } from "./edit-record.js";
import { drawKeepingKey } from "./kept-work.js";
import type { Base, Editor } from "./save-edition.js";

/** More files than this nobody saves beside a document. */
const maxOthers = 100;

/** What a program saved in the folder of a session under other names ("Save as"). */
export interface OtherFiles {
  /** Of the document's own kind: each is a session of its own from now on, ready to be settled. */
  readonly notes: readonly EditNote[];
  /** Paths of what cannot be protected under the license of the document, which says what kind it is, and may leave. */
  readonly clear: readonly string[];
  /** Names of the same, where it may not. */
  readonly refused: readonly string[];
}

export async function splitOthers(
  note: EditNote,
  base: Base,
  { account }: Pick<Editor, "account">,
): Promise<OtherFiles> {
  const { folder, name, mayLeave } = note.record;
  const notes: EditNote[] = [];
  const [clear, refused]: string[][] = [[], []];
  const names = await readdir(folder).catch(() => []);
  for (const [at, other] of names.filter((one) => one !== name && !isIgnoredName(one)).entries()) {
    const isFile = at < maxOthers && (await lstat(join(folder, other))).isFile();
    const isSameKind = extname(other).toLowerCase() === extname(name).toLowerCase();
    if (isFile && isSameKind) notes.push(await split(note, other, base, account.home, account));
    else if (isFile && mayLeave) clear!.push(join(folder, other));
    else refused!.push(other);
  }
  return { notes, clear: clear!, refused: refused! };
}

/** The file moves only once all is ready for it, so that it is in one place or the other whenever we are killed. */
async function split(note: EditNote, name: string, base: Base, home: Home, account: Editor["account"]) {
  const path = join(dirname(base.path), besideName(name, base));
  const known = { ino: "0", size: "0", mtimeNs: "0" }; // none of it is protected yet
  const { subject, container, extension, mayLeave } = note.record;
  const now = stateOf({ ...base, path }, known);
  const about = { subject, container, extension, isWhole: true, mayLeave, name, now };
  const made = await makeNote(home, about, async (id) => clearFolderBeside(home, note.record.folder, id));
  await drawKeepingKey(account.secrets, made.id);
  await makeClearFolder(made.record.folder);
  await rename(join(note.record.folder, name), made.clearPath);
  return made;
}

/** `notes.txt` beside `plan.ptxt` is `notes.ptxt`, beside `plan.txt.pfile` it is `notes.txt.pfile`. */
function besideName(name: string, { container, path }: Base): string {
  if (container === "office") return name;
  const suffix = extname(path);
  const isGeneric = suffix.toLowerCase() === ".pfile";
  return (isGeneric ? name : name.slice(0, name.length - extname(name).length)) + suffix;
}
