import { homedir } from "node:os";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { isIgnoredName, isProtectedName } from "../../shared/format/kind.js";

/** Whether `path` is `folder` or lies in it. */
export const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep));
};

/** The innermost of the watched folders that `path` lies in. */
export function watchOf<W extends { readonly folder: string }>(watches: readonly W[], path: string): W | null {
  const around = watches.filter(({ folder }) => isWithin(folder, dirname(path)));
  return around.reduce<W | null>(
    (inner, one) => (inner && inner.folder.length >= one.folder.length ? inner : one),
    null,
  );
}

/** Whether a file is no business of a watched folder, by its name and the folders on its way. */
export function isLeftAlone(path: string): boolean {
  const name = basename(path);
  return isIgnoredName(name) || isProtectedName(name) || path.split(sep).includes(".git");
}

/**
 * @throws RightsError `usage` for folders that nobody means to protect whole: `/`, a home folder itself, and the folder
 *   in which this program keeps its keys, or one around or inside it.
 */
export function checkWatchable(folder: string, sealwrightHome: string): void {
  const path = resolve(folder);
  const refuse = (why: string): never => {
    throw new RightsError("usage", `${path} cannot be watched: ${why}; choose a folder for what is to be protected`);
  };
  if (dirname(path) === path) refuse("it is the whole file system");
  if (path === homedir() || dirname(path) === "/home" || dirname(path) === "/Users") refuse("it is a home folder");
  if (isWithin(sealwrightHome, path) || isWithin(path, sealwrightHome))
    refuse("the keys of this program lie in or around it");
}
