import { RightsError } from "../../shared/errors.js";
import type { Published } from "../../shared/protect.js";
import type { Choice } from "../chosen-policy.js";
import { noteRegistrations } from "../outbox.js";
import { maxTogether } from "../pdf/converter.js";
import { orError, PdfCopies, type PdfCopy } from "../work/pdf-copy.js";
import type { Protector } from "../work/protect-file.js";
import { sealPage } from "../work/sealed-page.js";
import { exits } from "./exit.js";
import { printReport, type ReportOptions } from "./report.js";
import { reportOn } from "./report-protected.js";
import { print, say, shown } from "./say.js";
import type { Session } from "./session.js";

export interface CopyOptions extends ReportOptions {
  /** Asked for, or not wanted; left out: as the label says. */
  ppdf?: boolean;
  /** Where nothing was said and no label says it. */
  ppdfByDefault?: boolean;
  /** A sealed page beside each. */
  html?: boolean;
}

/** A file just protected. */
interface Made {
  readonly path: string;
  readonly published: Published;
}

interface Wanted {
  readonly made: Made;
  /** What it was protected as. */
  readonly choice: Choice;
}

/**
 * The copies of what one command protected. PDF copies are made together at its end, since the converter takes a while to
 * start; sealed pages after them, since they can wait as well.
 */
export class WantedCopies {
  readonly #options: CopyOptions;
  /** Copies to look at that were made, by the path of what they are of. */
  readonly copyOf = new Map<string, string>();
  readonly #wanted: Wanted[] = [];
  readonly #pages: Wanted[] = [];

  constructor(options: CopyOptions) {
    this.#options = options;
  }

  /** @param container - what it was put into; PDF copies are made of Office documents. */
  add(made: Made, container: "pfile" | "office", choice: Choice): void {
    const isWanted = this.#options.ppdf ?? choice.label?.pdfCopy ?? this.#options.ppdfByDefault ?? false;
    if (isWanted && container === "office") this.#wanted.push({ made, choice });
    this.#pages.push({ made, choice });
  }

  /** Of a document that was protected before: as the label says it, or as it is by default. */
  addCopyOf(made: Made, choice: Choice): void {
    if (choice.label?.pdfCopy ?? this.#options.ppdfByDefault ?? false) this.#wanted.push({ made, choice });
  }

  /** @returns the exit code: the documents are protected in any case, so a copy that fails counts only where it was asked for. */
  async make(session: Session, protector: Protector): Promise<number> {
    const failedCopies = await this.#makeCopies(session, protector);
    const failedPages = await this.#makePages(session, protector);
    return (failedCopies > 0 && this.#options.ppdf) || (failedPages > 0 && this.#options.html)
      ? exits.someFailed
      : exits.done;
  }

  async #makeCopies(session: Session, protector: Protector): Promise<number> {
    const copies = new PdfCopies(session.home);
    let failed = 0;
    try {
      for (let at = 0; at < this.#wanted.length; at += maxTogether) {
        const batch = this.#wanted.slice(at, at + maxTogether);
        const originals = batch.map(({ made: { path, published } }) => ({ path, contentKey: published.contentKey }));
        for await (const [original, made] of copies.make(originals, protector))
          if (made instanceof RightsError) failed += this.#tellMissing(original, made);
          else await this.#tell(made, session, batch[originals.indexOf(original)]!);
      }
    } finally {
      await copies.close();
    }
    return failed;
  }

  /** Those that are asked for, and those of before that would still hold what is protected anew. */
  async #makePages({ home, account }: Session, { journal }: Protector): Promise<number> {
    const by = { home, journal, organisation: account.info.organisation, onlyAgain: !this.#options.html };
    let failed = 0;
    for (const { made, choice } of this.#pages) {
      const page = await orError(sealPage(made.path, by));
      if (page instanceof RightsError) failed += this.#tellMissing(made, page);
      else if (page !== null && this.#options.json) printReport(reportOn({ ...made, path: page }, choice, account));
      else if (page !== null) print(`${shown(page)} opens it in any browser`);
    }
    return failed;
  }

  async #tell(copy: PdfCopy, { account }: Session, { made, choice }: Wanted): Promise<void> {
    this.copyOf.set(made.path, copy.path);
    await noteRegistrations(account, [copy.published.license]);
    if (this.#options.json) printReport(reportOn(copy, choice, account));
    else print(`${shown(copy.path)} is its copy to look at, on any device`);
  }

  #tellMissing({ path }: { readonly path: string }, { message }: RightsError): number {
    say(`${shown(path)}: ${shown(message)}`);
    return 1;
  }
}
