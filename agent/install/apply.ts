import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RightsError } from "../../shared/errors.js";
import type { Plan, Step } from "./plan.js";

/** What was done, in the order it was. */
export interface Done {
  readonly what: string;
  readonly state: "made" | "unchanged" | "removed" | "done" | "failed";
  readonly about: string;
}

/** Puts everything there; what is there already stays as it is. @throws RightsError `file-unwritable`. */
export async function install({ files, enable, refresh }: Plan): Promise<Done[]> {
  const done: Done[] = [];
  for (const { path, content, about } of files) {
    const before = await readFile(path, "utf8").catch(() => null);
    if (before !== content) await put(path, content);
    done.push({ what: path, state: before === content ? "unchanged" : "made", about });
  }
  return [...done, ...refresh.map(run), ...enable.map(run)];
}

/** Takes everything away, with the folders and files that nothing else needs. */
export async function uninstall({ files, disable, refresh, made }: Plan): Promise<Done[]> {
  const isThere = await Promise.all(
    files.map(({ path }) =>
      readFile(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  const isInstalled = files.length === 0 || isThere.includes(true);
  if (!isInstalled) return [];
  const done = disable.map(run);
  for (const [at, { path, about }] of files.entries()) {
    if (!isThere[at]) continue;
    await rm(path);
    done.push({ what: path, state: "removed", about });
  }
  done.push(...refresh.map(run));
  for (const { folder, names } of made) await removeMade(folder, names);
  for (const { path } of files) await removeEmpty(dirname(path));
  return done;
}

async function put(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o644 });
  } catch (cause) {
    throw new RightsError("file-unwritable", `${path} cannot be written`, { cause });
  }
}

/** What the system lacks is said and stops nothing: the files count from the next log-in on. */
export function run({ command: [program, ...args], about }: Step): Done {
  const { status } = spawnSync(program, args, { stdio: "ignore" });
  return { what: [program, ...args].join(" "), state: status === 0 ? "done" : "failed", about };
}

/** Only where nothing else is: then nobody else made it. */
async function removeMade(folder: string, names: readonly string[]): Promise<void> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const others = found.filter((entry) => !names.includes(entry.name) && !entry.isDirectory());
  const folders = found.filter((entry) => entry.isDirectory());
  for (const { name } of folders) await removeEmpty(join(folder, name));
  const left = (await readdir(folder).catch(() => [])).filter((name) => !names.includes(name));
  if (others.length > 0 || left.length > 0) return;
  await rm(folder, { recursive: true, force: true });
}

const removeEmpty = (folder: string): Promise<void> => rmdir(folder).catch(() => undefined);
