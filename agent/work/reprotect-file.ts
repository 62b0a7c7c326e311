import { dirname, join } from "node:path";
import { blockSource } from "../../shared/block-source.js";
import { type ByteSource, type Bytes, type Count, collect, countedSource } from "../../shared/bytes.js";
import { segmentBytes } from "../../shared/crypto/content-layout.js";
import { givingBack } from "../../shared/crypto/engine.js";
import type { Carrier } from "../../shared/format/carrier.js";
import { checkReadable } from "../../shared/license/publishing-license.js";
import {
  type Access,
  type Consumed,
  consume,
  consumeStream,
  type Published,
  protect,
  type Wrapping,
} from "../../shared/protect.js";
import type { TemplatePolicy } from "../../shared/template.js";
import type { Document } from "../document.js";
import { type Predecessor, publish } from "../publish.js";
import { type InsideLabel, segmentsOf, type ToProtect, toProtect } from "./inside-label.js";
import {
  asOffice,
  authorOf,
  firstSave,
  type ProtectedStream,
  type Protector,
  verifyWritten,
  wrappedAs,
  writerOf,
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
  /** What of the label documents carry inside; `null` without one. */
  readonly inside: InsideLabel | null;
  /** Opens the document as it is. */
  readonly access: Access;
  /** Another folder for the result, which keeps the document; `null`: in its place. */
  readonly out: string | null;
  readonly keep: boolean;
  /** Hears of each byte as it is read, and as the result is read back; of an Office document once more, before. */
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
): Promise<{ path: string; published: Published; note?: string | undefined }> {
  const { access, count, out } = how;
  const region = countedSource(document.file.region, count);
  const consumed = await consume({ ...document.file, region }, access, by.engine);
  const carrier = carrierIn(document.file.container, how.extension);
  const made = await withOtherLabel(consumed, carrier, how, by);
  const plaintext = made.content === null ? consumed.all() : segmentsOf(made.content, by.engine);
  const wrapping = carrier === "package" ? asOffice(consumed.size, made) : wrappedAs(how.extension, by);
  const published = await publishAnew(how, by);
  const path = await replaceFile({
    source: document.source,
    target: join(out ?? dirname(document.path), document.name),
    keep: how.keep || out !== null,
    journal: by.journal,
    write: () => {
      const pieces = protect({ plaintext, wrapping }, published, authorOf(by), firstSave(by), by.engine);
      return givingBack(pieces, by.engine.memory);
    },
    verify: (written) => verifyWritten(countedSource(written, count), published, by),
  });
  return { path, published, note: made.note };
}

/** What the content of a protected file carries its label as. @param extension - of the clear file. */
export function carrierIn(container: Wrapping["container"], extension: string): Carrier | null {
  if (container === "office") return "package";
  return extension.toLowerCase() === ".pdf" ? "pdf" : null;
}

/** The content of a protected file as bytes at any place, each proven as it is read. */
const sourceOfContent = ({ size, range }: Consumed): ByteSource =>
  blockSource({ size, read: (offset, length) => collect(range(offset, length)) }, segmentBytes);

/**
 * A document that can carry its label inside gets it there as well. For that it is read here and there, which proves each piece
 * and not the whole; so that it is as its author left it is proven before.
 */
async function withOtherLabel(
  consumed: Consumed,
  carrier: Carrier | null,
  { inside }: Reprotecting,
  by: Protector,
): Promise<ToProtect> {
  if (carrier !== null && inside !== null) await consumed.check();
  return toProtect(sourceOfContent(consumed), carrier, inside, writerOf(by));
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
