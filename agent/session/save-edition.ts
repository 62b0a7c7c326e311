import { basename, dirname, join } from "node:path";
import { type Bytes, equalBytes } from "../../shared/bytes.js";
import { givingBack } from "../../shared/crypto/engine.js";
import { codeOf, RightsError, type RightsErrorCode } from "../../shared/errors.js";
import { parseTrailer, trailerLength } from "../../shared/license/edition.js";
import { type Author, type Published, protect, type Save } from "../../shared/protect.js";
import type { Account } from "../account.js";
import type { GrantedUse } from "../consume-license.js";
import { type Document, openDocument } from "../document.js";
import type { FileStat } from "../work/file-ops.js";
import { asItIs } from "../work/inside-label.js";
import { taggedName } from "../work/names.js";
import { asOffice, firstSave, type Protector, readBack, wrappedAs } from "../work/protect-file.js";
import { replaceFile } from "../work/replace-file.js";
import { editorOf, editUse } from "./edit-use.js";
import { keyStateOf } from "./new-key.js";
import type { SavedWork } from "./saved-work.js";

/** The protected file that changes are saved to, as it was when somebody last looked. */
export interface Base {
  readonly path: string;
  readonly license: Bytes;
  readonly container: "pfile" | "office";
  readonly extension: string;
  readonly number: number;
  /** Of its edition. */
  readonly digest: Bytes;
}

/** Who saves, and what with. */
export interface Editor {
  readonly account: Account;
  readonly protector: Protector;
  /** What opened the document, where it is still at hand. */
  readonly latest: GrantedUse | null;
}

export interface Saving {
  /** Beside the document in any case, with these words in its name: what is there is not to be replaced. */
  readonly beside?: string;
  /** Whose mode and owner the file gets where the document is gone. */
  readonly like?: FileStat;
  /** Is told what the protected file will be, before it gets its name. */
  announce?(next: Base): Promise<void>;
}

export interface Saved {
  /** What is there now. */
  readonly base: Base;
  readonly granted: GrantedUse;
  /** `conflict`: somebody else had changed the document, so it is beside that. `gone`: nothing was there any more. */
  readonly place: "same" | "conflict" | "gone" | "beside";
  /** License and key of what is there now. */
  readonly published: Published;
  /** A new license, because rights shrank; the service is to hear of it. */
  readonly anew: Published | null;
  /** Rights shrank, and only the issuer can make a new key. */
  readonly isStale: boolean;
}

/**
 * Protects what was saved as the next edition: the same license and content key, a new salt, signed by the issuer's key or
 * under the editor's permit, read back, and only then in the place of the file before. A document that somebody else changed
 * meanwhile stays, and this one is put beside it.
 * @throws RightsError those of `editUse` and `replaceFile`; `file-changed` where the program saved again meanwhile.
 */
export async function saveEdition(work: SavedWork, base: Base, by: Editor, how: Saving = {}): Promise<Saved> {
  const { account, latest } = by;
  const granted = await editUse(account, base.license, latest);
  const protector = { ...by.protector, trust: granted.trust };
  const edition = await nextEdition(base, granted, account, protector);
  const there = await findPlace(base, how.beside);
  const { document } = there;
  try {
    const draft = { work, base, edition, target: there.target };
    const path = await write(draft, document, protector, how);
    const { outcome, published } = edition;
    return { ...outcome, published, base: { ...base, ...edition.now(), path }, granted, place: there.place };
  } finally {
    await document?.source.close();
  }
}

/** Key, signer and number of what is about to be written. */
interface NextEdition {
  readonly published: Published;
  readonly author: Author;
  readonly save: Save;
  readonly label: string | null;
  readonly outcome: Pick<Saved, "anew" | "isStale">;
  /** Known once it was read back. */
  now(): Pick<Base, "license" | "number" | "digest">;
  written(digest: Bytes): void;
}

async function nextEdition(
  base: Base,
  granted: GrantedUse,
  account: Account,
  protector: Protector,
): Promise<NextEdition> {
  const key = await keyStateOf(account, base.license, granted, protector);
  const { contentKey, verified } = granted;
  const { digest, license } = verified;
  const same = { license: base.license, digest, contentKey, contentId: license.contentId };
  const anew = key.kind === "anew" ? key.published : null;
  const author = anew ? { ...(await ownAuthor(account)), permit: null } : await editorOf({ account, granted });
  const save = anew ? firstSave(protector) : { number: base.number + 1, previous: base.digest, nowMs: protector.now() };
  let written = base.digest;
  return {
    published: anew ?? same,
    author,
    save,
    label: license.label,
    outcome: { anew, isStale: key.kind === "stale" },
    now: () => ({ license: (anew ?? same).license, number: save.number, digest: written }),
    written: (made) => {
      written = made;
    },
  };
}

const ownAuthor = async (account: Account) => ({
  principal: { kind: "person", subject: account.info.subject } as const,
  signer: await account.signer(),
});

interface Draft {
  readonly work: SavedWork;
  readonly base: Base;
  readonly edition: NextEdition;
  readonly target: string;
}

function write(
  { work, base, edition, target }: Draft,
  document: Document | null,
  protector: Protector,
  how: Saving,
): Promise<string> {
  const { published, author, save } = edition;
  const { engine, journal } = protector;
  const wrapping =
    base.container === "office"
      ? asOffice(work.size, asItIs(edition.label, protector.publisher.tenant))
      : wrappedAs(base.extension, protector);
  const like = document?.source.stat ?? how.like;
  return replaceFile({
    source: document?.source ?? null,
    target,
    keep: document === null,
    journal,
    ...(like && { like: work.mtimeNs === undefined ? like : { ...like, mtimeNs: work.mtimeNs } }),
    write: (_source, result) =>
      givingBack(
        protect({ plaintext: work.plaintext(result), wrapping }, published, author, save, engine),
        engine.memory,
      ),
    async verify(written) {
      const { document: made } = await readBack(written, published, protector);
      await work.assertUntouched();
      edition.written(made.digest);
      await how.announce?.({ ...base, ...edition.now(), path: target });
    },
  });
}

interface Place {
  /** The file to be replaced, open; `null` where none is. */
  readonly document: Document | null;
  readonly target: string;
  readonly place: Saved["place"];
}

/** What is not a protected file any more is somebody's all the same. */
const replacedBy: readonly RightsErrorCode[] = [
  "not-protected",
  "pfile-malformed",
  "pfile-unsupported",
  "office-malformed",
  "office-unsupported",
  "license-malformed",
  "license-unsupported",
  "edition-invalid",
  "sealed-page-malformed",
  "sealed-page-unsupported",
  "content-damaged",
  "file-unsuitable",
];

async function findPlace(base: Base, beside: string | undefined): Promise<Place> {
  const besideIt = (words: string) => join(dirname(base.path), taggedName(basename(base.path), words));
  if (beside !== undefined) return { document: null, target: besideIt(beside), place: "beside" };
  try {
    const document = await openDocument(base.path);
    if (await isAsBefore(document, base)) return { document, target: base.path, place: "same" };
    await document.source.close();
  } catch (error) {
    if (codeOf(error) === "file-missing") return { document: null, target: base.path, place: "gone" };
    if (!replacedBy.includes(codeOf(error))) throw error;
  }
  return { document: null, target: besideIt("conflicted copy"), place: "conflict" };
}

/** The very edition that was opened or saved last, under one name only: other names of a file would keep the old one. */
async function isAsBefore(document: Document, { digest }: Base): Promise<boolean> {
  const there = await editionDigest(document).catch((error) => {
    if (error instanceof RightsError) return null;
    throw error;
  });
  const isFile = document.file.page === null && document.source.stat.links === 1;
  return isFile && there !== null && equalBytes(there, digest);
}

/** The digest of a document's edition, as its trailer has it. @throws RightsError `edition-invalid`, `license-malformed`. */
export async function editionDigest(document: Document): Promise<Bytes> {
  const tail = await document.tail();
  const { edition } = await parseTrailer(tail.slice(tail.length - Math.min(trailerLength(tail), tail.length)));
  return edition.document.digest;
}
