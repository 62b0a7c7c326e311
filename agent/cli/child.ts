import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { RightsError } from "../../shared/errors.js";

/** A process of ours that says in one JSON line on standard output that it is ready. It ends when this one does. */
export interface Started {
  readonly process: ChildProcess;
  readonly ready: Record<string, unknown>;
}

const readyTimeoutMs = 60_000;

export const programs = {
  service: new URL("./service.cjs", import.meta.url),
  agent: new URL("./agent.cjs", import.meta.url),
};

/** @throws RightsError `internal` when it ends, or says nothing for a minute; its own words are on standard error. */
export function start(program: URL, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Started> {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    const fail = () => reject(new RightsError("internal", "a part of this program did not start; see above why"));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail();
    }, readyTimeoutMs);
    child.once("exit", fail);
    createInterface(child.stdout!).once("line", (line) => {
      clearTimeout(timer);
      child.off("exit", fail);
      resolve({ process: child, ready: JSON.parse(line) as Record<string, unknown> });
    });
  });
}

/** Asks it to end, and makes it after ten seconds. */
export function end({ process: child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
