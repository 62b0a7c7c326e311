import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { type Run, seal, stop, type Trial, up } from "./seal.js";

/** An administrator at the command line, from beginning to end; each step builds on the ones before. */
describe.sequential("an administrator looks after the organisation", () => {
  let root: string;
  let trial: Trial;
  const person = (role: string) => trial.people.find((one) => one.role === role)!;
  const home = (role: string) => join(root, role);
  const admin = (...args: string[]): Promise<Run> =>
    seal(["admin", ...args], { home: home("administrator"), cwd: root });
  const json = async (...args: string[]) => {
    const run = await admin(...args, "--json");
    expect(run.code, run.err).toBe(0);
    return run.text
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  };
  const signIn = async (role: string) => {
    const { user, password } = person(role);
    const run = await seal(["login", trial.service, "--user", user, "--password-stdin"], {
      home: home(role),
      input: password,
    });
    expect(run.code, run.err).toBe(0);
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-admin-"));
    trial = await up(join(root, "trial"), await freePort());
    await signIn("administrator");
    await signIn("colleague");
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("is told to sign in, and nobody else gets further", async () => {
    expect(await seal(["admin", "people", "list"], { home: home("nobody") })).toMatchObject({ code: 4 });
    const run = await seal(["admin", "people", "list"], { home: home("colleague") });
    expect(run).toMatchObject({ code: 3, text: "" });
    expect(run.err).toBe("seal: error: only administrators can do this\n");
  });

  it("adds somebody: the first password is the only line on standard output", async () => {
    const run = await admin("people", "add", "Eve@trial.example", "--name", "Eve", "--alias", "e@trial.example");
    expect(run).toMatchObject({ code: 0 });
    expect(run.text).toMatch(/^[a-z]{5}(-[a-z]{5}){3}\n$/);
    const [eve] = await json("people", "show", "e@trial.example");
    expect(eve).toMatchObject({
      name: "Eve",
      addresses: ["eve@trial.example", "e@trial.example"],
      firstPassword: true,
    });
    expect((await admin("people", "show", "eve@trial.example")).text).toContain("aliases  e@trial.example\n");
  });

  it("changes somebody", async () => {
    await json(
      "people",
      "set",
      "eve@trial.example",
      "--name",
      "Eve Byron",
      "--address",
      "eve.byron@trial.example",
      "--administrator",
    );
    const [eve] = await json(
      "people",
      "set",
      "e@trial.example",
      "--drop-alias",
      "E@trial.example",
      "--no-administrator",
    );
    expect(eve).toMatchObject({
      name: "Eve Byron",
      addresses: ["eve.byron@trial.example", "eve@trial.example"],
      administrator: false,
    });
    expect((await json("people", "disable", "eve@trial.example"))[0]).toMatchObject({ state: "disabled" });
    expect((await admin("people", "list", "--search", "byron")).text).toContain(
      "Eve Byron (disabled; has not signed in",
    );
    expect((await json("people", "enable", "eve@trial.example"))[0]).toMatchObject({ state: "active" });
    expect((await admin("people", "password", "eve@trial.example")).text).toMatch(/^[a-z-]{23}\n$/);
  });

  it("makes groups, of people and of groups", async () => {
    await json("groups", "add", "legal@trial.example", "--name", "Legal");
    await json("groups", "add", "board@trial.example");
    await json("groups", "members", "add", "legal@trial.example", "eve@trial.example", "bob@trial.example");
    await json("groups", "members", "add", "board@trial.example", "legal@trial.example");
    await json("groups", "set", "board@trial.example", "--name", "The board");
    await json("groups", "members", "remove", "legal@trial.example", "bob@trial.example");
    expect((await admin("groups", "show", "legal@trial.example")).text).toBe(
      "legal@trial.example  Legal (1)\n  eve.byron@trial.example  Eve Byron\n",
    );
    expect((await json("groups", "list")).map(({ address, members }) => [address, members])).toEqual([
      ["board@trial.example", 1],
      ["legal@trial.example", 1],
      ["project@trial.example", 2],
    ]);
    expect(await admin("groups", "remove", "board@trial.example")).toMatchObject({ code: 0 });
  });

  it("removes somebody for good; the address then takes a word more", async () => {
    expect(await admin("people", "remove", "eve@trial.example")).toMatchObject({ code: 0, text: "" });
    const refused = await admin("people", "add", "eve@trial.example");
    expect(refused).toMatchObject({ code: 1, text: "" });
    expect(refused.err).toMatch(
      /seal: error: eve@trial.example was that of Eve Byron until .* say that it is recycled\n/,
    );
    expect(await admin("people", "add", "eve@trial.example", "--recycled")).toMatchObject({ code: 0 });
  });

  it("brings in a whole organisation from CSV and JSON, after a look at what that would change", async () => {
    const csv = join(root, "people.csv");
    await writeFile(
      csv,
      "address,name,groups\ngrace@trial.example,Grace,crew@trial.example\nalan@trial.example,Alan,\n",
    );
    const look = await admin("import", csv, "--dry-run");
    expect(look.text).toBe(
      "crew@trial.example  added\ngrace@trial.example  added\nalan@trial.example  added\ngrace@trial.example  in crew@trial.example\n",
    );
    expect(await admin("people", "show", "grace@trial.example")).toMatchObject({ code: 1 });
    const done = await admin("import", csv);
    expect(done.text).toMatch(/^grace@trial.example {2}[a-z-]{23}\nalan@trial.example {2}[a-z-]{23}\n$/);
    const file = { people: [{ address: "alan@trial.example", name: "Alan Turing" }], groups: [] };
    const given = await seal(["admin", "import", "-", "--json"], {
      home: home("administrator"),
      input: JSON.stringify(file),
    });
    expect(JSON.parse(given.text)).toEqual({
      dryRun: false,
      changes: [{ kind: "person", address: "alan@trial.example", change: "name: Alan Turing" }],
      passwords: [],
    });
  });

  it("takes labels and templates out as a file, and brings them back changed", async () => {
    const file = join(root, "policy.json");
    expect(await admin("policy", "export", file)).toMatchObject({ code: 0, text: "" });
    expect(await admin("policy", "export", file)).toMatchObject({
      code: 1,
      err: expect.stringContaining("is there already"),
    });
    const policy = JSON.parse((await admin("policy", "export")).text);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(policy);
    const general = policy.labels.find(({ names }: { names: { en: string } }) => names.en === "General");
    general.names.en = "Everyday";
    await writeFile(file, JSON.stringify(policy));
    const look = await admin("policy", "import", file, "--dry-run");
    expect(look).toMatchObject({ code: 0, text: "label Everyday: names\n" });
    const [done] = await json("policy", "import", file);
    expect(done).toMatchObject({
      dryRun: false,
      version: 2,
      changes: [{ kind: "label", name: "Everyday", change: "names" }],
    });
    expect((await seal(["labels"], { home: home("colleague") })).text).toContain("Everyday");
    const again = await admin("policy", "import", file);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("made from version 1; export them again") });
    general.template = "none";
    await writeFile(file, JSON.stringify(policy));
    expect(await admin("policy", "import", file)).toMatchObject({
      code: 2,
      err: expect.stringContaining("labels.1.template"),
    });
  });

  it("reads the audit, and takes it out to files and other programs", async () => {
    await json("groups", "add", "formula@trial.example", "--name", "=1+1");
    const [newest] = await json("audit", "list", "--action", "administer", "--limit", "1");
    expect(newest).toMatchObject({
      action: "administer",
      name: "Ines Ortiz",
      detail: expect.stringMatching(/^audit list/),
    });
    const some = await admin(
      "audit",
      "list",
      "--who",
      "bob@trial.example",
      "--result",
      "access-denied",
      "--limit",
      "1",
    );
    expect(some.text).toMatch(/^ +\d+ {2}\S+Z {2}administer +access-denied +Bob Fisher <bob@trial.example> .*\n$/);
    const before = Number(/--before (\d+)/.exec((await admin("audit", "list", "--limit", "3")).err)![1]);
    expect((await json("audit", "list", "--before", String(before), "--limit", "1"))[0].seq).toBe(before - 1);

    const [csv, jsonl] = [join(root, "audit.csv"), join(root, "audit.jsonl")];
    for (const file of [csv, jsonl]) {
      expect(await admin("audit", "export", file)).toMatchObject({ code: 0, text: "" });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
    const records = (await readFile(jsonl, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i + 1));
    expect(records.at(-1).detail).toBe("audit export: oldest first");
    expect((await readFile(csv, "utf8")).split("\r\n")).toHaveLength(records.length - 1 + 2);
    expect(await admin("audit", "export", csv)).toMatchObject({
      code: 1,
      err: expect.stringContaining("name a new file"),
    });
    const piped = await admin("audit", "export", "-", "--action", "sign-in", "--format", "csv");
    expect(piped.text).toMatch(/^seq,time,action[^\n]*\r\n1,[^\n]*,sign-in,/);
  });

  it.each([
    [["audit", "export", "/nowhere/a.csv"], 1, "cannot be written"],
    [["audit", "list", "--since", "soon"], 2, "soon is no time"],
    [["audit", "list", "--limit", "0"], 2, "--limit takes a number"],
    [["audit", "list", "--action", "all"], 2, "Allowed choices"],
    [["audit", "list", "--content-id", "x"], 2, "--content-id takes an id"],
  ])("is told what is wrong with %j", async (words, code, why) => {
    expect(await admin(...words)).toMatchObject({ code, text: "", err: expect.stringContaining(why) });
  });

  it.each<[string, string | null, number, string]>([
    ["that is missing", null, 1, "cannot be read"],
    ["that is empty", "", 2, "the column address is missing"],
    ["that is no JSON", "{", 2, "JSON text is damaged"],
    [
      "with what is no address",
      "address\nada",
      2,
      "people.0.address is not as it should be: this is not a mail address",
    ],
    ["with an unknown member", '{"persons":[]}', 2, "Unrecognized key"],
    ["that is far too long", `address\n${"a".repeat(3_000_000)}`, 2, "longer than one request can be"],
  ])("is told what is wrong with a file %s", async (_what, content, code, words) => {
    const file = join(root, "wrong");
    await rm(file, { force: true });
    if (content !== null) await writeFile(file, content);
    const run = await admin("import", file);
    expect(run).toMatchObject({ code, text: "" });
    expect(run.err).toContain(words);
  });

  it("is told what cannot be, in one line", async () => {
    for (const [args, code, words] of [
      [["people", "add", "nobody"], 2, "mail address"],
      [["people", "disable", "ines@trial.example"], 1, "without an administrator"],
      [["people", "show", "who@trial.example"], 1, "nobody here is who@trial.example"],
      [["groups", "set", "project@trial.example"], 2, "required option '--name"],
    ] as const) {
      const run = await admin(...args);
      expect(run).toMatchObject({ code, text: "" });
      expect(run.err).toContain(words);
    }
  });
});
