import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type Bytes, utf8 } from "../shared/bytes.js";
import { codeOf, RightsError } from "../shared/errors.js";
import { isId } from "../shared/ids.js";
import { parseJson } from "../shared/json.js";
import type { Account } from "./account.js";
import { useLicenseFor } from "./consume-license.js";
import { withDocument } from "./document.js";
import type { Home } from "./home.js";
import { maxTogether } from "./pdf/converter.js";
import { readSmallFile, replaceSmallFile } from "./small-file.js";
import { type Original, PdfCopies } from "./work/pdf-copy.js";
import type { Protector } from "./work/protect-file.js";

/** Of whom the waiting copies are, and who hears of what came of them. */
export interface CopyMaking {
  readonly home: Home;
  protector(): Protector;
  made(license: Bytes): void;
  failed(path: string, reason: string): void;
}

const Note = z.object({ v: z.literal(1), path: z.string(), contentId: z.string().refine(isId) });
type Note = z.infer<typeof Note>;
const maxNoteBytes = 16 * 1024;
const ending = ".waiting";
/** A converter that has nothing to do for so long is closed, and what it left is erased. */
const idleMs = 60_000;

/**
 * PDF copies still to be made, in the background: protecting does not wait for them. Each is noted, so that those of a process that
 * ended are made by the next.
 */
export class WaitingCopies {
  readonly #by: CopyMaking;
  readonly #copies: PdfCopies;
  readonly #waiting = new Map<string, Original>();
  #running: Promise<void> | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(by: CopyMaking) {
    this.#by = by;
    this.#copies = new PdfCopies(by.home);
  }

  /** Durable when this returns, if the home can be written; else this process makes it, or nobody. @param contentId - of the document as it was protected. */
  async add(original: Original, contentId: string): Promise<void> {
    const note: Note = { v: 1, path: original.path, contentId };
    await replaceSmallFile(this.#placeOf(contentId), utf8(JSON.stringify(note))).catch(() => undefined);
    this.#waiting.set(contentId, original);
    this.#wake();
  }

  /** What a process before has left; what cannot be opened now is tried another time. */
  async resume(account: Account): Promise<void> {
    for (const name of await readdir(this.#by.home.copies).catch(() => [])) {
      const contentId = name.slice(0, -ending.length);
      if (!name.endsWith(ending) || this.#waiting.has(contentId)) continue;
      const path = await this.#pathIn(name);
      const original = path === null ? null : await reopen(account, path, contentId);
      if (original === "later") continue;
      if (original === null) await this.#forget(contentId);
      else this.#waiting.set(contentId, original);
    }
    this.#wake();
  }

  /** Waits for what is under way, and erases what the converter left. What still waits stays noted. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    await this.#copies.close();
  }

  #wake(): void {
    if (this.#isClosed || this.#running !== null || this.#waiting.size === 0) return;
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#running = this.#run().finally(() => {
      this.#running = null;
      this.#idleTimer = setTimeout(() => void this.#copies.close(), idleMs).unref();
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#isClosed) {
      const batch = new Map([...this.#waiting].slice(0, maxTogether).map(([contentId, one]) => [one, contentId]));
      for await (const [original, made] of this.#copies.make([...batch.keys()], this.#by.protector())) {
        await this.#forget(batch.get(original)!);
        if (made instanceof RightsError) this.#by.failed(original.path, made.message);
        else this.#by.made(made.published.license);
      }
    }
  }

  #placeOf(contentId: string): string {
    return join(this.#by.home.copies, `${contentId}${ending}`);
  }

  async #pathIn(name: string): Promise<string | null> {
    const bytes = await readSmallFile(join(this.#by.home.copies, name), maxNoteBytes).catch(() => null);
    const note = bytes === null ? null : Note.safeParse(parseJson(bytes, "state-damaged"));
    return note?.success ? note.data.path : null;
  }

  async #forget(contentId: string): Promise<void> {
    this.#waiting.delete(contentId);
    await rm(this.#placeOf(contentId), { force: true });
  }
}

/** @returns `null` where the document is gone or another by now; `"later"` where nobody can say now what opens it. */
async function reopen(account: Account, path: string, contentId: string): Promise<Original | null | "later"> {
  try {
    return await withDocument(path, async ({ license, licenseBytes }) => {
      if (license.contentId !== contentId) return null;
      const { contentKey } = await useLicenseFor(account, licenseBytes);
      return { path, contentKey };
    });
  } catch (error) {
    const isGone = ["file-missing", "not-protected", "access-denied", "access-revoked"].includes(codeOf(error));
    return isGone ? null : "later";
  }
}
