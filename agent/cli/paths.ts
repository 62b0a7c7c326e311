import { lstat, mkdir, opendir } from "node:fs/promises";
import { join } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { isIgnoredName, isProtectedName } from "../../shared/format/kind.js";

const maxFiles = 1_000_000;

/**
 * The files meant by the paths of a command: a folder means what is in it, recursively. Links are not followed; what is
 * named itself is taken as it is, so that the command can say what is wrong with it.
 * @param wanted - of the names found in folders.
 */
export async function filesIn(paths: readonly string[], wanted: (name: string) => boolean): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = await lstat(path).then(
      (stat) => stat.isDirectory(),
      () => false,
    );
    if (isFolder) await collectFrom(path, wanted, files);
    else files.push(path);
  }
  return files;
}

async function collectFrom(folder: string, wanted: (name: string) => boolean, files: string[]): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== ".git") await collectFrom(path, wanted, files);
    else if (entry.isFile() && wanted(entry.name)) files.push(path);
    if (files.length > maxFiles) throw new RightsError("usage", `there are more than ${maxFiles} files in ${folder}`);
  }
}

export const isClearName = (name: string): boolean => !isProtectedName(name) && !isIgnoredName(name);

/** `--out DIR`, made if missing. */
export async function outFolder(out: string | undefined): Promise<string | null> {
  if (out === undefined) return null;
  try {
    await mkdir(out, { recursive: true });
    return out;
  } catch (cause) {
    throw new RightsError("file-unwritable", `the folder ${out} cannot be made`, { cause });
  }
}

/** Bytes of a file, for how far it is; 0 where nobody can tell. */
export const sizeIn = (path: string): Promise<number> =>
  lstat(path).then(
    ({ size }) => size,
    () => 0,
  );
