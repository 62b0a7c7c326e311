import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { appears, type Run, type RunOptions, seal, stop, type Trial, until, up } from "./seal.js";

/** Who may do what until when, said on the command line; each test has files of its own. */
describe("permissions on the command line", () => {
  let root: string;
  let port: number;
  let trial: Trial;
  const homes: Record<string, string> = {};
  const person = (role: string) => trial.people.find((one) => one.role === role)!;
  const as = (role: string, args: readonly string[], options: RunOptions = {}): Promise<Run> =>
    seal(args, { home: homes[role]!, cwd: root, ...options });
  const writer = (...args: string[]) => as("writer", args);
  const bob = (...args: string[]) => as("colleague", args);
  const olga = (...args: string[]) => as("outsider", args);

  let files = 0;
  /** A clear file with a name of its own. */
  async function file(content = "the plan", ending = ".dat"): Promise<string> {
    const path = join(root, `file-${++files}${ending}`);
    await writeFile(path, content);
    return path;
  }
  /** A file protected by the writer. */
  async function made(...options: string[]): Promise<string> {
    const path = await file();
    const run = await writer("protect", ...options, path);
    expect(run, run.err).toMatchObject({ code: 0 });
    return `${path}.pfile`;
  }
  const json = (run: Run) => {
    expect(run.text, run.err).not.toBe("");
    return JSON.parse(run.text);
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-policies-"));
    port = await freePort();
    trial = await up(join(root, "trial"), port);
    homes.writer = trial.home;
    for (const role of ["colleague", "outsider"]) {
      homes[role] = join(root, role);
      const { user, password } = person(role);
      const login = ["login", trial.service, "--user", user, "--password-stdin"];
      expect(await as(role, login, { input: password })).toMatchObject({ code: 0 });
    }
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  describe("of one's own", () => {
    it("open for a person, a group and a domain, each with what was said", async () => {
      const forBob = await made("--grant", "Bob@Trial.example:view+print");
      expect(json(await bob("rights", "--json", forBob)).rights).toEqual(["VIEW", "PRINT"]);
      expect((await olga("cat", forBob)).code).toBe(3);
      const forGroup = await made("--grant", "project@trial.example:Reviewer");
      expect(json(await bob("rights", "--json", forGroup)).rights).toContain("EDIT");
      const forDomain = await made("--grant", "@outside.example:VIEW", "--offline", "0");
      expect(json(await olga("rights", "--json", forDomain))).toMatchObject({ rights: ["VIEW"], offlineUntil: null });
      expect((await olga("cat", forDomain)).text).toBe("the plan");
      expect((await bob("cat", forDomain)).code).toBe(3);
    });

    it("end when they are to, and hold with a label that leaves them to the writer", async () => {
      const path = await made("--label", "Specific people", "--grant", "bob@trial.example:VIEW", "--expires", "30d");
      const { label, expires, rights } = json(await bob("rights", "--json", path));
      expect({ label, rights }).toEqual({ label: "Highly confidential/Specific people", rights: ["VIEW"] });
      expect(Math.abs(Date.parse(expires) - (Date.now() + 30 * 86_400_000))).toBeLessThan(120_000);
    });

    it("can be a named policy", async () => {
      const path = await made("--grant", "bob@trial.example:Do Not Forward", "--offline", "-1");
      const { rights, offlineUntil } = json(await bob("rights", "--json", path));
      expect(rights).toContain("REPLY");
      for (const right of ["FORWARD", "PRINT", "EXTRACT", "EXPORT"]) expect(rights).not.toContain(right);
      expect(offlineUntil).toBe("9999-12-31T23:59:00Z");
      expect((await bob("rights", path)).text).toContain("Do Not Forward");
      const only = await made("--grant", "bob@trial.example:encrypt-only");
      expect((await bob("unprotect", only)).code).toBe(3);
    });

    it("can be a template by its name", async () => {
      const path = await made("--template", "Confidential, project");
      expect(json(await bob("rights", "--json", path)).rights).toContain("EXPORT");
    });

    it.each([
      [["--grant", "bob@trial.example:DANCE"], /VIEW, VIEWRIGHTSDATA/],
      [["--grant", "bob:VIEW"], /who gets what/],
      [["--grant", "bob@trial.example:VIEW", "--expires", "2020-01-01"], /future/],
      [["--grant", "bob@trial.example:VIEW", "--offline", "-2"], /number of days/],
      [["--label", "Confidential/Project", "--grant", "bob@trial.example:VIEW"], /permissions of its own/],
      [["--label", "Confidential/Project", "--template", "Confidential, project"], /not both/],
      [["--expires", "30d"], /--grant/],
      [[], /no default label.*Confidential\/Project/],
    ])("%j is wrong usage, and the file stays as it is", async (options, words) => {
      const path = await file();
      const refused = await writer("protect", ...options, path);
      expect(refused).toMatchObject({ code: 2, text: "" });
      expect(refused.err).toMatch(words);
      expect(await readFile(path, "utf8")).toBe("the plan");
    });

    it("are made without the service, also where nobody ever asked it for labels", async () => {
      const home = join(root, "offline");
      const { user, password } = person("writer");
      const login = ["login", trial.service, "--user", user, "--password-stdin"];
      expect(await seal(login, { home, input: password })).toMatchObject({ code: 0 });
      await stop(trial);
      const path = await file();
      const run = await seal(["protect", "--grant", "bob@trial.example:VIEW", path], { home });
      expect(run, run.err).toMatchObject({ code: 0 });
      trial = await up(join(root, "trial"), port);
      expect((await bob("cat", `${path}.pfile`)).text).toBe("the plan");
    });
  });

  describe("changed after sending", () => {
    it("hold for every copy, and are told by grant, rights, status and track", async () => {
      const path = await made("--grant", "bob@trial.example:VIEW", "--grant", "olga@outside.example:VIEW");
      const copy = join(root, "sent.pfile");
      await copyFile(path, copy);
      expect((await bob("cat", copy)).text).toBe("the plan");
      const change = ["--grant", "bob@trial.example:VIEW+PRINT", "--remove", "olga@outside.example", "--expires", "1h"];
      const granted = json(await writer("grant", "--json", path, ...change));
      expect(granted).toMatchObject({
        state: "protected",
        version: 1,
        grants: [{ who: ["bob@trial.example"], rights: ["VIEW", "PRINT"] }],
        shrank: true,
      });
      expect(Date.parse(granted.lastOfflineUse)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
      expect((await olga("cat", copy)).code).toBe(3);
      const rights = json(await bob("rights", "--json", copy));
      expect(rights).toMatchObject({ rights: ["VIEW", "PRINT"], expires: granted.expires, amended: granted.amended });
      expect(json(await bob("status", "--json", copy))).toMatchObject({
        rights: ["VIEW", "PRINT"],
        amended: granted.amended,
      });
      const tracked = json(await writer("track", "--json", path));
      expect(tracked).toMatchObject({ state: "protected", amended: granted.amended });
      expect(tracked.events.map(({ action }: { action: string }) => action)).toContain("amend");
      for (const [command, who] of [
        ["rights", bob],
        ["status", bob],
        ["track", writer],
      ] as const)
        expect((await who(command, copy)).text, command).toContain("rights changed");
    });

    it("are for those who may, and say what is wrong", async () => {
      const path = await made("--grant", "bob@trial.example:VIEW+EDITRIGHTSDATA", "--grant", "@outside.example:VIEW");
      const more = ["--grant", "bob@trial.example:VIEW+EXPORT+EDITRIGHTSDATA"];
      expect(await olga("grant", path, ...more)).toMatchObject({ code: 3 });
      expect((await bob("grant", path, ...more)).err).toMatch(/only what you may do yourself.*EXPORT/);
      const nobody = await writer("grant", path, "--remove", "olga@outside.example");
      expect(nobody).toMatchObject({ code: 2, text: "" });
      expect(nobody.err).toMatch(/does not name olga.*@outside\.example/);
      for (const wrong of [
        [],
        ["--grant", "bob@trial.example:VIEW", "--remove", "Bob@trial.example"],
        ["--expires", "0d"],
      ])
        expect(await writer("grant", path, ...wrong), wrong.join(" ")).toMatchObject({ code: 2, text: "" });
      expect(await bob("grant", path, "--remove", "@outside.example")).toMatchObject({ code: 0 });
      expect((await olga("cat", path)).code).toBe(3);
      const again = await bob("grant", "--json", path, "--grant", "bob@trial.example:editrightsdata");
      expect(json(again)).toMatchObject({ version: 1, amended: null });
    });

    it("by several at once, none is lost", async () => {
      const path = await made("--grant", "bob@trial.example:VIEW");
      const names = ["a", "b", "c", "d"].map((name) => `${name}@x.example`);
      const runs = await Promise.all(names.map((name) => writer("grant", path, "--grant", `${name}:VIEW`)));
      for (const run of runs) expect(run, run.err).toMatchObject({ code: 0 });
      const { version, grants } = json(await writer("grant", "--json", path, "--offline", "3"));
      expect({ version, who: grants[0].who.sort() }).toEqual({
        version: 5,
        who: [...names, "bob@trial.example"].sort(),
      });
    });

    it("also of what a watched folder protected by its label", async () => {
      await writeFile(join(trial.folder, "dropped.txt"), "dropped");
      const path = join(trial.folder, "dropped.ptxt");
      await appears(path);
      expect(await writer("grant", path, "--grant", "olga@outside.example:VIEW+EXPORT")).toMatchObject({ code: 0 });
      expect((await olga("cat", path)).text).toBe("dropped");
      expect((await bob("cat", path)).text).toBe("dropped");
    });
  });

  describe("labels of protected files", () => {
    const strict = "Highly confidential/All employees";
    const same = async (path: string, text: string) => expect((await writer("cat", path)).text).toBe(text);

    it("are put on clear files by protecting them", async () => {
      const path = await file();
      const run = await writer("label", "--json", path, "--label", "Confidential/Project");
      expect(json(run)).toMatchObject({ path: `${path}.pfile`, label: "Confidential/Project", edition: 1 });
      expect(existsSync(path)).toBe(false);
    });

    it("change by protecting anew in place: another license and key, the same family, content, name and time", async () => {
      const path = await file("x".repeat(3_000_000), ".txt");
      await writer("protect", path, "--label", "Confidential/Project");
      const protectedPath = path.replace(/txt$/, "ptxt");
      const [before, license] = [await stat(protectedPath), json(await writer("status", "--json", protectedPath))];
      const run = await writer("label", "--json", protectedPath, "--label", strict);
      expect(json(run)).toMatchObject({ path: protectedPath, label: strict, owner: "ada@trial.example", edition: 1 });
      expect(json(run).contentId).not.toBe(license.contentId);
      expect((await stat(protectedPath)).mtimeMs).toBeCloseTo(before.mtimeMs, 1);
      expect(await readdir(root)).not.toContain(`file-${files}.txt`);
      await same(protectedPath, "x".repeat(3_000_000));
      const { rights } = json(await bob("rights", "--json", protectedPath));
      expect(rights).toContain("EDIT");
      expect(rights).not.toContain("EXPORT");
    });

    it("ask for a reason where they get less sensitive or go, and the owner reads it", async () => {
      const path = await made("--label", strict);
      const bytes = await readFile(path);
      for (const lower of [
        ["label", path, "--label", "Confidential/All employees"],
        ["unprotect", path],
        ["label", path, "--label", "Confidential/All employees", "--justification", "  "],
      ]) {
        const refused = await writer(...lower);
        expect(refused, lower.join(" ")).toMatchObject({ code: 2, text: "" });
        expect(refused.err).toMatch(/--justification/);
      }
      expect((await readFile(path)).equals(bytes)).toBe(true);
      const why = ["--justification", "it is public\nby now"];
      const lowered = await writer("label", path, "--label", "Confidential/All employees", ...why);
      expect(lowered, lowered.err).toMatchObject({ code: 0 });
      const { events } = json(await writer("track", "--json", path));
      const [told] = events.filter(({ action }: { action: string }) => action === "relabel");
      expect(told).toMatchObject({
        result: "done",
        address: "ada@trial.example",
        detail: `${strict} -> Confidential/All employees: it is public by now`,
      });
      expect(await writer("unprotect", path)).toMatchObject({ code: 0 });
    });

    it("are changed by who has EXPORT or EDITRIGHTSDATA, and stay the owner's; by nobody else", async () => {
      const path = await made("--grant", "bob@trial.example:VIEW+EXPORT", "--grant", "olga@outside.example:VIEW+EDIT");
      const project = ["--label", "Confidential/Project"];
      const refused = await olga("label", path, ...project);
      expect(refused).toMatchObject({ code: 3 });
      expect(refused.err).toMatch(/EXPORT or EDITRIGHTSDATA/);
      const run = await bob("label", "--json", path, ...project);
      expect(json(run)).toMatchObject({ owner: "ada@trial.example", label: "Confidential/Project" });
      expect(json(await writer("rights", "--json", path)).rights).toEqual(["OWNER"]);
      expect((await olga("cat", path)).code).toBe(3);
      const again = await writer("label", path, ...project);
      expect(again).toMatchObject({ code: 3 });
      expect(again.err).toMatch(/only bob@trial\.example/);
      expect(await writer("revoke", path)).toMatchObject({ code: 0 });
    });

    it("take the place of what was amended before; the same label does not, and gives a new key", async () => {
      const path = await made("--label", "Confidential/Project");
      await writer("grant", path, "--remove", "project@trial.example");
      const first = await readFile(path);
      const rekeyed = await writer("label", "--json", path, "--label", "Project");
      expect(rekeyed, rekeyed.err).toMatchObject({ code: 0 });
      expect((await bob("cat", path)).code).toBe(3);
      expect((await readFile(path)).subarray(0, 4000).equals(first.subarray(0, 4000))).toBe(false);
      expect(await writer("label", path, "--label", "Confidential/All employees")).toMatchObject({ code: 0 });
      expect((await bob("cat", path)).text).toBe("the plan");
      expect(json(await bob("rights", "--json", path)).amended).toBeNull();
    });

    it("may come with permissions where they have none of their own", async () => {
      const path = await made("--label", "Confidential/Project");
      const own = ["--label", "Recipients only"];
      expect((await writer("label", path, ...own)).err).toMatch(/--grant/);
      expect(await writer("label", path, ...own, "--grant", "olga@outside.example:VIEW")).toMatchObject({ code: 0 });
      expect((await olga("cat", path)).text).toBe("the plan");
      const kept = await writer("label", "--json", path, ...own);
      expect(json(kept)).toMatchObject({ label: "Confidential/Recipients only" });
      expect((await olga("cat", path)).text).toBe("the plan");
      const contradicting = await writer("label", path, "--label", "Project", "--grant", "olga@outside.example:VIEW");
      expect(contradicting).toMatchObject({ code: 2 });
    });

    it("leave the file as it was when that is not as its author left it", async () => {
      const path = await made("--label", "Confidential/Project");
      const bytes = await readFile(path);
      bytes[bytes.length - 6000]! ^= 1;
      await writeFile(path, bytes);
      expect((await writer("label", path, "--label", "Confidential/All employees")).code).toBe(6);
      expect((await readFile(path)).equals(bytes)).toBe(true);
    });

    it("with --out and --keep leave the file there", async () => {
      const path = await made("--label", "Confidential/Project");
      const bytes = await readFile(path);
      const to = ["--label", "Confidential/All employees", "--json"];
      const out = json(await writer("label", path, ...to, "--out", join(root, "relabelled")));
      expect(out.path).toBe(join(root, "relabelled", basename(path)));
      const beside = json(await writer("label", path, ...to, "--keep"));
      expect(beside.path).toBe(path.replace(/\.dat\.pfile$/, " (2).dat.pfile"));
      expect((await readFile(path)).equals(bytes)).toBe(true);
    });
  });

  describe("what is told of files", () => {
    const keys = [
      "path",
      "state",
      "format",
      "label",
      "organisation",
      "owner",
      "contentId",
      "edition",
      "rights",
      "expires",
      "offlineUntil",
      "code",
      "reason",
    ];

    it("has the same keys in every command, and in each case", async () => {
      const path = await file();
      const lines = [
        await writer("protect", "--json", "--grant", "bob@trial.example:Co-owner", path),
        await writer("status", "--json", `${path}.pfile`),
        await bob("rights", "--json", `${path}.pfile`),
        await writer("status", "--json", join(root, "nowhere")),
        await bob("unprotect", "--json", "--out", join(root, "taken out"), `${path}.pfile`),
      ].map(json);
      for (const line of lines) expect(Object.keys(line).slice(0, keys.length)).toEqual(keys);
      const [protectedOne, status, rights, failed, clear] = lines;
      const common = { state: "protected", format: "pfile", label: null, owner: "ada@trial.example", edition: 1 };
      expect(protectedOne).toMatchObject({ ...common, rights: ["OWNER"], organisation: "Harbour Trial" });
      expect(rights).toMatchObject({ ...common, contentId: protectedOne.contentId, code: null });
      expect(status).toMatchObject({ state: "protected", contentId: protectedOne.contentId });
      expect(failed).toMatchObject({ state: "failed", code: "file-missing", reason: expect.any(String) });
      expect(clear).toMatchObject({ state: "clear", contentId: null, rights: null });
    });

    it("goes through folders, and ends with 7 where some of several failed", async () => {
      const folder = join(root, "folder");
      await mkdir(join(folder, "below"), { recursive: true });
      for (const name of ["one.dat", "below/two.dat", "~$lock.dat", ".hidden"])
        await writeFile(join(folder, name), name);
      const run = await writer("protect", "--json", "--grant", "bob@trial.example:VIEW", folder, join(root, "nowhere"));
      expect(run.code).toBe(7);
      const states = run.text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).state);
      expect(states.sort()).toEqual(["failed", "protected", "protected"]);
      expect(existsSync(join(folder, "~$lock.dat"))).toBe(true);
    });
  });

  it("shows on a terminal how far it is with what takes over a second", async () => {
    const pipe = join(root, "pipe");
    execFileSync("mkfifo", [pipe]);
    const program = join(process.cwd(), "bin/seal.mjs");
    const protecting = `'${process.execPath}' '${program}' protect --grant bob@trial.example:VIEW+EXPORT -`;
    const env = { ...process.env, SEALWRIGHT_KEYSTORE: "file", SEALWRIGHT_HOME: homes.writer! };
    const terminal = ["-qefc", `${protecting} < ${pipe} > slow.pfile`, "/dev/null"];
    const child = spawn("script", terminal, { cwd: root, env });
    let said = "";
    child.stdout.on("data", (piece: Buffer) => {
      said += piece;
    });
    const ended = once(child, "close");
    const input = await open(pipe, "w");
    await input.write("one");
    await until("the line", () => said.includes("standard input"));
    await input.write("two");
    await input.close();
    expect(await ended, said).toEqual([0, null]);
    const [first, ...lines] = said.split("\r\u001b[K");
    expect([first, lines.pop()]).toEqual(["", ""]);
    for (const line of lines) expect(line).toMatch(/^standard input {2}\d+ K?B {2}[\d.]+ [KM]?B\/s$/);
    expect((await bob("cat", join(root, "slow.pfile"))).text).toBe("onetwo");
  });

  describe("through -", () => {
    it("protects what comes in, and gives it back", async () => {
      const input = "from a pipe";
      const out = await as("writer", ["protect", "--grant", "bob@trial.example:VIEW+EXPORT", "-"], { input });
      expect(out, out.err).toMatchObject({ code: 0 });
      for (const command of ["cat", "unprotect"])
        expect((await as("colleague", [command, "-"], { input: out.out })).text, command).toBe(input);
    });

    it.each([[["--json"]], [["--keep"]], [["--out", "there"]], [["second.dat"]]])(
      "takes no %j, which would have nowhere to go",
      async (more) => {
        const run = await as("writer", ["protect", "--grant", "bob@trial.example:VIEW", "-", ...more], { input: "x" });
        expect(run).toMatchObject({ code: 2, text: "" });
      },
    );
  });
});
