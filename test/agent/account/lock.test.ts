import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";
import { withLock } from "../../../agent/lock.js";
import { outcome, scratchFolder, scratchHome } from "./scratch-home.js";

const sqlite = pathToFileURL(createRequire(import.meta.url).resolve("better-sqlite3")).href;

async function lockChild(home: string): Promise<ChildProcess> {
  const outfile = join(await scratchFolder(), "lock-child.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("lock-child.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    plugins: [
      {
        name: "native",
        setup: ({ onResolve }) => onResolve({ filter: /^better-sqlite3$/ }, () => ({ path: sqlite, external: true })),
      },
    ],
  });
  const child = spawn(process.execPath, [outfile, home], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

describe("a lock of the home", () => {
  it("lets one after the other in, in one process too", async () => {
    const home = await scratchHome();
    let [inside, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(home, work)));
    expect([inside, most]).toEqual([0, 1]);
  });

  it("is given back when the work fails, and others are their own", async () => {
    const home = await scratchHome();
    await expect(withLock(home, () => Promise.reject(new Error("work")))).rejects.toThrow("work");
    const nested = withLock(home, () => withLock(home, async () => "both", { name: "tokens" }));
    expect(await nested).toBe("both");
  });

  it("keeps another process out for as long as its holder lives, and no longer, by kill -9 too", async () => {
    const home = await scratchHome();
    const child = await lockChild(home.path);
    const startedMs = Date.now();
    expect(await outcome(withLock(home, async () => undefined, { waitMs: 150 }))).toBe("busy");
    expect(Date.now() - startedMs).toBeLessThan(2000);
    const waiting = withLock(home, async () => "mine");
    child.kill("SIGKILL");
    expect(await waiting).toBe("mine");
  });
});
