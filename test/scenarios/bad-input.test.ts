import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { makePackage, wordParts } from "../office-documents.js";
import { appears, type Run, seal, stop, type Trial, up } from "./seal.js";

/** What people and attackers hand us: each a clear error with its exit code, and nothing lost. */
describe("bad input", () => {
  let root: string;
  let trial: Trial;
  const run = (...args: string[]): Promise<Run> => seal(args, { home: trial.home, cwd: root });
  const protect = (path: string) => run("protect", "--label", trial.label, "--", path);
  const at = (name: string) => join(root, name);
  const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-bad-"));
    await chmod(root, 0o755);
    trial = await up(join(root, "trial"), await freePort());
  });

  afterAll(async () => {
    await stop(trial);
    await removeFolder(root);
  });

  it.each([
    ["two\nlines.txt", "two\nlines.ptxt"],
    ["🔏 emoji.txt", "🔏 emoji.ptxt"],
    ["-rf", "-rf.pfile"],
    ["--help", "--help.pfile"],
    ["no extension", "no extension.pfile"],
    ["ends with dot.", "ends with dot..pfile"],
    ["\u001b[2Jescape.txt", "\u001b[2Jescape.ptxt"],
    ["$(touch owned);`id`'\".txt", "$(touch owned);`id`'\".ptxt"],
  ])("takes a file named %j and gives it back", async (name, made) => {
    writeFileSync(at(name), "content");
    const run = await protect(name);
    expect(run, run.err).toMatchObject({ code: 0 });
    expect(run.text + run.err).not.toContain("\u001b");
    expect(existsSync(at(name))).toBe(false);
    const clear = await seal(["unprotect", "--", made], { home: trial.home, cwd: root });
    expect(clear, clear.err).toMatchObject({ code: 0 });
    expect(readFileSync(at(name), "utf8")).toBe("content");
    await rm(at(name));
  });

  it("shortens a name that has no room for the ending", async () => {
    const folder = at("long");
    mkdirSync(folder);
    writeFileSync(join(folder, `${"ü".repeat(125)}x.txt`), "content");
    writeFileSync(join(folder, "y".repeat(255)), "content");
    expect(await protect(folder)).toMatchObject({ code: 0 });
    const names = readdirSync(folder);
    expect(names.every((name) => Buffer.byteLength(name) <= 255)).toBe(true);
    expect(names.map((name) => name.slice(name.lastIndexOf("."))).sort()).toEqual([".pfile", ".ptxt"]);
  });

  it.each(["fifo", "link.txt", "hard.txt", "missing.txt", "folder that is empty"])("leaves %s alone", async (name) => {
    if (name === "fifo") execFileSync("mkfifo", [at(name)]);
    if (name === "link.txt") symlinkSync("/etc/hostname", at(name));
    if (name.startsWith("hard")) {
      writeFileSync(at("hard-original"), "content");
      linkSync(at("hard-original"), at(name));
    }
    if (name.startsWith("folder")) mkdirSync(at(name));
    const before = readdirSync(root).sort();
    const result = await protect(at(name));
    expect(result.code).toBe(name.startsWith("folder") ? 0 : 1);
    expect(result.err).toContain("seal: ");
    expect(readdirSync(root).sort()).toEqual(before);
  });

  it("refuses a device", async () => {
    expect(await protect("/dev/zero")).toMatchObject({ code: 1 });
  });

  it("protects an empty file, and does not protect twice", async () => {
    writeFileSync(at("empty.txt"), "");
    expect(await protect(at("empty.txt"))).toMatchObject({ code: 0 });
    const hash = sha256(at("empty.ptxt"));
    const again = await protect(at("empty.ptxt"));
    expect(again.code).toBe(1);
    expect(again.err).toContain("protected already");
    expect(sha256(at("empty.ptxt"))).toBe(hash);
    expect((await run("cat", at("empty.ptxt"))).out.length).toBe(0);
  });

  it("does not overwrite what has the name already", async () => {
    writeFileSync(at("twin.txt"), "one");
    writeFileSync(at("twin.ptxt"), "someone's own file");
    expect(await protect(at("twin.txt"))).toMatchObject({ code: 0 });
    expect(readFileSync(at("twin.ptxt"), "utf8")).toBe("someone's own file");
    expect((await run("cat", at("twin (2).ptxt"))).text).toBe("one");
  });

  it("says what is no protected file, and what is damaged, with exit code 6", async () => {
    writeFileSync(at("clear.txt"), "clear");
    expect(await run("cat", at("clear.txt"))).toMatchObject({ code: 6 });
    expect(await run("status", at("clear.txt"))).toMatchObject({ code: 0 });
    await appears(join(trial.folder, "Welcome.ptxt"));
    const good = readFileSync(join(trial.folder, "Welcome.ptxt"));
    const cases: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      "magic only": good.subarray(0, 6),
      "cut in the header": good.subarray(0, 200),
      "cut in the license": good.subarray(0, 5000),
      "cut in the content": good.subarray(0, -3000),
      "one byte short": good.subarray(0, -1),
      "one byte more": Buffer.concat([good, Buffer.from([0])]),
      "twice in a row": Buffer.concat([good, good]),
      noise: Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 197 + 13) % 256)),
      "header of noise": Buffer.concat([Buffer.from(".pfile\x03\0\0\0\0\0\0\0", "latin1"), Buffer.alloc(4000, 0xff)]),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      const path = at("case.ptxt");
      writeFileSync(path, bytes);
      for (const command of ["cat", "unprotect", "rights"]) {
        const result = await run(command, path);
        const whole =
          name === "one byte short" ||
          name === "one byte more" ||
          name === "cut in the content" ||
          name === "twice in a row";
        if (command === "rights" && whole) continue; // asks about the license only, which is whole there
        expect(result.code, `${command} of ${name}: ${result.err}`).toBe(6);
        expect(result.out.length, `${command} of ${name}`).toBe(0);
      }
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
  });

  it("carries on with the others when one of several fails, and says so with exit code 7", async () => {
    writeFileSync(at("good.txt"), "good");
    const result = await seal(["protect", "--json", "--label", trial.label, at("good.txt"), at("nowhere.txt")], {
      home: trial.home,
    });
    expect(result.code).toBe(7);
    const lines = result.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ state: "protected" }, { state: "failed", code: "file-missing" }]);
  });

  it("answers wrong usage with exit code 2, and nobody signed in with 4", async () => {
    writeFileSync(at("some.txt"), "x");
    for (const args of [
      ["protect", at("some.txt"), "--label", "No Such Label"],
      ["nonsense"],
      ["cat"],
      ["protect", "--colour", "x"],
    ])
      expect(await seal(args, { home: trial.home }), args.join(" ")).toMatchObject({ code: 2 });
    expect(await seal(["cat", join(trial.folder, "Welcome.ptxt")], { home: at("nobody") })).toMatchObject({ code: 4 });
    expect(existsSync(at("some.txt"))).toBe(true);
  });

  it("keeps the original when the disk is full", async () => {
    const mount = at("small");
    mkdirSync(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", mount]);
    try {
      writeFileSync(join(mount, "big.bin"), Buffer.alloc(2 * 1024 * 1024, 7));
      const result = await protect(join(mount, "big.bin"));
      expect(result.code).toBe(1);
      expect(result.err).toMatch(/room/);
      expect(readdirSync(mount)).toEqual(["big.bin"]);
      expect(statSync(join(mount, "big.bin")).size).toBe(2 * 1024 * 1024);
    } finally {
      execFileSync("umount", [mount]);
    }
  });

  it("protects a document whose copy has no room, and says that there is none", async () => {
    const sessions = join(trial.home, "sessions");
    mkdirSync(sessions, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", sessions]);
    try {
      const noise = randomBytes(512 * 1024).toString("base64");
      makePackage(at("large.docx"), { ...wordParts("the plan"), "word/media/noise.xml": `<n>${noise}</n>` });
      const result = await run("protect", "--label", trial.label, "--ppdf", at("large.docx"));
      expect(result).toMatchObject({
        code: 7,
        err: expect.stringContaining("no PDF copy: the disk is full; make room"),
      });
      expect(readFileSync(at("large.docx")).subarray(0, 4).toString("hex")).toBe("d0cf11e0");
      expect(readdirSync(sessions)).toEqual([]);
    } finally {
      execFileSync("umount", [sessions]);
    }
  });

  it("keeps the original where it may not write or read, as another user", async () => {
    const folder = at("shared");
    mkdirSync(folder);
    writeFileSync(join(folder, "mine.txt"), "mine", { mode: 0o600 });
    writeFileSync(join(folder, "open.txt"), "open", { mode: 0o644 });
    chmodSync(folder, 0o755);
    const home = at("nobody-home");
    const person = trial.people.find(({ role }) => role === "colleague")!;
    mkdirSync(home, { mode: 0o700 });
    execFileSync("chown", ["65534:65534", home]);
    const asNobody = (...args: string[]) =>
      seal(args, { home, uid: 65534, input: person.password, env: { HOME: home } });
    expect(await asNobody("login", trial.service, "--user", person.user, "--password-stdin")).toMatchObject({
      code: 0,
    });
    for (const name of ["mine.txt", "open.txt"]) {
      const result = await asNobody("protect", "--label", trial.label, join(folder, name));
      expect(result.code, result.err).toBe(1);
    }
    expect(readdirSync(folder).sort()).toEqual(["mine.txt", "open.txt"]);
  });
});
