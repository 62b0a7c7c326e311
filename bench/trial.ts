import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../test/free-port.js";

/** A trial organisation to measure with: the real processes, as `seal up` starts them. */
export interface BenchTrial {
  readonly root: string;
  readonly home: string;
  readonly folder: string;
  readonly label: string;
  readonly service: string;
  /** Where its agent listens for pages. */
  readonly linkPort: number;
  readonly people: { user: string; password: string; role: string }[];
  readonly seal: string;
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, "..", "..", "bin", "seal.mjs");

export async function startTrial(): Promise<BenchTrial> {
  const root = mkdtempSync(join(tmpdir(), "seal-bench-"));
  const [home, linkPort] = [join(root, "trial", "home"), await freePort()];
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(join(home, "link.json"), JSON.stringify({ ports: [linkPort] }));
  const args = [program, "up", "--json", "--data", join(root, "trial"), "--port", String(await freePort())];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", () => reject(new Error("seal up ended")));
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      child.once("exit", () => {
        rmSync(root, { recursive: true, force: true });
        resolve();
      });
      child.kill("SIGTERM");
    });
  return { root, linkPort, ...JSON.parse(line), seal: `${process.execPath} ${program}`, stop };
}
