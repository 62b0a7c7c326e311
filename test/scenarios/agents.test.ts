import { chownSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { chmod, mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { random } from "../scale.js";
import { foldersOf, startAgent } from "./agents.js";
import { appears, disappears, type Run, type RunOptions, seal, stop, type Trial, until, up } from "./seal.js";

/** Agents that run beside each other, and ones that are killed, in processes of their own. */
describe("agents", { timeout: 300_000 }, () => {
  let root: string;
  let trial: Trial;
  const at = (...names: string[]) => join(root, ...names);
  const clearIn = (folder: string) => readdirSync(folder).filter((name) => !name.endsWith(".ptxt"));

  async function done(args: readonly string[], options: RunOptions): Promise<Run> {
    const run = await seal(args, { cwd: root, ...options });
    expect(run, `${args.join(" ")}: ${run.err}`).toMatchObject({ code: 0 });
    return run;
  }

  /** Somebody of the trial, signed in with a home of their own. */
  async function homeOf(role: string, name: string, uid?: number): Promise<string> {
    const home = at(name);
    mkdirSync(home, { mode: 0o700 });
    if (uid !== undefined) chownSync(home, uid, uid);
    const { user, password } = trial.people.find((one) => one.role === role)!;
    const login = ["login", trial.service, "--user", user, "--password-stdin"];
    await done(login, { home, input: password, ...as(home, uid) });
    return home;
  }
  const as = (home: string, uid?: number): RunOptions => (uid === undefined ? {} : { uid, env: { HOME: home } });

  async function running(home: string, uid?: number) {
    const agent = await startAgent(home, uid);
    onTestFinished(agent.kill);
    return agent;
  }

  const watch = (home: string, folder: string, more: RunOptions = {}) =>
    done(["watch", "add", folder, "--label", "Confidential/Project", "--existing"], { home, ...more });

  /** Drops files by a rename, as programs save. */
  function drop(folder: string, count: number): Map<string, string> {
    const files = Array.from({ length: count }, (_, i): [string, string] => {
      const content = `file ${i} `.repeat(1 + Math.floor(random() * 5000));
      writeFileSync(at("coming"), content);
      renameSync(at("coming"), join(folder, `file ${i}.txt`));
      return [`file ${i}.txt`, content];
    });
    return new Map(files);
  }

  /** Each file is there once, protected, and whole; nothing else is. */
  async function expectAll(folder: string, files: ReadonlyMap<string, string>, home: string): Promise<void> {
    await until("everything to be protected", () => clearIn(folder).length === 0, 180_000);
    const names = [...files.keys()].map((name) => name.replace(".txt", ".ptxt"));
    expect(readdirSync(folder).sort()).toEqual(names.sort());
    const out = `${folder}-clear`;
    await done(["unprotect", folder, "--out", out], { home });
    for (const [name, content] of files) expect(readFileSync(join(out, name), "utf8"), name).toBe(content);
  }

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), "seal-agents-")));
    await chmod(root, 0o755);
    trial = await up(at("trial"), await freePort());
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("two of them on one folder protect each file once", async () => {
    const other = await homeOf("colleague", "beside");
    await running(other);
    mkdirSync(at("shared"));
    for (const home of [trial.home, other]) await watch(home, at("shared"));
    const files = drop(at("shared"), 40);
    await expectAll(at("shared"), files, trial.home);
    for (const home of [trial.home, other]) {
      await until("its journal to be empty", () => readdirSync(join(home, "journal")).length === 0);
      const { text } = await done(["watch", "status", "--json"], { home });
      expect(text).not.toContain('"state":"failed"');
    }
    await done(["watch", "remove", at("shared")], { home: trial.home });
  });

  it("one that is killed in the midst of fifty files, and again, finishes them when it is back", async () => {
    const home = await homeOf("writer", "killed");
    mkdirSync(at("many"));
    let agent = await running(home);
    await watch(home, at("many"));
    const files = drop(at("many"), 50);
    for (const share of [50, 30]) {
      await until(`fewer than ${share} to be clear`, () => clearIn(at("many")).length < share);
      await sleep(random() * 100); // any moment will do
      await agent.kill();
      agent = await running(home);
    }
    await expectAll(at("many"), files, home);
    await until("its journal to be empty", () => readdirSync(join(home, "journal")).length === 0);
  });

  it("one of each person on a computer protects what is theirs, in their name, and minds no other's", async () => {
    const people = [
      { role: "writer", uid: 65_533, name: "ada" },
      { role: "colleague", uid: 65_534, name: "bob" },
    ];
    const homes = new Map<string, string>();
    for (const { role, uid, name } of people) {
      const home = await homeOf(role, `home-${name}`, uid);
      homes.set(name, home);
      mkdirSync(at(`folder-${name}`), { mode: 0o700 });
      chownSync(at(`folder-${name}`), uid, uid);
      await running(home, uid);
      await watch(home, at(`folder-${name}`), as(home, uid));
    }
    for (const { name, uid } of people) {
      writeFileSync(at("mine"), `the plan of ${name}`, { mode: 0o600 });
      chownSync(at("mine"), uid, uid);
      renameSync(at("mine"), at(`folder-${name}`, "plan.txt"));
    }
    for (const { name, role, uid } of people) {
      const home = homes.get(name)!;
      await appears(at(`folder-${name}`, "plan.ptxt"));
      await disappears(at(`folder-${name}`, "plan.txt"));
      const path = at(`folder-${name}`, "plan.ptxt");
      const rights = await done(["rights", "--json", path], { home, ...as(home, uid) });
      const { user } = trial.people.find((one) => one.role === role)!;
      expect(JSON.parse(rights.text)).toMatchObject({ owner: user });
      expect((await done(["cat", path], { home, ...as(home, uid) })).text).toBe(`the plan of ${name}`);
      const listed = await done(["watch", "list"], { home, ...as(home, uid) });
      expect(listed.text).toBe(`${at(`folder-${name}`)}  Confidential/Project\n`);
    }
    const [ada, bob] = people as [(typeof people)[number], (typeof people)[number]];
    const other = homes.get(bob.name)!;
    const asked = await seal(["status", at(`folder-${ada.name}`, "plan.ptxt")], { home: other, ...as(other, bob.uid) });
    expect(asked).toMatchObject({ code: 1, text: "" });
  });

  it("one watches folders, and no file that is done with", async () => {
    const home = await homeOf("writer", "counting");
    const agent = await running(home);
    mkdirSync(at("counted/deep"), { recursive: true });
    await watch(home, at("counted"));
    for (const folder of ["counted", "counted/deep"])
      for (let i = 0; i < 20; i++) writeFileSync(at(folder, `${i}.txt`), `${i}`);
    await until("all", () => [...clearIn(at("counted")), ...clearIn(at("counted/deep"))].join() === "deep", 180_000);
    expect((await foldersOf(home)).get(at("counted"))).toMatchObject({ state: "watching", left: 0 });
    if (process.platform === "linux") await until("a watch a folder", () => watchesOf(agent.pid) === 2);
  });
});

/** Folders and files that a process watches, as Linux counts them: a line each in its handles. */
function watchesOf(pid: number): number {
  const lines = readdirSync(`/proc/${pid}/fdinfo`).flatMap((fd) => {
    try {
      return readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8").match(/^inotify wd:/gm) ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
  return lines.length;
}
