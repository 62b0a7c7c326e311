import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, copyFileSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A program that has a file open, by the name an Office program has. @returns what closes it. */
export function officeProgram(path: string, name = "soffice.bin"): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "seal-program-"));
  const executable = join(folder, name);
  copyFileSync("/bin/sleep", executable);
  chmodSync(executable, 0o755);
  const file = openSync(path, "r");
  const child = spawn(executable, ["60"], { stdio: [file, "ignore", "ignore"] });
  closeSync(file);
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });
  return close;
}
