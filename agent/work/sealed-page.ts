import { basename, dirname, join } from "node:path";
import { type ByteSource, type Bytes, collect, equalBytes, sourceOf, streamOf } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { isWebOrigin, sealedPageLimits } from "../../shared/format/sealed-page/layout.js";
import { pageNames, suffixOf } from "../../shared/format/sealed-page/names.js";
import { readSealedPage } from "../../shared/format/sealed-page/read.js";
import { encodeSealedPage } from "../../shared/format/sealed-page/write.js";
import { parsePublishingLicense } from "../../shared/license/publishing-license.js";
import { parseChain } from "../../shared/license/xrml.js";
import { readProtected } from "../../shared/protect.js";
import type { Home } from "../home.js";
import type { Journal } from "./journal.js";
import { noteOwnCopy, placeForCopy } from "./own-copies.js";
import { replaceFile } from "./replace-file.js";
import { openSource, type SourceFile } from "./source-file.js";

/** Whose pages are made, and what that takes. */
export interface PageMaking {
  readonly home: Home;
  readonly journal: Journal;
  /** The organisation's, as people know it. */
  readonly organisation: string;
  /** Only where there is one of before, which is its own. */
  readonly onlyAgain?: boolean;
}

/**
 * A sealed page beside a protected file (docs/formats/sealed-page.md): `plan.html` if that is free or its own, else
 * `plan.ptxt.html`. It is read back and compared before it gets its name.
 * @returns its path, `null` where none was wanted. @throws RightsError `file-unsuitable` (too large, or of a service without a viewer), and those of
 *   `readProtected` and `replaceFile`; nothing is left then.
 */
export async function sealPage(path: string, by: PageMaking): Promise<string | null> {
  const { own, targets } = await placeForCopy(by.home, path, targetsFor(path));
  if (own === null && by.onlyAgain) return null;
  const source = await openSource(path);
  try {
    const { contentId, page } = await pageOf(source.bytes, basename(path), by.organisation);
    const made = await replaceFile({
      source: own,
      target: targets,
      keep: false,
      like: source.stat,
      journal: by.journal,
      write: () => encodeSealedPage(source.bytes, page),
      verify: (written) => verifyPage(written, source),
    });
    await noteOwnCopy(by.home, made, contentId, path);
    return made;
  } finally {
    await Promise.all([source.close(), own?.close()]);
  }
}

/** The same of a protected file that comes as a stream; of it no more than a page can hold is kept. */
export async function* pageOfStream(stream: AsyncIterable<Bytes>, organisation: string): AsyncGenerator<Bytes> {
  yield* pageOfFile(sourceOf(await collect(limited(stream))), "", organisation);
}

/** The same of a protected file in memory. @param name - its own. */
export async function* pageOfFile(file: ByteSource, name: string, organisation: string): AsyncGenerator<Bytes> {
  yield* encodeSealedPage(file, (await pageOf(file, name, organisation)).page);
}

async function* limited(stream: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > sealedPageLimits.file) throw tooLarge();
    yield piece.slice(); // its memory may be used again
  }
}

async function pageOf(file: ByteSource, name: string, organisation: string) {
  if (file.size > sealedPageLimits.file) throw tooLarge();
  const { license, page } = await readProtected(file);
  if (page !== null) throw new RightsError("already-protected", "this is a sealed page already");
  const { serviceAddress, contentId } = await parsePublishingLicense((await parseChain(license))[0]!);
  const service = URL.canParse(serviceAddress) ? new URL(serviceAddress).origin : "";
  if (!isWebOrigin(service))
    throw new RightsError("file-unsuitable", "its license names no service that a page could open");
  return { contentId, page: { service, organisation, suffix: suffixOf(name) } };
}

const tooLarge = () =>
  new RightsError(
    "file-unsuitable",
    "a sealed page holds at most 12 MiB, so that a mail can carry it; send the protected file by other ways",
  );

const targetsFor = (path: string): string[] => pageNames(basename(path)).map((name) => join(dirname(path), name));

async function verifyPage(written: ByteSource, source: SourceFile): Promise<void> {
  const page = await readSealedPage(written);
  const [was, is] = [streamOf(source.bytes), page === null ? null : streamOf(page.file)];
  for await (const piece of was) {
    const other = await is?.next();
    if (other === undefined || other.done || !equalBytes(piece, other.value))
      throw new RightsError("file-unwritable", "what was written could not be read back; there is no page");
  }
  await source.assertUntouched();
}
