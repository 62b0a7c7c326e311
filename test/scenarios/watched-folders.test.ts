import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { foldersOf } from "./agents.js";
import { appears, disappears, type Run, seal, stop, type Trial, until, up } from "./seal.js";

/** What happens to files in watched folders, with the agent that watches them in a process of its own. */
describe("in a watched folder", () => {
  let root: string;
  let trial: Trial;
  const at = (...names: string[]) => join(root, ...names);
  const put = (content: string, ...names: string[]) => writeFileSync(at(...names), content);
  const run = async (...args: string[]): Promise<Run> => {
    const done = await seal(args, { home: trial.home, cwd: root });
    expect(done, `${args.join(" ")}: ${done.err}`).toMatchObject({ code: 0 });
    return done;
  };
  const cat = async (...names: string[]) => (await run("cat", at(...names))).text;
  const status = async (...names: string[]) => JSON.parse((await run("status", "--json", at(...names))).text);
  /** A new folder, watched under a label. */
  async function watched(name: string, ...options: string[]): Promise<void> {
    mkdirSync(at(name), { recursive: true });
    const [label = "Confidential/Project", ...more] = options;
    await run("watch", "add", at(name), "--label", label, ...more);
  }

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), "seal-watched-")));
    trial = await up(at("trial"), await freePort());
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("what was there before is counted and stays, until the folder is watched with --existing", async () => {
    mkdirSync(at("before/deep"), { recursive: true });
    for (const name of ["one.txt", "two.txt", "deep/three.txt"]) put(`before ${name}`, "before", name);
    await watched("before");
    put("after", "before", "after.txt");
    await appears(at("before", "after.ptxt"));
    expect((await foldersOf(trial.home)).get(at("before"))).toMatchObject({ state: "watching", left: 3 });
    const listed = (await run("watch", "list", "--json")).text.split("\n").filter(Boolean);
    expect(listed.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ path: at("before"), existing: false, left: 3 }),
    );
    expect(readdirSync(at("before")).sort()).toEqual(["after.ptxt", "deep", "one.txt", "two.txt"]);
    await watched("before", "Confidential/Project", "--existing");
    for (const name of ["one", "two", "deep/three"]) await appears(at("before", `${name}.ptxt`));
    for (const name of ["one", "two", "deep/three"]) await disappears(at("before", `${name}.txt`));
    expect(await cat("before", "deep", "three.ptxt")).toBe("before deep/three.txt");
    expect((await foldersOf(trial.home)).get(at("before"))).toMatchObject({ left: 0 });
  });

  it("what comes back clear is protected again, as another document", async () => {
    await watched("back");
    put("the offer", "back", "offer.txt");
    await appears(at("back", "offer.ptxt"));
    await disappears(at("back", "offer.txt"));
    const first = await status("back", "offer.ptxt");
    await run("unprotect", at("back", "offer.ptxt"), "--out", at("clear"));
    rmSync(at("back", "offer.ptxt"));
    renameSync(at("clear", "offer.txt"), at("back", "offer.txt"));
    await appears(at("back", "offer.ptxt"));
    await disappears(at("back", "offer.txt"));
    expect(await cat("back", "offer.ptxt")).toBe("the offer");
    expect((await status("back", "offer.ptxt")).contentId).not.toBe(first.contentId);
  });

  it("what is unprotected in it does not stay clear", async () => {
    await watched("inside");
    put("the plan", "inside", "plan.txt");
    await appears(at("inside", "plan.ptxt"));
    await disappears(at("inside", "plan.txt"));
    const first = await status("inside", "plan.ptxt");
    await run("unprotect", at("inside", "plan.ptxt"));
    await until("another document", async () => {
      if (!existsSync(at("inside", "plan.ptxt")) || existsSync(at("inside", "plan.txt"))) return false;
      return (await status("inside", "plan.ptxt")).contentId !== first.contentId;
    });
    expect(readdirSync(at("inside"))).toEqual(["plan.ptxt"]);
    expect(await cat("inside", "plan.ptxt")).toBe("the plan");
  });

  it("names that are taken are left to whoever has them", async () => {
    await watched("taken");
    put("somebody's own", "taken", "plan.ptxt");
    for (const content of ["first", "second", "third"]) {
      put(content, "taken", "plan.txt");
      await disappears(at("taken", "plan.txt"));
    }
    expect(readdirSync(at("taken")).sort()).toEqual(["plan (2).ptxt", "plan (3).ptxt", "plan (4).ptxt", "plan.ptxt"]);
    expect(readFileSync(at("taken", "plan.ptxt"), "utf8")).toBe("somebody's own");
    const found = ["plan (2).ptxt", "plan (3).ptxt", "plan (4).ptxt"].map((name) => cat("taken", name));
    expect(await Promise.all(found)).toEqual(["first", "second", "third"]);
  });

  it("two files that would get one name get two", async () => {
    await watched("twins");
    mkdirSync(at("outside"));
    for (const name of ["twin.txt", "twin.TXT"]) put(name, "outside", name);
    for (const name of ["twin.txt", "twin.TXT"]) renameSync(at("outside", name), at("twins", name));
    await until("both", () => readdirSync(at("twins")).every((name) => name.endsWith(".ptxt")));
    const names = readdirSync(at("twins"));
    expect(names.sort()).toEqual(["twin (2).ptxt", "twin.ptxt"]);
    const contents = await Promise.all(names.map((name) => cat("twins", name)));
    expect(contents.sort()).toEqual(["twin.TXT", "twin.txt"]);
  });

  it("a protected file may be renamed and moved to another watch, and stays the document it is", async () => {
    await watched("from");
    await watched("to", "Confidential/All employees");
    put("the plan", "from", "plan.txt");
    await appears(at("from", "plan.ptxt"));
    await disappears(at("from", "plan.txt"));
    const { contentId } = await status("from", "plan.ptxt");
    renameSync(at("from", "plan.ptxt"), at("from", "renamed.ptxt"));
    renameSync(at("from", "renamed.ptxt"), at("to", "a name that says nothing"));
    put("later", "to", "later.txt");
    await appears(at("to", "later.ptxt"));
    await disappears(at("to", "later.txt"));
    await until("nothing at work", async () => (await run("watch", "status")).err.includes("0 waiting, 0 at work"));
    expect(readdirSync(at("to")).sort()).toEqual(["a name that says nothing", "later.ptxt"]);
    expect(await status("to", "a name that says nothing")).toMatchObject({ contentId, label: "Confidential/Project" });
  });

  it("a clear file that was there before is protected once it is moved to another watch, under the label there", async () => {
    mkdirSync(at("old"));
    for (const name of ["stays.txt", "moves.txt", "renamed.txt"]) put(name, "old", name);
    await watched("old");
    await watched("new", "Confidential/All employees");
    expect((await foldersOf(trial.home)).get(at("old"))).toMatchObject({ left: 3 });
    renameSync(at("old", "moves.txt"), at("new", "moved.txt"));
    await appears(at("new", "moved.ptxt"));
    await disappears(at("new", "moved.txt"));
    expect(await status("new", "moved.ptxt")).toMatchObject({ label: "Confidential/All employees" });
    renameSync(at("old", "renamed.txt"), at("old", "has another name.txt"));
    await appears(at("old", "has another name.ptxt"));
    await disappears(at("old", "has another name.txt"));
    expect(readdirSync(at("old")).filter((name) => name.endsWith(".txt"))).toEqual(["stays.txt"]);
  });

  it("the innermost watch is the one that counts, also for folders that are moved into it", async () => {
    await watched("outer");
    await watched("outer/inner", "Confidential/All employees");
    mkdirSync(at("outer/one"));
    put("one", "outer/one", "file.txt");
    put("two", "outer/inner", "file.txt");
    for (const folder of ["outer/one", "outer/inner"]) {
      await appears(at(folder, "file.ptxt"));
      await disappears(at(folder, "file.txt"));
    }
    mkdirSync(at("arriving"));
    put("three", "arriving", "file.txt");
    renameSync(at("arriving"), at("outer/inner/arrived"));
    await appears(at("outer/inner/arrived", "file.ptxt"));
    const labels = ["outer/one", "outer/inner", "outer/inner/arrived"].map((folder) => status(folder, "file.ptxt"));
    expect((await Promise.all(labels)).map(({ label }) => label)).toEqual([
      "Confidential/Project",
      "Confidential/All employees",
      "Confidential/All employees",
    ]);
  });

  it("that goes, its state is missing; nothing makes it anew, and once it is back it is watched", async () => {
    await watched("gone");
    const state = async () => (await foldersOf(trial.home)).get(at("gone"))?.state;
    renameSync(at("gone"), at("away"));
    await until("missing", async () => (await state()) === "missing");
    expect(existsSync(at("gone"))).toBe(false);
    expect((await run("watch", "list")).text).toContain("is not there; it is watched again as soon as it is back");
    put("meanwhile", "away", "meanwhile.txt");
    expect(existsSync(at("away", "meanwhile.ptxt"))).toBe(false);
    renameSync(at("away"), at("gone"));
    await until("watching", async () => (await state()) === "watching");
    await appears(at("gone", "meanwhile.ptxt"));
    put("after", "gone", "after.txt");
    await appears(at("gone", "after.ptxt"));
  });
});
