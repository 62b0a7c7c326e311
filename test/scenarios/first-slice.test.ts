import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { appears, disappears, type Run, seal, stop, type Trial, until, up } from "./seal.js";

/** The story of the README, told once from beginning to end; each step builds on the ones before. */
describe.sequential("drop a file, and it opens only for those its policy names", () => {
  let root: string;
  let data: string;
  let port: number;
  let trial: Trial;
  const homes: Record<string, string> = {};
  const person = (role: string) => trial.people.find((one) => one.role === role)!;
  const as = (role: string, ...args: string[]): Promise<Run> => seal(args, { home: homes[role]!, cwd: root });
  const signIn = (role: string, password = person(role).password) =>
    seal(["login", trial.service, "--user", person(role).user, "--password-stdin"], {
      home: homes[role]!,
      input: password,
    });

  const text = "the secret plan\n".repeat(100);
  const binary = randomBytes(3 * 1024 * 1024 + 17);
  const files = { "notes.txt": Buffer.from(text), "plan.dwg": binary, "empty.bin": Buffer.alloc(0) };
  const inFolder = (name: string) => join(trial.folder, name);

  async function drop(name: string, content: Buffer): Promise<void> {
    const outside = join(root, "outside.part");
    await writeFile(outside, content);
    await rename(outside, inFolder(name));
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-story-"));
    data = join(root, "trial");
    port = await freePort();
    trial = await up(data, port);
    homes.writer = trial.home;
    homes.colleague = join(root, "colleague");
    homes.outsider = join(root, "outsider");
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("starts with everything a trial needs", () => {
    expect(trial.service).toBe(`http://localhost:${port}`);
    expect(trial.label).toBe("Confidential/Project");
    expect(trial.people.map(({ role }) => role).sort()).toEqual(["administrator", "colleague", "outsider", "writer"]);
  });

  it("protects whatever is dropped, and the clear file is gone", async () => {
    for (const [name, content] of Object.entries(files)) await drop(name, content);
    for (const name of ["notes.ptxt", "plan.dwg.pfile", "empty.bin.pfile"]) await appears(inFolder(name));
    for (const name of Object.keys(files)) await disappears(inFolder(name));
    expect((await readFile(inFolder("notes.ptxt"))).includes("secret plan")).toBe(false);
  });

  it("signs people in with their password only", async () => {
    expect(await signIn("colleague", "not the password")).toMatchObject({ code: 4 });
    expect(await signIn("colleague")).toMatchObject({ code: 0 });
    expect(await signIn("outsider")).toMatchObject({ code: 0 });
    expect((await as("colleague", "whoami")).text).toContain(person("colleague").user);
  });

  it("opens for the colleague, byte for byte", async () => {
    const status = await as("colleague", "status", "--json", inFolder("notes.ptxt"));
    expect(JSON.parse(status.text)).toMatchObject({
      state: "protected",
      format: "ptxt",
      label: "Confidential/Project",
    });
    expect(JSON.parse((await as("colleague", "rights", "--json", inFolder("notes.ptxt"))).text).rights).toContain(
      "EXPORT",
    );
    expect((await as("colleague", "cat", inFolder("plan.dwg.pfile"))).out.equals(binary)).toBe(true);
    expect((await as("colleague", "cat", inFolder("empty.bin.pfile"))).out.length).toBe(0);
    const out = join(root, "clear");
    expect(await as("colleague", "unprotect", inFolder("notes.ptxt"), "--out", out)).toMatchObject({ code: 0 });
    expect(await readFile(join(out, "notes.txt"), "utf8")).toBe(text);
  });

  it("stays closed for the outsider, with a sentence that helps", async () => {
    for (const command of ["cat", "unprotect", "rights", "open"]) {
      const refused = await as("outsider", command, inFolder("plan.dwg.pfile"));
      expect(refused.code, command).toBe(3);
      expect(refused.err, command).toMatch(/has not been given access/);
      expect(refused.out.length, command).toBe(0);
    }
    expect(existsSync(inFolder("plan.dwg"))).toBe(false);
  });

  it("shows the owner who opened it, and takes it back and gives it again", async () => {
    const tracked = await as("writer", "track", "--json", inFolder("notes.ptxt"));
    expect(tracked.text).toContain(person("colleague").user);
    expect((await as("colleague", "track", inFolder("notes.ptxt"))).code).toBe(3);
    expect((await as("colleague", "revoke", inFolder("notes.ptxt"))).code).toBe(3);

    await drop("later.txt", Buffer.from("later"));
    await appears(inFolder("later.ptxt"));
    expect(await as("writer", "revoke", inFolder("later.ptxt"))).toMatchObject({ code: 0 });
    const refused = await as("colleague", "cat", inFolder("later.ptxt"));
    expect(refused.code).toBe(3);
    expect(refused.err).toMatch(/withdrew/);
    expect((await as("outsider", "cat", inFolder("later.ptxt"))).err).not.toMatch(/withdrew/);
    expect((await as("writer", "cat", inFolder("later.ptxt"))).text).toBe("later");
    expect(await as("writer", "restore", inFolder("later.ptxt"))).toMatchObject({ code: 0 });
    expect((await as("colleague", "cat", inFolder("later.ptxt"))).text).toBe("later");
  });

  it("keeps to the rights that were given: reading is not taking", async () => {
    const label = "Highly confidential/All employees";
    for (const name of ["strict.txt", "strict.dwg"]) await writeFile(join(root, name), "look, do not take");
    const made = await as("writer", "protect", "--label", label, join(root, "strict.txt"), join(root, "strict.dwg"));
    expect(made, made.err).toMatchObject({ code: 0 });
    const text = join(root, "strict.ptxt");
    const wrapped = join(root, "strict.dwg.pfile");
    for (const command of ["cat", "unprotect"]) expect(await as("colleague", command, text)).toMatchObject({ code: 3 });
    const dark = { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "" };
    const shown = await seal(["open", text], { home: homes.colleague!, env: dark });
    expect(shown, shown.err).toMatchObject({ code: 3 });
    expect(shown.err).toContain(`${trial.service}/view`);
    expect(existsSync(join(root, "strict.txt"))).toBe(false);
    expect((await as("colleague", "cat", wrapped)).text).toBe("look, do not take");
    expect(await as("colleague", "unprotect", wrapped)).toMatchObject({ code: 3 });
  });

  it("opens a wrapped file in the user's own program, and leaves no clear copy behind", async () => {
    const seen = join(root, "seen");
    const opener = join(root, "opener.sh");
    await writeFile(opener, `#!/bin/sh\ncp "$1" '${seen}'\nstat -c %a "$(dirname "$1")" > '${seen}.mode'\n`, {
      mode: 0o755,
    });
    const env = { SEALWRIGHT_OPENER: opener };
    const opened = await seal(["open", inFolder("plan.dwg.pfile")], { home: homes.colleague!, env });
    expect(opened, opened.err).toMatchObject({ code: 0 });
    expect((await readFile(seen)).equals(binary)).toBe(true);
    expect((await readFile(`${seen}.mode`, "utf8")).trim()).toBe("700");
    expect(await readdir(join(homes.colleague!, "edits"))).toEqual([]);
  });

  it("goes on while the service is away: protecting, and opening what was opened before", async () => {
    const { service } = JSON.parse(await readFile(join(data, "running.json"), "utf8"));
    process.kill(service, "SIGSTOP");
    try {
      await drop("offline.txt", Buffer.from("made while it was away"));
      await appears(inFolder("offline.ptxt"));
    } finally {
      process.kill(service, "SIGCONT");
    }
    await stop(trial);
    expect((await as("colleague", "cat", inFolder("plan.dwg.pfile"))).out.equals(binary)).toBe(true);
    expect((await as("colleague", "cat", inFolder("offline.ptxt"))).code).toBe(5);
    await writeFile(join(root, "by-hand.txt"), "by hand");
    expect(await as("writer", "protect", "--label", trial.label, join(root, "by-hand.txt"))).toMatchObject({ code: 0 });
    trial = await up(data, port);
    expect((await as("colleague", "cat", inFolder("offline.ptxt"))).text).toBe("made while it was away");
    expect((await as("colleague", "cat", join(root, "by-hand.ptxt"))).text).toBe("by hand");
    await until("its registration", async () =>
      (await as("writer", "track", "--json", join(root, "by-hand.ptxt"))).text.includes("register"),
    );
  });

  it("carries on after kill -9 on the same data", async () => {
    process.kill(-trial.process.pid!, "SIGKILL");
    await stop(trial);
    await drop("meanwhile.txt", Buffer.from("arrived while it was down"));
    trial = await up(data, port);
    await appears(inFolder("meanwhile.ptxt"));
    await disappears(inFolder("meanwhile.txt"));
    expect((await as("colleague", "cat", inFolder("meanwhile.ptxt"))).text).toBe("arrived while it was down");
    expect((await as("writer", "cat", inFolder("plan.dwg.pfile"))).out.equals(binary)).toBe(true);
  });

  it("says the same again when it is already running", async () => {
    const again = await seal(["up", "--json", "--data", data, "--port", String(port)]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.text)).toMatchObject({
      service: trial.service,
      folder: trial.folder,
      people: trial.people,
    });
  });

  it("refuses what is damaged, with exit code 6", async () => {
    const original = await readFile(inFolder("plan.dwg.pfile"));
    for (const at of [0, 2000, 9000, original.length >> 1, original.length - 5000, original.length - 1]) {
      const flipped = Buffer.from(original);
      flipped[at]! ^= 1;
      const path = join(root, "flipped.pfile");
      await writeFile(path, flipped);
      const run = await as("colleague", "unprotect", path);
      expect(run.code, `bit flipped at ${at}: ${run.err}`).toBe(6);
      expect(
        createHash("sha256")
          .update(await readFile(path))
          .digest(),
      ).toEqual(createHash("sha256").update(flipped).digest());
    }
  });
});
