import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { program, type Run, seal, stop, type Trial, up } from "./seal.js";

/** `-` wherever a command takes a file. */
describe("standard input", () => {
  let root: string;
  let trial: Trial;
  let colleague: string;
  let outsider: string;
  /** Protected under Confidential/Project. */
  let plan: Buffer;
  const at = (name: string) => join(root, name);
  const give = (input: Buffer | string, home: string, ...args: string[]): Promise<Run> =>
    seal(args, { home, cwd: root, input });
  const json = ({ text, err }: Run) => {
    expect(text, err).not.toBe("");
    return JSON.parse(text);
  };
  const run = async (...args: string[]): Promise<Run> => {
    const done = await give("", trial.home, ...args);
    expect(done, done.err).toMatchObject({ code: 0 });
    return done;
  };
  /** What a command says of the file when it is named, but for the path, and for what each license moves on. */
  const named = async (command: string, path: string) => {
    const { path: _path, format: _format, offlineUntil: _until, ...said } = json(await run(command, "--json", path));
    return said;
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-input-"));
    trial = await up(at("trial"), await freePort());
    [colleague, outsider] = [at("colleague"), at("outsider")];
    for (const role of ["colleague", "outsider"]) {
      const { user, password } = trial.people.find((one) => one.role === role)!;
      const login = ["login", trial.service, "--user", user, "--password-stdin"];
      expect(await give(password, at(role), ...login)).toMatchObject({ code: 0 });
    }
    await writeFile(at("plan.txt"), "the plan ".repeat(10_000));
    await run("protect", "plan.txt", "--label", "Confidential/Project");
    plan = await readFile(at("plan.ptxt"));
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it.each(["status", "rights"])("is told of by seal %s as the file is", async (command) => {
    const said = json(await give(plan, trial.home, command, "--json", "-"));
    expect(said).toMatchObject({ path: "-", format: null, ...(await named(command, "plan.ptxt")) });
    expect((await give(plan, trial.home, command, "-")).text).toMatch(/^-/);
  });

  it("that is a file, too", async () => {
    const answer = await seal(["status", "--json", "plan.ptxt"], { home: trial.home, cwd: root });
    const child = spawn("sh", ["-c", '"$0" "$1" status --json - < plan.ptxt', process.execPath, program], {
      cwd: root,
      env: { ...process.env, SEALWRIGHT_HOME: trial.home, SEALWRIGHT_KEYSTORE: "file" },
    });
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    expect(JSON.parse(said.toString())).toEqual({ ...json(answer), path: "-", format: null });
  });

  it("that is clear is an answer of status, and nothing that rights are known of", async () => {
    expect(json(await give("words", outsider, "status", "--json", "-"))).toMatchObject({ path: "-", state: "clear" });
    expect(json(await give("", outsider, "status", "--json", "-"))).toMatchObject({ state: "clear" });
    for (const command of ["rights", "track", "revoke", "restore"])
      expect(await give("words", trial.home, command, "-"), command).toMatchObject({ code: 6, text: "" });
  });

  it("that is an Office file is to be named, and is neither taken for clear nor wrapped", async () => {
    const old = Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(4096)]);
    for (const [command, ...more] of [["status"], ["rights"], ["cat"], ["label", "--label", "Confidential/Project"]]) {
      const asked = await give(old, trial.home, command!, "-", ...more);
      expect(asked, command).toMatchObject({ code: 1, text: "" });
      expect(asked.err, command).toContain("name the file instead of -");
    }
  });

  it("that was cut is damaged", async () => {
    for (const bytes of [20, 200, plan.length - 1]) {
      const cut = await give(plan.subarray(0, bytes), trial.home, "status", "-");
      expect(cut, `${bytes} bytes: ${cut.err}`).toMatchObject({ code: 6, text: "" });
    }
  });

  it("stands alone", async () => {
    const beside = await give(plan, trial.home, "status", "-", "plan.ptxt");
    expect(beside).toMatchObject({ code: 2, text: "" });
    expect(beside.err).toContain("name files in another call");
    for (const options of [["--json"], ["--keep"], ["--out", "clear"]])
      expect(
        await give(plan, trial.home, "label", "-", "--label", "Public", ...options),
        options.join(" "),
      ).toMatchObject({ code: 2, text: "" });
  });

  it("is withdrawn, tracked, given back and granted as the file is, with all its copies", async () => {
    await writeFile(at("offer.txt"), "the offer");
    await run("protect", "offer.txt", "--label", "Confidential/Project");
    const offer = await readFile(at("offer.ptxt"));
    expect(json(await give(offer, trial.home, "revoke", "--json", "-"))).toMatchObject({ path: "-", state: "revoked" });
    expect(await give(offer, colleague, "rights", "-")).toMatchObject({ code: 3, text: "" });
    expect(await named("track", "offer.ptxt")).toMatchObject({ state: "revoked" });
    expect(await give(offer, trial.home, "restore", "-")).toMatchObject({ code: 0 });
    const { events } = json(await give(offer, trial.home, "track", "--json", "-"));
    expect(events.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(["revoke", "restore", "grant"]),
    );
    const change = ["--grant", "olga@outside.example:VIEW+EXPORT"];
    expect(await give(offer, trial.home, "grant", "-", ...change)).toMatchObject({ code: 0 });
    expect((await seal(["cat", "offer.ptxt"], { home: outsider, cwd: root })).text).toBe("the offer");
    const more = ["--grant", "olga@outside.example:OWNER"];
    expect(await give(offer, colleague, "grant", "-", ...more)).toMatchObject({ code: 3, text: "" });
  });

  describe("that is given a label", () => {
    const label = (input: Buffer | string, home: string, name: string, ...options: string[]) =>
      give(input, home, "label", "-", "--label", name, ...options);

    it("comes out protected where it was clear", async () => {
      const made = await label("words", trial.home, "Confidential/Project");
      expect(made, made.err).toMatchObject({ code: 0 });
      expect((await give(made.out, colleague, "cat", "-")).text).toBe("words");
      expect(await give(made.out, outsider, "cat", "-")).toMatchObject({ code: 3, text: "" });
    });

    it("comes out under another license where it was protected, in its family", async () => {
      const made = await label(plan, trial.home, "Confidential/All employees");
      expect(made, made.err).toMatchObject({ code: 0 });
      await writeFile(at("copy.ptxt"), made.out);
      expect((await run("cat", "copy.ptxt")).text).toBe("the plan ".repeat(10_000));
      const [before, after] = [await named("status", "plan.ptxt"), await named("status", "copy.ptxt")];
      expect(after.label).toBe("Confidential/All employees");
      expect(after.contentId).not.toBe(before.contentId);
      expect(json(await run("revoke", "--json", "plan.ptxt")).family).toBe(
        json(await run("restore", "--json", "copy.ptxt")).family,
      );
    });

    it("comes out for nobody who may not take it", async () => {
      expect(await label(plan, outsider, "Confidential/All employees")).toMatchObject({ code: 3, text: "" });
    });

    it("has no end that opens, where it was damaged on its way", async () => {
      await writeFile(at("damaged.ptxt"), plan);
      await truncate(at("damaged.ptxt"), plan.length - 9000);
      const made = await label(await readFile(at("damaged.ptxt")), trial.home, "Confidential/All employees");
      expect(made).toMatchObject({ code: 6 });
      expect(await give(made.out, trial.home, "cat", "-")).toMatchObject({ code: 6 });
    });
  });
});
