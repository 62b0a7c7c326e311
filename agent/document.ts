import { basename } from "node:path";
import { type ByteSource, type Bytes, tailOf } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { isCompoundFile } from "../shared/format/compound/read.js";
import { isProtectedName } from "../shared/format/kind.js";
import { readPfileStream } from "../shared/format/pfile.js";
import { StreamPrefix } from "../shared/format/prefix.js";
import { malformed, nameInPage } from "../shared/format/sealed-page/layout.js";
import { readSealedStream } from "../shared/format/sealed-page/read.js";
import { maxTrailerBytes } from "../shared/license/edition.js";
import { type PublishingLicense, parsePublishingLicense } from "../shared/license/publishing-license.js";
import { parseChain } from "../shared/license/xrml.js";
import { checkPage, type ProtectedFile, readProtected } from "../shared/protect.js";
import { holds, type Right } from "../shared/rights.js";
import { openSource, type SourceFile } from "./work/source-file.js";

/** What stands in front of the content of a protected file, as far as it is known without asking anybody. */
export interface Cover {
  /** `-`: it came from standard input. */
  readonly path: string;
  /** Of the clear file, as the header says it; `null` where none does. */
  readonly extension: string | null;
  /** The chain as it stands in the file: what licenses are asked for with. */
  readonly licenseBytes: Bytes;
  /** Parsed, not verified. */
  readonly license: PublishingLicense;
}

/** A cover, with the end of the file, where its edition stands. */
export interface Covers extends Cover {
  /** The last `maxTrailerBytes` of the content region, or all of it. */
  tail(): Promise<Bytes>;
}

/** A protected file on disk. Close it. */
export interface Document extends Covers {
  /** The protected file's own; a sealed page has another, and can be called anything. */
  readonly name: string;
  readonly source: SourceFile;
  readonly file: ProtectedFile;
}

/** @throws RightsError `license-malformed`, `sealed-page-malformed`. */
async function coverOf(
  path: string,
  { extension, license, page }: Pick<ProtectedFile, "extension" | "license" | "page">,
): Promise<Cover> {
  const [first] = await parseChain(license);
  const parsed = await parsePublishingLicense(first!);
  checkPage({ page }, parsed.serviceAddress);
  return { path, extension, licenseBytes: license, license: parsed };
}

const nameOf = (path: string, { page }: ProtectedFile): string =>
  page === null ? basename(path) : nameInPage(basename(path), page);

/** @param path - how the file is called. @throws RightsError `not-protected`, `pfile-malformed`, `license-malformed` … */
export async function coversIn(path: string, bytes: ByteSource): Promise<Omit<Document, "source">> {
  const file = await readProtected(bytes);
  const { region } = file;
  const tailBytes = Math.min(region.size, maxTrailerBytes);
  const tail = () => region.read(region.size - tailBytes, tailBytes);
  return { ...(await coverOf(path, file)), name: nameOf(path, file), file, tail };
}

/** @throws RightsError `file-missing`, `file-unsuitable`, and those of `coversIn`. */
export async function openDocument(path: string): Promise<Document> {
  const source = await openSource(path);
  try {
    return { ...(await coversIn(path, source.bytes)), source };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Runs `use` on an open document and closes it whatever happens. */
export async function withDocument<T>(path: string, use: (document: Document) => Promise<T>): Promise<T> {
  const document = await openDocument(path);
  try {
    return await use(document);
  } finally {
    await document.source.close();
  }
}

/**
 * The same of what can be read once, such as standard input.
 * @returns `cover`, `null` for what is not protected, and `rest`: the content region, or there everything.
 * @throws RightsError `file-unsuitable` for what may be an Office document, `pfile-malformed`, `pfile-unsupported`,
 *   `license-malformed`, `sealed-page-malformed`, `sealed-page-unsupported`.
 */
export async function readDocument(
  stream: AsyncIterable<Bytes>,
): Promise<{ cover: Cover | null; rest: AsyncIterable<Bytes> }> {
  const { page, rest: file } = await readSealedStream(stream);
  const all = new StreamPrefix(file);
  if (isCompoundFile(await all.upTo(0, 8))) throw await unreadable(all);
  const { header, rest } = await readPfileStream(all.from(0));
  if (header === null && page !== null) throw malformed("what is in the page is not protected");
  return { cover: header && (await coverOf("-", { ...header, page })), rest };
}

/** Reads a stream to its end for what its covers say. @throws RightsError `not-protected`, and those of `readDocument`. */
export async function readCovers(stream: AsyncIterable<Bytes>): Promise<Covers> {
  const { cover, rest } = await readDocument(stream);
  if (cover === null) throw new RightsError("not-protected", "what came in is not protected");
  const end = await tailOf(rest, maxTrailerBytes);
  return { ...cover, tail: async () => end };
}

/** Where things lie in a compound file, only its end may tell. Whether it is protected is not known either. */
async function unreadable(stream: StreamPrefix): Promise<RightsError> {
  await stream.close();
  const message = "what came in is an Office file, or one like it, which cannot be read so; name the file instead of -";
  return new RightsError("file-unsuitable", message);
}

/** `.pfile`: the file is wrapped, and whoever may open it gets it whole; the other kinds are enforced by a viewer. */
export const isGeneric = ({ name, file }: Document): boolean =>
  file.container === "pfile" && isProtectedName(name) && name.toLowerCase().endsWith(".pfile");

/** A header's extension is not signed; the license's is (docs/formats/pfile.md). @throws `pfile-malformed`. */
export function checkExtension({ extension }: Cover, signedExtension: string): void {
  if (extension !== null && extension !== signedExtension)
    throw new RightsError("pfile-malformed", "the file says another extension than its license; ask for a new copy");
}

/** @throws RightsError `right-missing`, with words that name the right and whom to ask. */
export function requireRight(rights: readonly Right[], right: Right, owner: string, wish: string): void {
  if (holds(rights, right)) return;
  const message = `you may not ${wish}: that takes the right ${right}, which you have not been given; ask ${owner}`;
  throw new RightsError("right-missing", message);
}
