import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { canConfine } from "./confinement.js";
import { OfficeProcess, type TimeLimits } from "./office-process.js";
import type { Suite } from "./suite.js";

/** What came of one document: where its PDF is until the next is asked for, or why there is none. */
export type Conversion = { readonly pdf: string } | { readonly error: RightsError };

/** Documents of one batch: starting takes as long as dozens of small documents. */
export const maxTogether = 20;
const timeLimits: TimeLimits = { startMs: 30_000, eachMs: 60_000 };

/**
 * LibreOffice as a worker: a process for each batch, confined and limited in time and memory. What it says of itself counts for
 * nothing: only a PDF with pages is a success.
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
    if (!(await canConfine(suite))) {
      const why = "bubblewrap cannot confine LibreOffice here (are user namespaces switched off?)";
      throw new RightsError("converter-missing", `there is no PDF copy: ${why}`);
    }
    const converter = new Converter(suite, folder, limits);
    await mkdir(converter.incoming, { recursive: true, mode: 0o700 });
    return converter;
  }

  /** Where documents are put to be converted. */
  get incoming(): string {
    return join(this.#folder, "in");
  }

  /**
   * @param documents - names of files in `incoming`, at most `maxTogether`.
   * @returns what came of each, as soon as it is known. One that takes the whole process with it costs only itself.
   */
  async *convert(documents: readonly string[]): AsyncGenerator<[document: string, Conversion]> {
    if (documents.length === 0) return;
    const office = await this.#start(documents);
    const without: string[] = [];
    try {
      for await (const [document, pdf] of office.pdfs())
        if (pdf === null) without.push(document);
        else yield [document, { pdf }];
    } finally {
      await office.close();
    }
    yield* this.#again(without, documents.length === 1);
  }

  /** Erases the documents. */
  async clear(): Promise<void> {
    for (const name of await readdir(this.incoming))
      await rm(join(this.incoming, name), { recursive: true, force: true });
  }

  async #start(documents: readonly string[]): Promise<OfficeProcess> {
    const folder = await mkdtemp(join(this.#folder, "office-"));
    return OfficeProcess.start(this.#suite, { incoming: this.incoming, folder }, documents, this.#limits);
  }

  /** Each with nothing beside it that could be at fault; what was alone already cannot be read. */
  async *#again(documents: readonly string[], wereAlone: boolean): AsyncGenerator<[document: string, Conversion]> {
    const words = "there is no PDF copy: LibreOffice cannot read this document";
    for (const document of documents)
      if (wereAlone) yield [document, { error: new RightsError("converter-failed", words) }];
      else yield* this.convert([document]);
  }
}
