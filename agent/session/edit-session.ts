import { open, rename } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Engine, givingBack } from "../../shared/crypto/engine.js";
import { codeOf, RightsError, type RightsErrorCode } from "../../shared/errors.js";
import { clearName } from "../../shared/format/kind.js";
import type { Edition } from "../../shared/license/edition.js";
import { type Consumed, consume, type Published } from "../../shared/protect.js";
import { holds } from "../../shared/rights.js";
import type { GrantedUse } from "../consume-license.js";
import { type Document, isGeneric } from "../document.js";
import type { Home } from "../home.js";
import { noteRegistrations } from "../outbox.js";
import { fileError } from "../work/file-errors.js";
import type { FileStat } from "../work/file-ops.js";
import { shown } from "../work/names.js";
import { ClearFile } from "./clear-file.js";
import { clearFolderFor, makeClearFolder } from "./clear-folder.js";
import { type EditNote, makeNote, notesIn, stateOf } from "./edit-record.js";
import { forget, keep } from "./end-edit.js";
import { drawKeepingKey } from "./kept-work.js";
import { type Base, type Editor, type Saved, saveEdition } from "./save-edition.js";
import { openClear, type SavedWork } from "./saved-work.js";
import { type SettledFile, settleOthers } from "./settle-edit.js";
import { isWhole } from "./whole.js";

/** What a session has to say while it goes on. */
export type EditEvent =
  | { readonly kind: "saved"; readonly saved: Saved }
  /** What was saved cannot be protected now; it is tried again, and kept sealed at the end. */
  | { readonly kind: "waiting"; readonly error: RightsError };

/** What became of a session. */
export interface Edited {
  /** The document, or where the last changes are. */
  readonly base: Base;
  /** License and key of what is there. */
  readonly published: Published;
  /** How many editions were made. */
  readonly saves: number;
  /** Why the last changes are kept sealed on this computer; `null` where nothing is. */
  readonly kept: RightsError | null;
  /** What the program saved under other names. */
  readonly others: readonly SettledFile[];
}

const tickMs = 100;
/** A program that writes on while its last save is read makes another try. */
const lastTries = 5;
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/** What does not go away while the program runs: a new try only makes sense with other rights or another day. */
const lasting: readonly RightsErrorCode[] = ["access-denied", "access-revoked", "access-expired", "right-missing"];

/**
 * A protected document while a program edits it: the content in a private folder, every save protected again as the next edition,
 * and everything erased at the end. What is done, and what is about to be, is noted, so that a process killed at any moment
 * loses nothing that was saved (recover-edits.ts).
 */
export class EditSession {
  readonly #note: EditNote;
  readonly #clear: ClearFile;
  readonly #editor: Omit<Editor, "latest">;
  readonly #like: FileStat;
  readonly #tell: (event: EditEvent) => void;
  #base: Base;
  #published: Published;
  /** What opens the document as it is now, as last heard; `null` where nobody asked yet. */
  #latest: GrantedUse | null;
  #saves = 0;
  #trouble: RightsError | null = null;
  #pauseMs = firstPauseMs;
  #nextTryMs = 0;

  private constructor(note: EditNote, { editor, base, granted, like, tell }: Opened) {
    this.#note = note;
    this.#editor = editor;
    this.#tell = tell;
    this.#base = base;
    const { contentKey, verified } = granted;
    const { license, digest } = verified;
    this.#published = { license: base.license, digest, contentKey, contentId: license.contentId };
    this.#latest = granted;
    this.#like = like;
    this.#clear = new ClearFile(note.clearPath, note.record.now.known);
  }

  /**
   * Decrypts a document for a program to edit.
   * @throws RightsError `file-busy` where it is being edited already; `content-damaged`, `edition-invalid`, `disk-full`.
   */
  static async open(
    document: Document,
    granted: GrantedUse,
    editor: Omit<Editor, "latest">,
    tell: (event: EditEvent) => void,
  ): Promise<EditSession> {
    const consumed = await consume(document.file, granted, editor.protector.engine);
    const base = baseOf(document, granted, consumed.edition);
    await refuseSecond(editor.account.home, base.path);
    const about = { ...aboutOf(base, editor), mayLeave: isGeneric(document) || holds(granted.use.rights, "EXPORT") };
    const note = await makeNote(editor.account.home, about, (id) =>
      clearFolderFor(editor.account.home, id, consumed.size),
    );
    try {
      await drawKeepingKey(editor.account.secrets, note.id);
      await decrypt(consumed, note, base, editor.protector.engine);
    } catch (error) {
      await forget(note, editor);
      throw fileError(error, document.path, "write");
    }
    return new EditSession(note, { editor, base, granted, like: document.source.stat, tell });
  }

  get note(): EditNote {
    return this.#note;
  }

  /** The clear file, for a program to open. */
  get path(): string {
    return this.#note.clearPath;
  }

  /** Whether the program has saved since what is protected. */
  get isChanged(): boolean {
    return this.#saves > 0 || this.#clear.isChanged;
  }

  /** Protects what is saved, until `closed`. */
  async run(closed: Promise<unknown>): Promise<void> {
    let isClosed = false;
    const end = () => {
      isClosed = true;
    };
    closed.then(end, end);
    while (!isClosed) {
      await Promise.race([sleep(tickMs), closed.catch(() => undefined)]);
      if (Date.now() >= this.#nextTryMs && (await this.#clear.isSettled(Date.now()))) await this.#save(false);
    }
    await closed;
  }

  /** The last save, then erases everything. What cannot be protected is kept sealed. */
  async close(): Promise<Edited> {
    for (let tries = 0; tries < lastTries; tries++) {
      await this.#clear.untilSettled();
      if (!this.#clear.isChanged) break;
      this.#trouble = null;
      await this.#save(true);
      if (this.#trouble !== null) break;
    }
    const kept = this.#clear.isChanged ? (this.#trouble ?? neverStill(this.#base)) : null;
    const others = await settleOthers(this.#note, this.#base, this.#editor);
    if (kept === null) await forget(this.#note, this.#editor);
    else await keep(this.#note, this.#editor);
    return { base: this.#base, published: this.#published, saves: this.#saves, kept, others };
  }

  /** @param isLast - nobody will save again: half a file is put beside the document, too. */
  async #save(isLast: boolean): Promise<void> {
    try {
      const work = await openClear(this.path, this.#editor.protector.engine);
      try {
        await this.#saveWork(work, isLast);
      } finally {
        await work.close();
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  async #saveWork(work: SavedWork, isLast: boolean): Promise<void> {
    const { record } = this.#note;
    const whole = !record.isWhole || (await isWhole(work, record.name, record.container));
    if (!whole && !isLast) return this.#clear.wait(Date.now());
    const announce = (next: Base) => this.#note.change({ next: stateOf(next, work.look) });
    const beside = whole ? {} : { beside: "incomplete" };
    const saved = await saveEdition(
      work,
      this.#base,
      { ...this.#editor, latest: this.#latest },
      { announce, like: this.#like, ...beside },
    );
    if (saved.anew !== null) await noteRegistrations(this.#editor.account, [saved.anew.license]);
    await this.#saved(saved, work);
  }

  async #saved(saved: Saved, work: SavedWork): Promise<void> {
    this.#base = saved.base;
    this.#published = saved.published;
    this.#latest = saved.anew === null ? saved.granted : null; // that was for the license before
    await this.#note.change({ now: stateOf(saved.base, work.look), next: null });
    this.#clear.isKnown(work.look);
    this.#saves++;
    this.#trouble = null;
    this.#pauseMs = firstPauseMs;
    this.#tell({ kind: "saved", saved });
  }

  #failed(error: unknown): void {
    if (codeOf(error) === "file-changed" || codeOf(error) === "file-missing") return; // saved again at this moment
    const trouble =
      error instanceof RightsError
        ? error
        : new RightsError("internal", "something went wrong inside this program", { cause: error });
    const isNews = this.#trouble?.code !== trouble.code;
    this.#trouble = trouble;
    this.#nextTryMs = lasting.includes(trouble.code) ? Number.POSITIVE_INFINITY : Date.now() + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
    if (isNews) this.#tell({ kind: "waiting", error: trouble });
  }
}

interface Opened {
  readonly editor: Omit<Editor, "latest">;
  readonly base: Base;
  readonly granted: GrantedUse;
  readonly like: FileStat;
  readonly tell: (event: EditEvent) => void;
}

async function refuseSecond(home: Home, path: string): Promise<void> {
  const isOpen = (note: EditNote) => !note.isAbandoned && note.record.now.path === path;
  if (!(await notesIn(home)).some(isOpen)) return;
  throw new RightsError("file-busy", `${shown(path)} is being edited here already; close it there first`);
}

const baseOf = (document: Document, { use }: GrantedUse, { number, document: { digest } }: Edition): Base => ({
  // The protected file of a sealed page goes beside it.
  path: resolve(dirname(document.path), document.name),
  license: document.licenseBytes,
  container: document.file.container,
  extension: use.terms.ext,
  number,
  digest,
});

const aboutOf = (base: Base, { account }: Pick<Editor, "account">) => ({
  subject: account.info.subject,
  container: base.container,
  extension: base.extension,
  isWhole: false,
  name: clearName(basename(base.path), base.extension),
  now: stateOf(base, null),
});

/** Under another name until it is whole; what a program finds is what the note says it is. */
async function decrypt(consumed: Consumed, note: EditNote, base: Base, engine: Engine): Promise<void> {
  const { folder, name, container } = note.record;
  await makeClearFolder(folder);
  const unfinished = join(folder, ".unfinished.part");
  const file = await open(unfinished, "wx", 0o600);
  try {
    for await (const piece of givingBack(consumed.all(file.fd), engine.memory)) await file.writeFile(piece);
  } finally {
    await file.close();
  }
  await rename(unfinished, note.clearPath);
  const work = await openClear(note.clearPath, engine);
  try {
    await note.change({ isWhole: await isWhole(work, name, container), now: stateOf(base, work.look) });
  } finally {
    await work.close();
  }
}

const neverStill = ({ path }: Base): RightsError =>
  new RightsError("file-changed", `a program goes on writing the content of ${shown(path)}`);
