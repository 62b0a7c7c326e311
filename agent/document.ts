import type { Bytes } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { isProtectedName } from "../shared/format/kind.js";
import { type PublishingLicense, parsePublishingLicense } from "../shared/license/publishing-license.js";
import { parseChain } from "../shared/license/xrml.js";
import { type ProtectedFile, readProtected } from "../shared/protect.js";
import { holds, type Right } from "../shared/rights.js";
import { openSource, type SourceFile } from "./work/source-file.js";

/** A protected file on disk, as far as it is known without asking anybody. Close it. */
export interface Document {
  readonly path: string;
  readonly source: SourceFile;
  readonly file: ProtectedFile;
  /** The chain as it stands in the file: what licenses are asked for with. */
  readonly licenseBytes: Bytes;
  /** Parsed, not verified. */
  readonly license: PublishingLicense;
}

/** @throws RightsError `not-protected`, `file-missing`, `file-unsuitable`, `pfile-malformed`, `license-malformed` … */
export async function openDocument(path: string): Promise<Document> {
  const source = await openSource(path);
  try {
    const file = await readProtected(source.bytes);
    const [first] = await parseChain(file.header.license);
    return { path, source, file, licenseBytes: file.header.license, license: await parsePublishingLicense(first!) };
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

/** `.pfile`: the file is wrapped, and whoever may open it gets it whole; the other kinds are enforced by a viewer. */
export const isGeneric = (path: string): boolean => isProtectedName(path) && path.toLowerCase().endsWith(".pfile");

/** The header's extension is not signed; the license's is (docs/formats/pfile.md). @throws `pfile-malformed`. */
export function checkExtension({ file }: Document, signedExtension: string): void {
  if (file.header.extension !== signedExtension)
    throw new RightsError("pfile-malformed", "the file says another extension than its license; ask for a new copy");
}

/** @throws RightsError `right-missing`, with words that name the right and whom to ask. */
export function requireRight(rights: readonly Right[], right: Right, owner: string, wish: string): void {
  if (holds(rights, right)) return;
  const message = `you may not ${wish}: that takes the right ${right}, which you have not been given; ask ${owner}`;
  throw new RightsError("right-missing", message);
}
