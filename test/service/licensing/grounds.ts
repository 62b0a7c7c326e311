import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareTrial, type Trial } from "../../../service/trial.js";

/** The files an organisation stands on while no service runs: its key, its people, its store. */
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
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return Promise.all(
    files.map(async (name) => {
      const path = join(folder, name);
      return { name, mode: (await stat(path)).mode & 0o777, bytes: await readFile(path) };
    }),
  );
}

const lay = (ground: Ground, folder: string) =>
  Promise.all(ground.map(({ name, mode, bytes }) => writeFile(join(folder, name), bytes, { mode })));
