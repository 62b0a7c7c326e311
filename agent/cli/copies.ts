import { RightsError, type RightsErrorCode } from "../../shared/errors.js";
import type { Choice } from "../chosen-policy.js";
import { noteRegistrations } from "../outbox.js";
import { maxTogether } from "../pdf/converter.js";
import { type Original, PdfCopies, type PdfCopy } from "../work/pdf-copy.js";
import type { Protector } from "../work/protect-file.js";
import { exits } from "./exit.js";
import { printReport, type ReportOptions } from "./report.js";
import { reportOn } from "./report-protected.js";
import { print, say, shown } from "./say.js";
import type { Session } from "./session.js";

export interface CopyOptions extends ReportOptions {
  /** Asked for, or not wanted; left out: as the label says. */
  ppdf?: boolean;
}

interface Wanted {
  readonly original: Original;
  /** What it was protected as. */
  readonly choice: Choice;
}

/** The PDF copies of what one command protected: made together at its end, since the converter takes a while to start. */
export class WantedCopies {
  readonly #options: CopyOptions;
  readonly #wanted: Wanted[] = [];

  constructor(options: CopyOptions) {
    this.#options = options;
  }

  /** @param container - what the document was put into; copies are made of Office documents. */
  add(original: Original, container: "pfile" | "office", choice: Choice): void {
    const isWanted = this.#options.ppdf ?? choice.label?.pdfCopy ?? false;
    if (isWanted && container === "office") this.#wanted.push({ original, choice });
  }

  /** @returns the exit code: the documents are protected in any case, so a copy that fails counts only where it was asked for. */
  async make(session: Session, protector: Protector): Promise<number> {
    const copies = new PdfCopies(session.home);
    let failed = 0;
    try {
      for (let at = 0; at < this.#wanted.length; at += maxTogether) {
        const batch = this.#wanted.slice(at, at + maxTogether);
        const originals = batch.map(({ original }) => original);
        for (const [i, made] of (await makeAll(copies, originals, protector)).entries())
          if (made instanceof RightsError) failed += this.#tellMissing(originals[i]!, made);
          else await this.#tell(made, session, batch[i]!.choice);
      }
    } finally {
      await copies.close();
    }
    return failed > 0 && this.#options.ppdf ? exits.someFailed : exits.done;
  }

  async #tell(copy: PdfCopy, { account }: Session, choice: Choice): Promise<void> {
    await noteRegistrations(account, [copy.published.license]);
    if (this.#options.json) printReport(reportOn(copy, choice, account));
    else print(`${shown(copy.path)} is its copy to look at, on any device`);
  }

  #tellMissing({ path }: Original, { message }: RightsError): number {
    say(`${shown(path)}: ${shown(message)}`);
    return 1;
  }
}

const perBatch: readonly RightsErrorCode[] = ["converter-missing"];

/** Without a converter there is no copy of any. */
async function makeAll(copies: PdfCopies, batch: readonly Original[], by: Protector) {
  try {
    return await copies.make(batch, by);
  } catch (error) {
    if (error instanceof RightsError && perBatch.includes(error.code)) return batch.map(() => error);
    throw error;
  }
}
