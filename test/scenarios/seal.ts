import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";

/** The real command line in real processes: what scenarios are written with. */

export const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;

export interface Run {
  code: number;
  out: Buffer;
  text: string;
  err: string;
}

export interface RunOptions {
  home?: string;
  input?: string | Buffer;
  env?: Record<string, string>;
  cwd?: string;
  /** Run as this user and group. */
  uid?: number;
}

export const environment = ({ home, env }: RunOptions) => ({
  ...process.env,
  SEALWRIGHT_KEYSTORE: "file",
  ...(home === undefined ? {} : { SEALWRIGHT_HOME: home }),
  ...env,
});

/** Run `seal` to its end. */
export function seal(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], {
    env: environment(options),
    cwd: options.cwd ?? process.cwd(),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => out.push(piece));
  child.stderr.on("data", (piece: Buffer) => err.push(piece));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      const all = Buffer.concat(out);
      resolve({
        code: code ?? (signal === null ? 1 : 128),
        out: all,
        text: all.toString(),
        err: Buffer.concat(err).toString(),
      });
    });
  });
}

export interface Trial {
  service: string;
  folder: string;
  label: string;
  home: string;
  people: { user: string; password: string; role: string }[];
  process: ChildProcess;
  /** What it has said on standard error so far. */
  err(): string;
}

/** `seal up --json`, in a process group of its own so that a test can kill all of it. */
export async function up(data: string, port: number): Promise<Trial> {
  const args = [program, "up", "--json", "--data", data, "--port", String(port)];
  const child = spawn(process.execPath, args, { env: environment({}), detached: true });
  let err = "";
  let out = "";
  child.stderr.on("data", (piece: Buffer) => {
    err += piece;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (piece: Buffer) => {
      out += piece;
      if (out.includes("\n")) resolve();
    });
    child.on("close", (code) => reject(new Error(`seal up ended with ${code}: ${err}`)));
  });
  return { ...JSON.parse(out), process: child, err: () => err };
}

/** Ends a trial, by default as Ctrl-C does. */
export function stop(trial: Trial, signal: NodeJS.Signals = "SIGINT"): Promise<void> {
  if (trial.process.exitCode !== null || trial.process.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    trial.process.on("close", () => resolve());
    trial.process.kill(signal);
  });
}

/** Asks again and again until `probe` gives something; says what it waited for when it never does. */
export async function until<T>(what: string, probe: () => T | Promise<T>, timeoutMs = 60_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; ) {
    const value = await probe();
    if (value) return value as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
}

export const appears = (path: string) => until(path, () => existsSync(path));

/** Waits until a dropped file is gone under its own name and under the one the agent claims it by. */
export const disappears = (path: string) =>
  until(`${path} to go`, () => !existsSync(path) && !isClaimed(dirname(path)));

const isClaimed = (folder: string) => readdirSync(folder).some((name) => name.endsWith(".seal-claim"));
