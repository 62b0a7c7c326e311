import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { confined, inside, workFolders } from "./confinement.js";
import { makeProfile } from "./profile.js";
import type { Suite } from "./suite.js";

/** What came of one document: where its PDF is, or why there is none. */
export type Conversion = { readonly pdf: string } | { readonly error: RightsError };

/** Documents in one call: starting takes as long as a dozen small documents. */
export const maxTogether = 20;
/** How long one call may take: at the start, and for each document. */
export interface TimeLimits {
  readonly startMs: number;
  readonly eachMs: number;
}
const probeMs = 10_000;
const timeLimits: TimeLimits = { startMs: 30_000, eachMs: 60_000 };

/**
 * LibreOffice as a worker: one profile for as long as it is used, one process for each batch, confined and limited in time and
 * memory. What it says of itself counts for nothing: only a PDF with pages is a success.
 */
export class Converter {
  readonly #suite: Suite;
  readonly #folder: string;
  readonly #limits: TimeLimits;

  private constructor(suite: Suite, folder: string, limits: TimeLimits) {
    this.#suite = suite;
    this.#folder = folder;
    this.#limits = limits;
  }

  /**
   * @param folder - private, and erased by whoever made it.
   * @throws RightsError `converter-missing` where this system lets nobody be confined.
   */
  static async open(suite: Suite, folder: string, limits = timeLimits): Promise<Converter> {
    for (const name of [...workFolders.read, ...workFolders.written])
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    await checkConfinement(suite, folder);
    await makeProfile(join(folder, "profile"));
    return new Converter(suite, folder, limits);
  }

  /**
   * @param documents - names of files in `incoming`, at most `maxTogether`.
   * @returns what came of each. One that takes the whole process with it costs only itself.
   */
  async convert(documents: readonly string[]): Promise<Conversion[]> {
    if (documents.length > 0) await this.#run(documents);
    const conversions: Conversion[] = [];
    for (const document of documents) {
      const first = await this.#resultOf(document);
      conversions.push("pdf" in first || documents.length === 1 ? first : await this.#alone(document));
    }
    return conversions;
  }

  /** Where documents are put to be converted. */
  get incoming(): string {
    return join(this.#folder, "in");
  }

  /** Erases what was converted, and what came of it. */
  async clear(): Promise<void> {
    for (const place of [this.incoming, join(this.#folder, "out")])
      for (const name of await readdir(place)) await rm(join(place, name), { recursive: true, force: true });
  }

  /** Again, and with nothing beside it that could be at fault; in a new profile, should the old one be. */
  async #alone(document: string): Promise<Conversion> {
    await rm(join(this.#folder, "profile"), { recursive: true, force: true });
    await makeProfile(join(this.#folder, "profile"));
    await this.#run([document]);
    return this.#resultOf(document);
  }

  async #run(documents: readonly string[]): Promise<void> {
    const profile = `-env:UserInstallation=file://${inside}/profile`;
    const quiet = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"];
    const files = documents.map((name) => `${inside}/in/${name}`);
    const args = [profile, ...quiet, "--convert-to", "pdf", "--outdir", `${inside}/out`, ...files];
    const [program = "", ...rest] = confined(this.#suite, this.#folder, args);
    await finished(program, rest, this.#limits.startMs + documents.length * this.#limits.eachMs);
  }

  async #resultOf(document: string): Promise<Conversion> {
    const pdf = join(this.#folder, "out", document.replace(/\.[^.]*$/, ".pdf"));
    if (await hasPages(pdf)) return { pdf };
    await rm(pdf, { force: true });
    return {
      error: new RightsError("converter-failed", "there is no PDF copy: LibreOffice cannot read this document"),
    };
  }
}

/** Some systems and containers do not let bubblewrap do its work; unconfined, nothing is converted. */
async function checkConfinement(suite: Suite, folder: string): Promise<void> {
  const [program = "", ...args] = confined({ ...suite, libreOffice: "/usr/bin/true" }, folder, []);
  if ((await finished(program, args, probeMs)) === 0) return;
  const why = "bubblewrap cannot confine LibreOffice here (are user namespaces switched off?)";
  throw new RightsError("converter-missing", `there is no PDF copy: ${why}`);
}

/** Ends with the process, which ends with its time. @returns its exit code, which of LibreOffice is 0 whatever happened. */
function finished(program: string, args: readonly string[], timeoutMs: number): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    const kill = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL"); // all of its group; what is confined dies with its parent
      } catch {} // over just now
    };
    const timer = setTimeout(kill, timeoutMs);
    const end = (code: number | null) => {
      clearTimeout(timer);
      resolve(code);
    };
    child.once("error", () => end(null)).once("exit", end);
  });
}

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
