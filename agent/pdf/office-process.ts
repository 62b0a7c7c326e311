import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { confined, inside, type Places, writtenFolders } from "./confinement.js";
import { makeProfile } from "./profile.js";
import type { Suite } from "./suite.js";

/** How long LibreOffice may take: to start, and for each document. */
export interface TimeLimits {
  readonly startMs: number;
  readonly eachMs: number;
}

const lookEveryMs = 25;
/** In its folder, and not seen by it: what was made. */
const doneFolder = "done";
const options = [
  `-env:UserInstallation=file://${inside}/profile`,
  ...["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"],
  ...["--convert-to", "pdf", "--outdir", `${inside}/out`],
];

/**
 * One process of LibreOffice, confined, in a profile of its own, for one batch of documents. It ends with its batch: what
 * a hostile document does to it, it does to none of another.
 */
export class OfficeProcess {
  readonly #documents: readonly string[];
  readonly #limits: TimeLimits;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #over: Promise<void>;
  #isOver = false;

  private constructor(child: ChildProcess, folder: string, documents: readonly string[], limits: TimeLimits) {
    this.#child = child;
    this.#folder = folder;
    this.#documents = documents;
    this.#limits = limits;
    this.#over = new Promise((resolve) => child.once("error", () => resolve()).once("exit", () => resolve()));
    void this.#over.then(() => (this.#isOver = true));
  }

  /**
   * @param places - its `folder` is new, and erased with it.
   * @param documents - names in `incoming`.
   */
  static async start(
    suite: Suite,
    places: Places,
    documents: readonly string[],
    limits: TimeLimits,
  ): Promise<OfficeProcess> {
    const { folder } = places;
    for (const name of [...writtenFolders, doneFolder]) await mkdir(join(folder, name), { mode: 0o700 });
    await makeProfile(join(folder, "profile"), suite.libreOffice);
    const paths = documents.map((name) => `${inside}/in/${name}`);
    const [program = "", ...args] = confined(suite, places, [suite.libreOffice, ...options, ...paths]);
    return new OfficeProcess(spawn(program, args, { stdio: "ignore", detached: true }), folder, documents, limits);
  }

  /** @returns the PDF of each document as soon as it is done, `null` where there is none with pages. Once only. */
  async *pdfs(): AsyncGenerator<[document: string, pdf: string | null]> {
    let limitMs = this.#limits.startMs + this.#limits.eachMs;
    for (const [i, document] of this.#documents.entries()) {
      await this.#passed(this.#documents.slice(i + 1), limitMs);
      limitMs = this.#limits.eachMs;
      yield [document, await this.#takeOut(pdfName(document))];
    }
  }

  /** Ends it, whatever it does, with all that it started, and erases what it made. */
  async close(): Promise<void> {
    this.#kill();
    await this.#over;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** One after another they are converted: what comes after one is begun when that is done. */
  async #passed(after: readonly string[], limitMs: number): Promise<void> {
    const untilMs = performance.now() + limitMs;
    const names = new Set(after.map(pdfName));
    while (!this.#isOver && !(await readdir(join(this.#folder, "out"))).some((name) => names.has(name))) {
      await Promise.race([this.#over, sleep(lookEveryMs)]);
      if (performance.now() >= untilMs) this.#kill();
    }
  }

  #kill(): void {
    if (this.#isOver || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL"); // all of its group; what is confined dies with its parent
    } catch {} // over just now
  }

  /** Looked at where the process, which goes on, cannot put another in its place. */
  async #takeOut(name: string): Promise<string | null> {
    const pdf = join(this.#folder, doneFolder, name);
    const isThere = await rename(join(this.#folder, "out", name), pdf).then(
      () => true,
      () => false,
    );
    return isThere && (await hasPages(pdf)) ? pdf : null;
  }
}

const pdfName = (document: string): string => document.replace(/\.[^.]*$/, ".pdf");

const pageMark = /\/Type\s*\/Page[^s]/;

/** Whether this is a PDF with a page in it; marks that fall between two pieces are found as well. */
async function hasPages(path: string): Promise<boolean> {
  // Never a link: it would lead to a file of this computer that was not visible inside.
  if (!(await lstat(path).catch(() => null))?.isFile()) return false;
  let before = "";
  for await (const piece of createReadStream(path, "latin1")) {
    if (before === "" && !(piece as string).startsWith("%PDF-")) return false;
    const text = before.slice(-32) + piece;
    if (pageMark.test(text)) return true;
    before = text;
  }
  return false;
}
