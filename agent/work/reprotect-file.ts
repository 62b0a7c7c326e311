import { basename, dirname, join } from "node:path";
import { type Count, countedSource } from "../../shared/bytes.js";
import { givingBack } from "../../shared/crypto/engine.js";
import { redirectionText } from "../../shared/format/pfile.js";
import { type Access, consume, type Published, protect } from "../../shared/protect.js";
import type { TemplatePolicy } from "../../shared/template.js";
import type { Document } from "../document.js";
import { type Predecessor, publish } from "../publish.js";
import { authorOf, firstSave, type Protector, verifyWritten } from "./protect-file.js";
import { replaceFile } from "./replace-file.js";

export interface Reprotecting {
  /** Opens the document as it is. */
  readonly access: Access;
  readonly policy: TemplatePolicy;
  readonly label: string | null;
  readonly from: Predecessor;
  /** As the policy has it until now. */
  readonly name: string | undefined;
  /** Another folder for the result, which keeps the document; `null`: in its place. */
  readonly out: string | null;
  readonly keep: boolean;
  /** Hears of each byte of the file twice: as it is read, and as the result is read back. */
  readonly count: Count;
}

/**
 * Protects a document anew: another publishing license and content key, in the same family. The content goes from the one
 * key to the other through memory, piece by piece, and is clear on no disk; the document stays until the result was
 * read back, and if it is not as its author left it.
 * @throws RightsError `content-damaged`, `edition-invalid`, and those of `publish` and `replaceFile`.
 */
export async function reprotectFile(
  document: Document,
  how: Reprotecting,
  by: Protector,
): Promise<{ path: string; published: Published }> {
  const { access, policy, label, from, name, count, out } = how;
  const { extension } = document.file.header;
  const { all } = await consume(countedSource(document.file.region, count), access, by.engine);
  const publication = { policy, label, extension, from, ...(name === undefined ? {} : { name }) };
  const published = await publish(publication, by.publisher, by.now());
  const file = { plaintext: all(), extension, redirection: redirectionText(by.viewer) };
  const path = await replaceFile({
    source: document.source,
    target: join(out ?? dirname(document.path), basename(document.path)),
    keep: how.keep || out !== null,
    journal: by.journal,
    write: () => givingBack(protect(file, published, authorOf(by), firstSave(by), by.engine), by.engine.memory),
    verify: (written) => verifyWritten(countedSource(written, count), published, by),
  });
  return { path, published };
}
