import { createHash } from "node:crypto";
import { lstat, realpath } from "node:fs/promises";
import { basename, isAbsolute, normalize, relative, sep } from "node:path";
import { streamOf, toBase64url } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { isOfficeName } from "../../shared/format/kind.js";
import type { RequestOf } from "../../shared/protocol/agent-api.js";
import type { Home } from "../home.js";
import { openSource } from "../work/source-file.js";
import { isOpenInOffice } from "./office-programs.js";

/** A document that a page may have protected where it lies, and whether a program has it open now. */
export interface OpenDocument {
  /** Links on the way resolved. */
  readonly path: string;
  readonly isOpen: boolean;
}

/** Whatever the reason, a page hears the same: what is on this computer is not its business. */
export const refused = () =>
  new RightsError("path-refused", "the agent does not see that this is a document you have open, so it is left alone");

/**
 * Whether a path that a page names is the document its person has open (docs/agent-link.md, "Paths"). A page can name any:
 * it is a document of this user, reached by no link of its own, outside of hidden folders and of this program's; and
 * either an Office program has that very file open, or the page knows its whole content.
 * @throws RightsError `path-refused`.
 */
export async function findOpenDocument(
  { path, content }: Pick<RequestOf<"protect-path">, "path" | "content">,
  home: Home,
  isOpenNow = isOpenInOffice,
): Promise<OpenDocument> {
  const real = await ownDocument(path, home);
  if (real === null) throw refused();
  if (await isOpenNow(real)) return { path: real, isOpen: true };
  if (content !== undefined && (await hasContent(real, content))) return { path: real, isOpen: false };
  throw refused();
}

/** Whether it still is what it was: by the time a program has closed it, anything may be under that name. */
export const isOwnDocument = async (path: string, home: Home): Promise<boolean> =>
  (await ownDocument(path, home)) === path;

async function ownDocument(path: string, home: Home): Promise<string | null> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no path has
  const isPlain = isAbsolute(path) && normalize(path) === path && !/[\u0000-\u001f]/.test(path);
  if (!isPlain || path.startsWith("\\\\") || !isOfficeName(basename(path))) return null;
  try {
    const [found, real, own] = await Promise.all([lstat(path), realpath(path), realpath(home.path)]);
    const isOurs = process.platform === "win32" || found.uid === process.getuid!();
    const isHidden = real.split(sep).some((part) => part.startsWith("."));
    const isInHome = !relative(own, real).startsWith("..");
    return found.isFile() && found.nlink === 1 && isOurs && !isHidden && !isInHome ? real : null;
  } catch {
    return null;
  }
}

async function hasContent(path: string, { size, sha256 }: { size: number; sha256: string }): Promise<boolean> {
  const source = await openSource(path).catch(() => null);
  if (source === null) return false;
  try {
    if (source.bytes.size !== size) return false;
    const hash = createHash("sha256");
    for await (const piece of streamOf(source.bytes)) hash.update(piece);
    await source.assertUntouched();
    return toBase64url(hash.digest()) === sha256;
  } catch {
    return false;
  } finally {
    await source.close();
  }
}
