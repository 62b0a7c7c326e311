import { basename } from "node:path";
import { type Bytes, collect, sourceOf } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { nameInPage, sealedPageLimits } from "../../shared/format/sealed-page/layout.js";
import { pageNames } from "../../shared/format/sealed-page/names.js";
import { parsePublishingLicense } from "../../shared/license/publishing-license.js";
import { parseChain } from "../../shared/license/xrml.js";
import { readProtected } from "../../shared/protect.js";
import { pageOfFile } from "../work/sealed-page.js";
import { openSource } from "../work/source-file.js";

/** A file to be mailed, known to be protected. */
export interface Mailed {
  readonly path: string;
  readonly contentId: string;
  /** Its copy to look at, if there is one. */
  readonly copy: string | null;
  readonly wantsPage: boolean;
}

export interface Attachment {
  readonly name: string;
  readonly bytes: Bytes;
  /** The name of the attachment that is held in this one: without it nothing is lost. */
  readonly holds: string | null;
}

/** What mail services carry, in bytes of the whole mail as it travels. */
export const maxMailBytes = 25_000_000;
/** For the text and the heads of a mail. */
const aroundBytes = 200_000;

/** Base64 in lines, as attachments travel. */
const travels = ({ bytes }: Attachment): number => Math.ceil(bytes.length / 57) * 78 + 1000;
const sum = (all: readonly Attachment[]): number => all.reduce((total, one) => total + travels(one), aroundBytes);

/**
 * Reads what is mailed and looks at it once more: nothing gets in here that is not protected, and not what was protected.
 * Where not all of it fits, files go that a page of them holds as well.
 * @throws RightsError `file-changed`, and `file-unsuitable` for what no mail carries.
 */
export async function attachmentsFor(files: readonly Mailed[], organisation: string): Promise<Attachment[]> {
  const all: Attachment[] = [];
  for (const file of files) {
    all.push(...(await attachmentsOf(file, organisation, new Set(all.map(({ name }) => name)))));
    if (sum(withoutHeld(all)) > maxMailBytes) throw tooLarge();
  }
  return sum(all) <= maxMailBytes ? all : withoutHeld(all);
}

function withoutHeld(all: readonly Attachment[]): Attachment[] {
  const held = new Set(all.map(({ holds }) => holds));
  return all.filter(({ name }) => !held.has(name));
}

async function attachmentsOf(file: Mailed, organisation: string, taken: ReadonlySet<string>): Promise<Attachment[]> {
  const own = await protectedBytes(file.path, file.contentId);
  const copy = file.copy === null ? null : await protectedBytes(file.copy, null);
  const shown = copy ?? own;
  const isFit = file.wantsPage && shown.bytes.length <= sealedPageLimits.file;
  const page = isFit ? [await pageFor(shown, organisation, taken)] : [];
  return [own, ...(copy === null ? [] : [copy]), ...page];
}

async function protectedBytes(path: string, contentId: string | null): Promise<Attachment> {
  const source = await openSource(path);
  try {
    if (source.bytes.size > maxMailBytes) throw tooLarge();
    const bytes = await source.bytes.read(0, source.bytes.size);
    const { license, page } = await readProtected(sourceOf(bytes));
    const found = await parsePublishingLicense((await parseChain(license))[0]!);
    if (contentId !== null && found.contentId !== contentId) throw changed();
    const name = basename(path);
    return { name, bytes, holds: page === null ? null : nameInPage(name, page) };
  } finally {
    await source.close();
  }
}

async function pageFor({ name, bytes }: Attachment, organisation: string, taken: ReadonlySet<string>) {
  const page = await collect(pageOfFile(sourceOf(bytes), name, organisation));
  const free = pageNames(name).find((one) => !taken.has(one));
  return { name: free ?? `${name}.html`, bytes: page, holds: name };
}

const changed = () =>
  new RightsError("file-changed", "it became another file before it could be mailed; nothing is mailed");

const tooLarge = () =>
  new RightsError(
    "file-unsuitable",
    "mail services carry 25 MB, and this would be more; share fewer files at once, or pass the protected ones on in another way",
  );
