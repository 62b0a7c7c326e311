import { dirname, join } from "node:path";
import { type Bytes, type Count, countedSource } from "../../shared/bytes.js";
import { givingBack } from "../../shared/crypto/engine.js";
import { checkReadable } from "../../shared/license/publishing-license.js";
import { type Access, consume, consumeStream, type Published, protect } from "../../shared/protect.js";
import type { TemplatePolicy } from "../../shared/template.js";
import type { Document } from "../document.js";
import { type Predecessor, publish } from "../publish.js";
import {
  asOffice,
  authorOf,
  firstSave,
  type ProtectedStream,
  type Protector,
  verifyWritten,
  wrappedAs,
} from "./protect-file.js";
import { replaceFile } from "./replace-file.js";

/** What a document gets anew. */
export interface Anew {
  readonly policy: TemplatePolicy;
  readonly label: string | null;
  readonly from: Predecessor;
  /** As the policy has it until now. */
  readonly name: string | undefined;
  /** Of the clear file, as the license says it. */
  readonly extension: string;
}

export interface Reprotecting extends Anew {
  /** Opens the document as it is. */
  readonly access: Access;
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
  const { access, count, out } = how;
  const region = countedSource(document.file.region, count);
  const { all, size } = await consume({ ...document.file, region }, access, by.engine);
  const published = await publishAnew(how, by);
  const isOffice = document.file.container === "office";
  const wrapping = isOffice ? asOffice(size, how.label, by) : wrappedAs(how.extension, by);
  const file = { plaintext: all(), wrapping };
  const path = await replaceFile({
    source: document.source,
    target: join(out ?? dirname(document.path), document.name),
    keep: how.keep || out !== null,
    journal: by.journal,
    write: () => givingBack(protect(file, published, authorOf(by), firstSave(by), by.engine), by.engine.memory),
    verify: (written) => verifyWritten(countedSource(written, count), published, by),
  });
  return { path, published };
}

/**
 * The same of content that is no file, from its stream: it is not read back, and where it turns out at its end not to be
 * as its author left it, the result has no end either.
 * @param content - the region as it came. @param how.access - opens it.
 */
export async function reprotectStream(
  content: AsyncIterable<Bytes>,
  how: Anew & { access: Access },
  by: Protector,
): Promise<ProtectedStream> {
  const published = await publishAnew(how, by);
  await checkReadable(published.license);
  const file = { plaintext: consumeStream(content, how.access, by.engine), wrapping: wrappedAs(how.extension, by) };
  return { published, bytes: protect(file, published, authorOf(by), firstSave(by), by.engine) };
}

function publishAnew({ extension, policy, label, from, name }: Anew, by: Protector): Promise<Published> {
  const publication = { policy, label, extension, from, ...(name === undefined ? {} : { name }) };
  return publish(publication, by.publisher, by.now());
}
