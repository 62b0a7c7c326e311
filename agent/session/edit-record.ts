import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { fromBase64, toBase64, utf8 } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import { isId, newId } from "../../shared/ids.js";
import { parseJson } from "../../shared/json.js";
import type { Home } from "../home.js";
import { readSmallFile, replaceSmallFile } from "../small-file.js";
import { endJob, isAbandoned, isOwner, type Owner, startJob, thisProcess } from "../work/owner.js";
import type { Base } from "./save-edition.js";

/** What is known on disk of each document that is being edited, so that the next process can go on where one died. */

const maxRecordBytes = 2 * 1024 * 1024;
const fileName = "record.json";
const keptName = "kept";

/** By what the clear file is known to be as it was last looked at. */
const Look = z.strictObject({ ino: z.string(), size: z.string(), mtimeNs: z.string() });
export type Look = z.infer<typeof Look>;

const State = z.strictObject({
  /** The protected file. */
  path: z.string(),
  /** Its license chain, base64. */
  license: z.base64(),
  /** The edition that is there: its number, and its digest, base64. */
  number: z.int().min(1),
  digest: z.base64().length(44),
  /** The clear file that says the same; `null` as long as there is none yet. */
  known: Look.nullable(),
});
/** A protected file, and the clear one that is the same. */
export type EditState = z.infer<typeof State>;

const Process = z.custom<Owner>((value) => isOwner(value));

const Record = z.strictObject({
  v: z.literal(1),
  owner: Process,
  /** Who edits: nobody else signed in here can go on. */
  subject: z.string().refine(isId),
  container: z.enum(["pfile", "office"]),
  /** Of the clear file, as the license says it. */
  extension: z.string(),
  /** Whether it was whole (whole.ts) when it was opened, so that what is saved must be. */
  isWhole: z.boolean(),
  /** Whether content may leave the session without protection: who edits may export. */
  mayLeave: z.boolean(),
  /** Where the clear file is, and how it is called. */
  folder: z.string(),
  name: z.string(),
  now: State,
  /** What is about to be true: noted before the protected file gets its name. */
  next: State.nullable(),
  /** The program that has the clear file open. */
  program: Process.nullable(),
});
export type EditRecord = z.infer<typeof Record>;

export const stateOf = ({ path, license, number, digest }: Base, known: Look | null): EditState => ({
  path,
  license: toBase64(license),
  number,
  digest: toBase64(digest),
  known,
});

export const baseIn = ({ path, license, number, digest }: EditState, { container, extension }: EditRecord): Base => ({
  path,
  license: fromBase64(license, "state-damaged"),
  container,
  extension,
  number,
  digest: fromBase64(digest, "state-damaged"),
});

/** One record, and the folder it is in. */
export class EditNote {
  readonly id: string;
  readonly folder: string;
  record: EditRecord;

  constructor(home: Home, id: string, record: EditRecord) {
    this.id = id;
    this.folder = join(home.edits, id);
    this.record = record;
  }

  get clearPath(): string {
    return join(this.record.folder, this.record.name);
  }

  /** Where changes lie, sealed, that could not be protected yet. */
  get keptPath(): string {
    return join(this.folder, keptName);
  }

  /** Durable when this returns. */
  async change(changes: Partial<EditRecord>): Promise<void> {
    const record = { ...this.record, ...changes };
    await replaceSmallFile(join(this.folder, fileName), utf8(JSON.stringify(record)));
    this.record = record;
  }

  /** Whether no process works on it any more; the program may go on all the same. */
  get isAbandoned(): boolean {
    return isAbandoned(this.record.owner, this.id, 0);
  }

  /** Takes over what a dead process left. */
  async adopt(): Promise<void> {
    startJob(this.id);
    await this.change({ owner: thisProcess });
  }

  /** Left for whoever comes next, though this process goes on. */
  async release(): Promise<void> {
    await this.change({ owner: { ...thisProcess, start: "released" } });
    endJob(this.id);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    endJob(this.id);
  }
}

/** @param folderOf - where the clear file of the record `id` is going to be. */
export async function makeNote(
  home: Home,
  about: Omit<EditRecord, "v" | "owner" | "next" | "program" | "folder">,
  folderOf: (id: string) => Promise<string>,
): Promise<EditNote> {
  const id = newId();
  const record: EditRecord = {
    v: 1,
    owner: thisProcess,
    ...about,
    folder: await folderOf(id),
    next: null,
    program: null,
  };
  const note = new EditNote(home, id, record);
  await mkdir(note.folder, { mode: 0o700 });
  startJob(id);
  await note.change({});
  return note;
}

/** All there are; one whose process died before it was written is removed, as nothing clear was made yet. */
export async function notesIn(home: Home): Promise<EditNote[]> {
  const notes: EditNote[] = [];
  for (const id of (await readdir(home.edits)).filter(isId)) {
    const note = await readNote(home, id);
    if (note !== null) notes.push(note);
  }
  return notes;
}

async function readNote(home: Home, id: string): Promise<EditNote | null> {
  const folder = join(home.edits, id);
  const bytes = await readSmallFile(join(folder, fileName), maxRecordBytes).catch((error) => {
    if (codeOf(error) === "state-damaged") return null;
    throw error;
  });
  if (bytes === null) return null;
  const record = Record.safeParse(parseJson(bytes, "state-damaged"));
  return record.success ? new EditNote(home, id, record.data) : null;
}
