import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FSWatcher } from "chokidar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WatchedFolder } from "../../../agent/watch/folder.js";
import type { OpenWatcher } from "../../../agent/watch/tree.js";
import { until } from "../../scenarios/seal.js";

describe("a watched folder", () => {
  let root = "";
  let seen = new Set<string>();
  let left: string[] = [];
  let scans = 0;
  let folder: WatchedFolder;
  const at = (name: string) => join(root, name);
  const shown = (name: string) => until(name, () => seen.has(at(name)));

  async function start(openWatcher?: OpenWatcher): Promise<void> {
    const events = {
      seen: (path: string, stat: Stats | null) => void (stat && seen.add(path)),
      left: (path: string) => void left.push(path),
      scanned: async () => void scans++,
    };
    folder = new WatchedFolder(root, events, openWatcher);
    await folder.start();
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "seal-folder-"));
    seen = new Set();
    left = [];
    scans = 0;
  });
  afterEach(() => {
    folder.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Fails as chokidar does where the system refuses a watch. */
  class RefusedWatcher extends FSWatcher {
    override add(): this {
      process.nextTick(() => this.emit("error", Object.assign(new Error("refused"), { code: "EMFILE" })));
      return this;
    }
  }

  it("is looked through now and then where it cannot be watched, and says why", async () => {
    mkdirSync(at("a/b"), { recursive: true });
    await start(() => new RefusedWatcher().add());
    expect(folder.state).toBe("polling");
    expect(folder.reason).toContain("no watches left");
    writeFileSync(at("a/b/late"), "x");
    await shown("a/b/late");
    expect(scans).toBe(1);
  });

  it("is looked through where polling is asked for by the environment", async () => {
    await start(() => new FSWatcher({ usePolling: true }));
    expect(folder).toMatchObject({ state: "polling", reason: expect.stringContaining("does not tell of changes") });
  });

  it("shows what happens in folders that were renamed, under their new names, and not in those moved out", async () => {
    mkdirSync(at("one/deep"), { recursive: true });
    await start();
    renameSync(at("one"), at("two"));
    mkdirSync(at("one"));
    writeFileSync(at("two/deep/file"), "x");
    writeFileSync(at("one/file"), "x");
    await shown("two/deep/file");
    await shown("one/file");
    expect(seen.has(at("one/deep/file"))).toBe(false);
    rmSync(at("two"), { recursive: true });
    await until("two to be gone", () => left.includes(at("two")));
  });

  it("passes over what is not for it, with all that is below", async () => {
    for (const name of [".git/objects", "sub"]) mkdirSync(at(name), { recursive: true });
    await start();
    for (const name of [".git/objects/x", ".hidden", "~$plan.docx", "x.tmp", "done.pfile"])
      writeFileSync(at(name), "x");
    writeFileSync(at("sub/last"), "x");
    await shown("sub/last");
    expect([...seen]).toEqual([at("sub/last")]);
  });

  it("takes one watch a folder, however many files are in it", async () => {
    mkdirSync(at("sub"));
    for (let i = 0; i < 200; i++) writeFileSync(at(`sub/${i}`), "x");
    const before = watchesHeld();
    await start();
    writeFileSync(at("sub/more"), "x");
    await shown("sub/more");
    if (process.platform === "linux") expect(watchesHeld() - before).toBe(2);
    folder.close();
    if (process.platform === "linux") expect(watchesHeld()).toBe(before);
  });
});

/** As Linux counts them: a line each in the handles of this process. */
function watchesHeld(): number {
  const handles = process.platform === "linux" ? readdirSync("/proc/self/fdinfo") : [];
  return handles.flatMap((fd) => readOrNothing(`/proc/self/fdinfo/${fd}`).match(/^inotify wd:/gm) ?? []).length;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
