import { mkdirSync, mkdtempSync, renameSync, rmSync, type Stats, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WatchedFolder } from "../../../agent/watch/folder.js";
import type { SystemWatch } from "../../../agent/watch/tree.js";
import { until } from "../../scenarios/seal.js";

describe("a watched folder", () => {
  let root = "";
  let seen = new Set<string>();
  let scans = 0;
  let folder: WatchedFolder;
  const at = (name: string) => join(root, name);
  const shown = (name: string) => until(name, () => seen.has(at(name)));

  async function start(systemWatch?: SystemWatch): Promise<void> {
    const events = {
      seen: (path: string, stat: Stats | null) => void (stat && seen.add(path)),
      scanned: async () => void scans++,
    };
    folder = new WatchedFolder(root, events, systemWatch);
    await folder.start();
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "seal-folder-"));
    seen = new Set();
    scans = 0;
  });
  afterEach(() => {
    folder.close();
    rmSync(root, { recursive: true, force: true });
  });

  it("is looked through now and then where the system has no watches left", async () => {
    mkdirSync(at("a/b"), { recursive: true });
    let watches = 0;
    await start((...args) => {
      if (++watches > 1) throw Object.assign(new Error("no watches left"), { code: "ENOSPC" });
      return watch(...args);
    });
    expect(folder.state).toBe("polling");
    writeFileSync(at("a/b/late"), "x");
    await shown("a/b/late");
    expect(scans).toBe(1);
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
});
