import { lstat, mkdir, opendir } from "node:fs/promises";
import { basename, join } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { isIgnoredName, isOfficeName, isProtectedName } from "../../shared/format/kind.js";
import { isPageName } from "../../shared/format/sealed-page/layout.js";
import { isProtected } from "../../shared/protect.js";
import { openSource } from "../work/source-file.js";

/** Whether a file found in a folder is meant. */
type Wanted = (path: string) => boolean | Promise<boolean>;

const maxFiles = 1_000_000;

/**
 * The files meant by the paths of a command: a folder means what is in it, recursively. Links are not followed; what is
 * named itself is taken as it is, so that the command can say what is wrong with it.
 * @param wanted - asked of what is found in folders.
 */
export async function filesIn(paths: readonly string[], wanted: Wanted): Promise<string[]> {
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

async function collectFrom(folder: string, wanted: Wanted, files: string[]): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== ".git") await collectFrom(path, wanted, files);
    else if (entry.isFile() && (await wanted(path))) files.push(path);
    if (files.length > maxFiles) throw new RightsError("usage", `there are more than ${maxFiles} files in ${folder}`);
  }
}

/** Office documents keep their names, and sealed pages are called as any page: only the content says what they are. */
async function isProtectedInside(path: string): Promise<boolean> {
  const source = await openSource(path).catch(() => null); // who wants the file says what is wrong with it
  return source === null ? false : isProtected(source.bytes).finally(() => source.close());
}

/** A sealed page is no document of a folder: it is a copy for somebody else. */
export const isProtectedFile = async (path: string): Promise<boolean> =>
  isProtectedName(basename(path)) || (isOfficeName(basename(path)) && (await isProtectedInside(path)));

export const isClearFile = async (path: string): Promise<boolean> =>
  !isIgnoredName(basename(path)) &&
  !(await isProtectedFile(path)) &&
  !(isPageName(basename(path)) && (await isProtectedInside(path)));

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
