import { basename, dirname, join } from "node:path";
import { BoundedCache } from "../../shared/bounded-cache.js";
import { type ByteSource, type Bytes, type Count, countedSource, readAhead, streamOf } from "../../shared/bytes.js";
import type { Plaintext } from "../../shared/crypto/content-cipher.js";
import { segmentBytes } from "../../shared/crypto/content-layout.js";
import { type Engine, givingBack } from "../../shared/crypto/engine.js";
import { RightsError } from "../../shared/errors.js";
import { carrierFor } from "../../shared/format/carrier.js";
import { headBytes, isIgnoredName, type Kind, kindOf, protectedName } from "../../shared/format/kind.js";
import { redirectionText } from "../../shared/format/pfile.js";
import type { Edition } from "../../shared/license/edition.js";
import { checkReadable } from "../../shared/license/publishing-license.js";
import { type TenantTrust, verifyPublishingLicense } from "../../shared/license/trust.js";
import { parseChain, type XrmlDocument } from "../../shared/license/xrml.js";
import {
  type Author,
  isProtected,
  type Published,
  protect,
  readProtected,
  type Save,
  verify,
  type Wrapping,
} from "../../shared/protect.js";
import type { TemplatePolicy } from "../../shared/template.js";
import { type Publisher, publish } from "../publish.js";
import type { OpenFile } from "./file-ops.js";
import { type InsideLabel, segmentsOf, type ToProtect, toProtect, type Writer } from "./inside-label.js";
import type { Journal } from "./journal.js";
import { replaceFile } from "./replace-file.js";
import { openSource, type SourceFile } from "./source-file.js";

/** Everything protecting takes but the file: made once, used for many. */
export interface Protector {
  readonly publisher: Publisher;
  readonly trust: TenantTrust;
  readonly engine: Engine;
  readonly journal: Journal;
  /** The organisation's viewer, for the text in front of the file; `null` if there is none. */
  readonly viewer: string | null;
  now(): number;
}

export interface Protecting {
  readonly policy: TemplatePolicy;
  readonly label: string | null;
  /** What of the label documents carry inside; `null` without one. */
  readonly inside: InsideLabel | null;
  /** Wrap as `.pfile` whatever the type. */
  readonly generic?: boolean;
  /** Another folder for the result, which keeps the source; `null`: beside it, in its place. */
  readonly out?: string | null;
  readonly keep?: boolean;
  /** The watched folder that a path must not lead out of. */
  readonly within?: string;
  /** Hears of each byte of the file twice: as it is read, and as the result is read back. */
  readonly count?: Count;
}

export interface ProtectedResult {
  readonly path: string;
  readonly kind: Kind;
  readonly published: Published;
}

/**
 * Protect one file where it lies: license, content, read back and checked, and only then the clear one removed.
 * @throws RightsError `already-protected`, `file-unsuitable`, and those of `publish` and `replaceFile`; the file is
 *   then as it was.
 */
export async function protectFile(path: string, how: Protecting, by: Protector): Promise<ProtectedResult> {
  const source = await openSource(path, how.within === undefined ? {} : { within: how.within });
  try {
    const kind = await kindOfSource(source, how.generic ?? false);
    const name = basename(path);
    const publication = { policy: how.policy, label: how.label, extension: kind.extension, name };
    const published = await publish(publication, by.publisher, by.now());
    const target = join(how.out ?? dirname(path), protectedName(name, kind));
    const read = countedSource(source.bytes, how.count ?? (() => undefined));
    const inside = await toProtect(read, carrierFor(kind), how.inside, writerOf(by));
    const result = await replaceWith(source, target, { kind, published, inside }, how, by);
    return { path: result, kind: { ...kind, note: kind.note ?? inside.note }, published };
  } finally {
    await source.close();
  }
}

/** A protected file on its way: to be read once. */
export interface ProtectedStream {
  readonly published: Published;
  readonly bytes: AsyncIterable<Bytes>;
}

/** The same for content that is no file: wrapped as a `.pfile` without name and extension, and not read back. */
export async function protectStream(plaintext: Plaintext, how: Protecting, by: Protector): Promise<ProtectedStream> {
  const publication = { policy: how.policy, label: how.label, extension: "" };
  const published = await publish(publication, by.publisher, by.now());
  await checkReadable(published.license);
  const file = { plaintext, wrapping: wrappedAs("", by) };
  return { published, bytes: protect(file, published, authorOf(by), firstSave(by), by.engine) };
}

export const wrappedAs = (extension: string, { viewer }: Protector): Wrapping => ({
  container: "pfile",
  extension,
  redirection: redirectionText(viewer),
});

/** @param size - of the document as it is, which is what is protected unless it gets a label inside. */
export const asOffice = (size: number, { content, outside }: ToProtect): Wrapping => ({
  container: "office",
  plainSize: content?.size ?? size,
  labelInfo: outside,
});

/** What a file of that kind is put into. @param size - of the clear file as it is. */
export const wrappingFor = (
  { container, extension }: Kind,
  size: number,
  inside: ToProtect,
  by: Protector,
): Wrapping => (container === "office" ? asOffice(size, inside) : wrappedAs(extension, by));

export const writerOf = ({ publisher, now }: Protector): Writer => ({ tenant: publisher.tenant, nowMs: now() });

export const authorOf = ({ publisher: { subject, signer } }: Protector): Author => ({
  principal: { kind: "person", subject },
  signer,
  permit: null,
});

export const firstSave = ({ now }: Protector): Save => ({ number: 1, previous: new Uint8Array(0), nowMs: now() });

async function kindOfSource(source: SourceFile, generic: boolean): Promise<Kind> {
  const { bytes, name } = source;
  const head = await bytes.read(0, Math.min(bytes.size, headBytes));
  if (await isProtected(bytes))
    throw new RightsError(
      "already-protected",
      "this file is protected already; another label is given with: seal label",
    );
  if (isIgnoredName(name)) throw new RightsError("file-unsuitable", "temporary, lock and hidden files are left alone");
  return kindOf(name, head, bytes.size, { generic });
}

/** What becomes of a file, decided before anything is written. */
interface Becoming {
  readonly kind: Kind;
  readonly published: Published;
  readonly inside: ToProtect;
}

function replaceWith(
  source: SourceFile,
  target: string,
  { kind, published, inside }: Becoming,
  how: Protecting,
  by: Protector,
): Promise<string> {
  const { engine, journal } = by;
  const { count = () => undefined } = how;
  const write = (result: OpenFile) => {
    const read = countedSource(source.bytes, count);
    const { content } = inside;
    const plaintext = content === null ? plaintextOf(read, result, engine) : segmentsOf(content, engine);
    const wrapping = wrappingFor(kind, source.bytes.size, inside, by);
    const file = { plaintext, wrapping };
    return givingBack(protect(file, published, authorOf(by), firstSave(by), engine), engine.memory);
  };
  return replaceFile({
    source,
    target,
    keep: how.keep === true || (how.out ?? null) !== null,
    journal,
    write: (_source, result) => write(result),
    verify: (written) => verifyWritten(countedSource(written, count), published, by),
  });
}

/**
 * A clear file on its way to `result`. The pieces are for small files, and for engines that move nothing themselves.
 */
export function plaintextOf(source: ByteSource, result: OpenFile, { memory }: Engine): Plaintext {
  const pieces: Plaintext = readAhead(streamOf(source, segmentBytes, memory.take));
  if (source.place === undefined || result.number === undefined) return pieces;
  const { file, count } = source.place;
  return Object.assign(pieces, { files: { from: file, to: result.number, count } });
}

/** The certificates behind a license are the same in most files: read and checked once. */
const certificates = new BoundedCache<XrmlDocument>(100);

/** Opens what is on disk exactly as a reader would: license, every tag, edition. */
export async function verifyWritten(written: ByteSource, published: Published, by: Protector): Promise<void> {
  await readBack(written, published, by);
}

/** The same, with the edition that was found. */
export async function readBack(
  written: ByteSource,
  { contentKey }: Pick<Published, "contentKey">,
  { trust, engine }: Pick<Protector, "trust" | "engine">,
): Promise<Edition> {
  const file = await readProtected(written);
  const verified = await verifyPublishingLicense(await parseChain(file.license, certificates), trust);
  return verify(file, { verified, contentKey, trust }, engine);
}
