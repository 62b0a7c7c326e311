import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { equalBytes, fromBase64 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { withDocument } from "../document.js";
import { noteRegistrations } from "../outbox.js";
import { candidateNames, shown } from "../work/names.js";
import { isAbandoned } from "../work/owner.js";
import { ClearFile } from "./clear-file.js";
import { baseIn, type EditNote, type EditState, stateOf } from "./edit-record.js";
import { forget, keep } from "./end-edit.js";
import { isHeld } from "./launch.js";
import { letGo } from "./let-go.js";
import { splitOthers } from "./other-files.js";
import { type Base, type Editor, editionDigest, saveEdition } from "./save-edition.js";
import { openClear, openKeptWork, type SavedWork } from "./saved-work.js";
import { isWhole } from "./whole.js";

/** What became of something that was edited and that nobody goes on with. */
export interface SettledFile {
  /** The protected file: the document, or where the changes are. */
  readonly path: string;
  /**
   * `erased`: nothing was changed. `saved`: what was changed is protected. `kept`: it cannot be now, and lies sealed.
   * `live`: its program goes on without us, and what it saves is protected another time. `clear`: it is of
   * another kind than the document, and lies where it may. `refused`: the same, where it may not, and it is gone with the session.
   */
  readonly kind: "erased" | "saved" | "kept" | "live" | "clear" | "refused";
  /** Why it is kept. */
  readonly error: RightsError | null;
}

export type Settler = Omit<Editor, "latest">;

/** How many names beside a document are looked at for what was just being put there. */
const namesBeside = 20;

/**
 * Settles one session whose process is gone: what was saved is protected, or kept sealed where it cannot be, and everything clear
 * is erased. Can be killed and done again at any point.
 */
export async function settle(note: EditNote, by: Settler): Promise<SettledFile> {
  await note.adopt();
  await takeNext(note);
  const recovered = await settleContent(note, by);
  if (recovered.kind === "live") await note.release();
  return recovered;
}

/** What was about to be true, if it is: the process died between giving the file its name and noting it. */
async function takeNext(note: EditNote): Promise<void> {
  const { next } = note.record;
  if (next === null) return;
  for (const name of [...candidateNames([basename(next.path)])].slice(0, namesBeside)) {
    const path = join(dirname(next.path), name);
    if (await isAt(path, next)) return note.change({ now: { ...next, path }, next: null });
  }
  await note.change({ next: null });
}

const isAt = (path: string, { digest }: EditState): Promise<boolean> =>
  withDocument(path, async (document) =>
    equalBytes(await editionDigest(document), fromBase64(digest, "state-damaged")),
  ).catch((error) => {
    if (error instanceof RightsError) return false;
    throw error;
  });

async function settleContent(note: EditNote, by: Settler): Promise<SettledFile> {
  const { known } = note.record.now;
  const clear = new ClearFile(note.clearPath, known);
  await clear.untilSettled();
  const isLive = known !== null && (await hasProgram(note));
  const path = () => note.record.now.path;
  try {
    // Without `known` no program ever had it, and what is there is what we wrote.
    const hasChanges = known !== null && clear.isChanged;
    const isKept = existsSync(note.keptPath);
    if (hasChanges || isKept) await save(note, by, hasChanges, isLive);
    if (isLive) return { path: path(), kind: "live", error: null };
    await settleOthers(note, baseOf(note), by);
    await forget(note, by);
    return { path: path(), kind: hasChanges || isKept ? "saved" : "erased", error: null };
  } catch (error) {
    if (!(error instanceof RightsError)) throw error;
    if (isLive) return { path: path(), kind: "live", error };
    await settleOthers(note, baseOf(note), by);
    if (known !== null && clear.isChanged) await keep(note, by);
    else await note.release();
    return { path: path(), kind: "kept", error };
  }
}

const baseOf = ({ record }: EditNote): Base => baseIn(record.now, record);

/** The program itself, or one it handed the file over to. */
async function hasProgram({ record: { program }, clearPath, id }: EditNote): Promise<boolean> {
  return (program !== null && !isAbandoned(program, id, 0)) || (await isHeld(clearPath));
}

/** @param fromClear - the clear file; else what is kept. @param isLive - half a file may become a whole one yet. */
async function save(note: EditNote, by: Settler, fromClear: boolean, isLive: boolean): Promise<void> {
  const { account, protector } = by;
  const { engine } = protector;
  const work = fromClear ? await openClear(note.clearPath, engine) : await openKeptWork(note, account.secrets, engine);
  try {
    await saveWork(note, by, work, isLive);
  } finally {
    await work.close();
  }
}

async function saveWork(note: EditNote, by: Settler, work: SavedWork, isLive: boolean): Promise<void> {
  const { record } = note;
  const whole = !record.isWhole || (await isWhole(work, record.name, record.container));
  if (!whole && isLive) return;
  const announce = (next: Base) => note.change({ next: stateOf(next, work.look) });
  const beside = whole ? {} : { beside: "incomplete" };
  const saved = await saveEdition(work, baseOf(note), { ...by, latest: null }, { announce, ...beside });
  if (saved.anew !== null) await noteRegistrations(by.account, [saved.anew.license]);
  await note.change({ now: stateOf(saved.base, work.look), next: null });
}

/** What the program saved under other names, beside the document and under its license, as far as it is of its kind. */
export async function settleOthers(note: EditNote, base: Base, by: Settler): Promise<SettledFile[]> {
  const { notes, clear, refused } = await splitOthers(note, base, by);
  const settled: SettledFile[] = refused.map((path) => ({ path, kind: "refused", error: null }));
  for (const path of clear) settled.push(await giveClear(path, base, by));
  for (const other of notes) settled.push(await settle(other, by));
  return settled;
}

async function giveClear(path: string, base: Base, { protector }: Settler): Promise<SettledFile> {
  try {
    return { path: await letGo(path, dirname(base.path), protector.journal), kind: "clear", error: null };
  } catch (error) {
    if (!(error instanceof RightsError)) throw error;
    return { path: basename(path), kind: "refused", error };
  }
}

/** One sentence for people; `null` where there is nothing to say. */
export function wordsOf({ path, kind, error }: SettledFile): string | null {
  const name = shown(path);
  if (kind === "saved") return `${name} was saved and is protected`;
  if (kind === "kept") return `changes to ${name} are kept on this computer, sealed: ${error?.message ?? ""}`;
  if (kind === "clear") return `${name} was saved too; it is not protected`;
  if (kind === "refused" && error !== null) return `${name} could not be kept: ${error.message}`;
  if (kind === "refused")
    return `${name} was not kept: under the license of the document only files of its own kind can be saved beside it`;
  return null;
}
