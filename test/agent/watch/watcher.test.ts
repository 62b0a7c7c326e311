import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Watcher } from "../../../agent/watch/watcher.js";
import type { Watch } from "../../../agent/watches.js";
import { removeFolder } from "../../folders.js";
import { until } from "../../scenarios/seal.js";

/** The watcher over real folders; protecting is a rename here, what it really does is tested elsewhere. */
describe("watched folders", () => {
  let root: string;
  let watcher: Watcher;
  let done: string[];
  const at = (name: string) => join(root, name);
  const watch = (folder = root, existing = true): Watch => ({ folder, label: "L", existing, addedMs: Date.now() });
  const protectedBy = new Map<string, string>();

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-watch-"));
    done = [];
    watcher = new Watcher(async (path, { folder }) => {
      await rename(path, `${path}.pfile`);
      protectedBy.set(path, folder);
      done.push(path);
      return `${path}.pfile`;
    });
  });

  afterEach(async () => {
    await watcher.close();
    await removeFolder(root);
  });

  const finished = (name: string) => until(name, () => done.includes(at(name)));

  it("takes what is written, moved in, or lies in new folders", async () => {
    await watcher.set([watch()]);
    writeFileSync(at("written"), "x");
    writeFileSync(at("half.part"), "x");
    renameSync(at("half.part"), at("moved"));
    mkdirSync(at("new/deep"), { recursive: true });
    writeFileSync(at("new/deep/file"), "x");
    for (const name of ["written", "moved", "new/deep/file"]) await finished(name);
  });

  it("waits for a slow writer, also one that pauses with the file open", async () => {
    await watcher.set([watch()]);
    const writer = spawn("bash", ["-c", `exec 3> '${at("slow")}'; echo a >&3; sleep 1; echo b >&3; sleep 0.2`]);
    const ended = new Promise<number>((resolve) => writer.on("close", () => resolve(Date.now())));
    await finished("slow");
    expect(await Promise.race([ended, Promise.resolve(0)])).toBeGreaterThan(0);
  });

  it("looks again at a file that changed while it waited, and forgets one that is gone", async () => {
    await watcher.set([watch()]);
    writeFileSync(at("short-lived"), "x");
    unlinkSync(at("short-lived"));
    writeFileSync(at("growing"), "x");
    for (let i = 0; i < 5; i++) {
      appendFileSync(at("growing"), "x");
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(done).not.toContain(at("growing"));
    }
    await finished("growing");
    expect(done).not.toContain(at("short-lived"));
    expect(watcher.snapshot().files.filter(({ state }) => state === "waiting")).toEqual([]);
  });

  it("does not follow links", async () => {
    await watcher.set([watch()]);
    symlinkSync("/etc", at("folder-link"));
    symlinkSync("/etc/hostname", at("file-link"));
    writeFileSync(at("after"), "x");
    await finished("after");
    expect(done).toEqual([at("after")]);
  });

  it("leaves files that were there before, and says how many", async () => {
    writeFileSync(at("old"), "x");
    await new Promise((resolve) => setTimeout(resolve, 60));
    await watcher.set([watch(root, false)]);
    writeFileSync(at("new"), "x");
    await finished("new");
    expect(done).toEqual([at("new")]);
    expect(watcher.snapshot().folders[0]).toMatchObject({ left: 1, state: "watching" });
    appendFileSync(at("old"), "edited now");
    await finished("old");
  });

  it("takes what arrived while nobody watched", async () => {
    const before = watch(root, false);
    await new Promise((resolve) => setTimeout(resolve, 60));
    writeFileSync(at("meanwhile"), "x");
    await watcher.set([before]);
    await finished("meanwhile");
  });

  it("gives each file to the innermost watch", async () => {
    mkdirSync(at("inner"));
    await watcher.set([watch(), watch(at("inner"))]);
    writeFileSync(at("inner/file"), "x");
    writeFileSync(at("outer"), "x");
    for (const name of ["inner/file", "outer"]) await finished(name);
    expect(protectedBy.get(at("inner/file"))).toBe(at("inner"));
    expect(protectedBy.get(at("outer"))).toBe(root);
  });

  it("says when a folder is gone, never makes it again, and goes on when it is back", async () => {
    mkdirSync(at("sub"));
    await watcher.set([watch(at("sub"))]);
    rmSync(at("sub"), { recursive: true });
    await until("missing", () => watcher.snapshot().folders[0]!.state === "missing");
    mkdirSync(at("sub"));
    writeFileSync(at("sub/back"), "x");
    await finished("sub/back");
    expect(watcher.snapshot().folders[0]!.state).toBe("watching");
  });

  it("sees 500 files dropped at once", async () => {
    await watcher.set([watch()]);
    for (let i = 0; i < 500; i++) writeFileSync(at(`file ${i}`), "x");
    await until("all", () => done.length === 500);
  });
});
