import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";

let root = "";
let script = "";
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "seal-out-of-watches-"));
  script = join(root, "watch-child.mjs");
  const entryPoints = [fileURLToPath(new URL("watch-child.ts", import.meta.url))];
  await build({ entryPoints, outfile: script, bundle: true, platform: "node", format: "esm", logLevel: "warning" });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A system of its own with three watches for all; where none may be made, the watcher itself refuses as it would. */
function command(): string[] {
  const limit = "echo 3 > /proc/sys/user/max_inotify_watches";
  const isReal = spawnSync("unshare", ["-Ur", "sh", "-c", limit]).status === 0;
  return isReal
    ? ["unshare", "-Ur", "sh", "-c", `${limit} && exec "$@"`, "sh", process.execPath, script]
    : [process.execPath, script];
}

it("sees what comes into a folder for which the system has no watches left, and says so", async () => {
  const folder = join(root, "docs");
  for (let i = 0; i < 10; i++) mkdirSync(join(folder, `sub ${i}`), { recursive: true });
  const [program = "", ...args] = command();
  const refused = program === "unshare" ? [] : ["refused"];
  const child = spawn(program, [...args, folder, "late.txt", ...refused], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("scanned");
  writeFileSync(join(folder, "sub 9", "late.txt"), "x");
  const told = JSON.parse((await lines.next()).value as string);
  expect(told).toEqual({ state: "polling", reason: expect.stringContaining("no watches left") });
});
