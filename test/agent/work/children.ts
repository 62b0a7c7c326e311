import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";
import type { ChildAnswer, ChildOrder } from "./seal-child.js";

/** A folder for one test file; gone when its tests are over. */
export function scratch(): { readonly path: string; folder(name: string): string } {
  let path = "";
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), "sealwright-work-"));
  });
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    folder: (name) => mkdtempSync(join(path, `${name}-`)),
  };
}

/** Everything in a folder: name and content. */
export const filesIn = (folder: string): Map<string, string> =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

export interface Child {
  process: ChildProcess;
  /** What it did; `null` if it was killed. */
  answer: Promise<ChildAnswer | null>;
}

/** Builds seal-child.ts once, and starts processes of it. `wrap` is a command that the process is started by. */
export function sealChildren(): (order: ChildOrder, wrap?: string[]) => Child {
  let script = "";
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sealwright-child-"));
    script = join(folder, "seal-child.mjs");
    const entryPoints = [fileURLToPath(new URL("seal-child.ts", import.meta.url))];
    await build({ entryPoints, outfile: script, bundle: true, platform: "node", format: "esm", logLevel: "warning" });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (order, wrap = []) => {
    const [command = "", ...args] = [...wrap, process.execPath, script, JSON.stringify(order)];
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const answer = new Promise<ChildAnswer | null>((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (piece) => {
        text += piece;
      });
      child.on("error", reject);
      child.on("close", (code, signal) => {
        if (signal === "SIGKILL") resolve(null);
        else if (code === 0) resolve(JSON.parse(text));
        else reject(new Error(`the child ended with ${code ?? signal}`));
      });
    });
    return { process: child, answer };
  };
}
