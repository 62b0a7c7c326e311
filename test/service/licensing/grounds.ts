import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { prepareTrial, type Trial } from "../../../service/trial.js";

/** The files an organisation stands on while no service runs: its key, its people, its store. Or those of somebody's home. */
export type Ground = readonly { name: string; mode: number; bytes: Buffer }[];

export interface Founded extends Trial {
  readonly folder: string;
  /** As it was before any service ran there. */
  readonly ground: Ground;
}

/**
 * An organisation in a folder of its own: founded now, or as it was on `known`.
 * @param port - where its service will listen.
 */
export async function foundOrganisation(port: number, known?: Ground): Promise<Founded> {
  const folder = await mkdtemp(join(tmpdir(), "sealwright-"));
  if (known !== undefined) await lay(known, folder);
  const trial = await prepareTrial(folder, port);
  return { ...trial, folder, ground: known ?? (await groundOf(folder)) };
}

export async function groundOf(folder: string): Promise<Ground> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.map(async (path) => {
      return { name: relative(folder, path), mode: (await stat(path)).mode & 0o777, bytes: await readFile(path) };
    }),
  );
}

/** Puts the files of `ground` into `folder`, with their modes, as who made them did. */
export async function lay(ground: Ground, folder: string): Promise<void> {
  for (const { name, mode, bytes } of ground) {
    await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, name), bytes, { mode });
  }
}
