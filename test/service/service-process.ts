import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TrialPerson } from "../../service/trial.js";
import { scratchFolder } from "./scratch.js";

const shipped = fileURLToPath(new URL("../../dist/service.cjs", import.meta.url));

/** The service as it is shipped, and a folder of one test. */
export const shippedService = async (): Promise<{ folder: string; program: string }> => ({
  folder: await scratchFolder(),
  program: shipped,
});

export interface Ready {
  ready: string;
  people: TrialPerson[];
  label: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ready: Ready;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs it to its end, as a program that was started wrongly does. */
export async function runToEnd(program: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (piece) => {
      said[stream] += piece;
    });
  const [code] = await once(child, "close");
  return { code, ...said };
}

/** Starts it and waits for its line. */
export async function startProcess(program: string, args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await Promise.race([
    once(createInterface(child.stdout!), "line").then(([first]) => String(first)),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`the service ended with ${code}`))),
  ]);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { child, ready: JSON.parse(line), kill };
}
