import { dirname, join } from "node:path";
import { type Count, countedSource } from "../../shared/bytes.js";
import { type Engine, givingBack } from "../../shared/crypto/engine.js";
import { RightsError } from "../../shared/errors.js";
import { clearName } from "../../shared/format/kind.js";
import { type Access, consume } from "../../shared/protect.js";
import type { Document } from "../document.js";
import type { Journal } from "./journal.js";
import { replaceFile } from "./replace-file.js";

export interface Unprotecting {
  readonly access: Access;
  /** Of the clear file, as the license says it. */
  readonly extension: string;
  readonly engine: Engine;
  readonly journal: Journal;
  /** Where the clear file goes; `null`: beside the protected one, in its place. */
  readonly out: string | null;
  /** Hears of each byte of the file twice: as it is read, and as the result is read back. */
  readonly count: Count;
}

/**
 * Writes the clear content of a document. It gets its name only after every tag and the author's edition were checked
 * and what is on disk was read back. @returns the clear file's path.
 * @throws RightsError `content-damaged`, `edition-invalid`, and those of `replaceFile`.
 */
export async function unprotectFile(
  document: Document,
  { access, extension, engine, journal, out, count }: Unprotecting,
): Promise<string> {
  const region = countedSource(document.file.region, count);
  const consumed = await consume({ ...document.file, region }, access, engine);
  const name = clearName(document.name, extension);
  return replaceFile({
    source: document.source,
    target: join(out ?? dirname(document.path), name),
    keep: out !== null,
    journal,
    write: (_source, result) => givingBack(consumed.all(result.number), engine.memory),
    async verify(onDisk) {
      if (!(await consumed.isIn(countedSource(onDisk, count))))
        throw new RightsError("file-unwritable", "what was written could not be read back; the file is as it was");
    },
  });
}
