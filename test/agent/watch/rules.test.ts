import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkWatchable, isLeftAlone, isWithin, watchOf } from "../../../agent/watch/rules.js";
import { codeOf } from "../../../shared/errors.js";

const watches = [{ folder: "/data/a" }, { folder: "/data/a/inner" }, { folder: "/data/ab" }];

describe("rules of watched folders", () => {
  it.each([
    ["/data/a/x.txt", "/data/a"],
    ["/data/a/inner/x.txt", "/data/a/inner"],
    ["/data/a/inner/deep/x.txt", "/data/a/inner"],
    ["/data/ab/x.txt", "/data/ab"],
    ["/data/x.txt", null],
    ["/data/a", null],
  ])("%s belongs to %s: the innermost wins", (path, folder) => {
    expect(watchOf(watches, path)?.folder ?? null).toBe(folder);
  });

  it("knows what lies in a folder, also for names that begin with two dots", () => {
    expect(isWithin("/data", "/data/..x/y")).toBe(true);
    expect(isWithin("/data", "/data/../x")).toBe(false);
  });

  it.each([
    "~$plan.docx",
    ".~lock.plan.odt#",
    "x.tmp",
    "x.part",
    "x.crdownload",
    ".hidden",
    "Thumbs.db",
    "x.ptxt",
    "x.dwg.pfile",
  ])("leaves %s alone", (name) => expect(isLeftAlone(`/data/a/${name}`)).toBe(true));

  it("leaves everything below .git alone, and nothing that only looks like it", () => {
    expect(isLeftAlone("/data/.git/config.txt")).toBe(true);
    expect(isLeftAlone("/data/my.git/config.txt")).toBe(false);
  });

  it.each(["/", homedir(), "/home/someone", "/srv/seal-home", "/srv/seal-home/secrets", "/srv"])(
    "refuses to watch %s",
    (folder) => {
      const outcome = () => {
        try {
          checkWatchable(folder, "/srv/seal-home");
          return "allowed";
        } catch (error) {
          return codeOf(error);
        }
      };
      expect(outcome()).toBe("usage");
    },
  );

  it("allows any other folder", () => {
    expect(() => checkWatchable(join("/data", "project"), "/srv/seal-home")).not.toThrow();
  });
});
