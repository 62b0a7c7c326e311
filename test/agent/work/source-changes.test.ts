import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../../agent/work/node-files.js";
import { openSource } from "../../../agent/work/source-file.js";
import { codeOf } from "../../../shared/errors.js";
import { desk as newDesk, outcome } from "./desk.js";
import { sealed, sealFile } from "./document.js";
import { steppedFiles } from "./stepped-files.js";

const desk = newDesk();

describe("what is no document", () => {
  it("is left alone: a link, a folder, a pipe, a device", async () => {
    writeFileSync(desk.at("secret"), "text");
    symlinkSync(desk.at("secret"), desk.at("link.txt"));
    mkdirSync(desk.at("folder.txt"));
    execFileSync("mkfifo", [desk.at("pipe.txt")]);
    for (const name of ["link.txt", "folder.txt", "pipe.txt"])
      expect(await desk.seal(name, "out.ptxt"), name).toBe("file-unsuitable");
    expect(
      await outcome(sealFile({ path: "/dev/zero", target: desk.at("zero"), keep: true, journal: desk.journal })),
    ).toBe("file-unsuitable");
    expect(await desk.seal("nothing.txt", "out.ptxt")).toBe("file-missing");
    expect(readFileSync(desk.at("secret"), "utf8")).toBe("text");
    desk.expectNothingLeft();
  });

  it("does not make the agent wait when it takes the document's place in the last moment", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    const ops = steppedFiles(nodeFiles, (step) => {
      if (step !== "open plan.txt") return;
      renameSync(desk.at("plan.txt"), desk.at("aside"));
      execFileSync("mkfifo", [desk.at("plan.txt")]);
    });
    expect(await desk.seal("plan.txt", "plan.ptxt", { ops })).toBe("file-unsuitable");
  });

  it("is not read through a link that takes the document's place in the last moment", async () => {
    writeFileSync(desk.at("secret"), "text");
    writeFileSync(desk.at("plan.txt"), "text");
    const ops = steppedFiles(nodeFiles, (step) => {
      if (step !== "open plan.txt") return;
      unlinkSync(desk.at("plan.txt"));
      symlinkSync("secret", desk.at("plan.txt"));
    });
    expect(await desk.seal("plan.txt", "plan.ptxt", { ops })).toBe("file-unsuitable");
    expect(readFileSync(desk.at("secret"), "utf8")).toBe("text");
    const folder = await nodeFiles.openFolder(desk.at("."));
    await expect(folder.open("plan.txt", constants.O_RDONLY)).rejects.toMatchObject({ code: "ELOOP" });
    await folder.close();
  });

  it("includes a file with a second name, unless it is kept", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    linkSync(desk.at("plan.txt"), desk.at("second.txt"));
    expect(await desk.seal("plan.txt", "plan.ptxt")).toBe("file-unsuitable");
    expect(await desk.seal("plan.txt", "plan.ptxt", { keep: true })).toBe("plan.ptxt");
  });

  it("includes a file beyond the watched folder, behind a swapped link", async () => {
    mkdirSync(desk.at("private"));
    mkdirSync(desk.at("watched"));
    writeFileSync(desk.at("private/plan.txt"), "text");
    symlinkSync(desk.at("private"), desk.at("watched/sub"));
    const within = desk.at("watched");
    expect(await openSource(desk.at("watched/sub/plan.txt"), { within }).catch(codeOf)).toBe("file-unsuitable");
    const source = await openSource(desk.at("private/plan.txt"), { within: desk.at("private") });
    await source.close();
  });
});

describe("a source that changes meanwhile", () => {
  const changes: [string, (path: string) => unknown][] = [
    ["grows", (path) => writeFileSync(path, "text and more")],
    ["is saved anew with the same size", (path) => writeFileSync(path, "next")],
    ["is replaced", (path) => [writeFileSync(`${path}~`, "next"), renameSync(`${path}~`, path)]],
    ["becomes a link", (path) => [unlinkSync(path), symlinkSync("/etc/hostname", path)]],
    ["gets another mode", (path) => chmodSync(path, 0o600)],
    ["gets a second name", (path) => linkSync(path, desk.at("second"))],
    ["is deleted", (path) => unlinkSync(path)],
    ["is renamed", (path) => renameSync(path, desk.at("moved.txt"))],
  ];
  describe.each(changes)("because it %s", (_how, change) => {
    it.each(["plan.ptxt", "plan.txt"])("is left as it then is, at every step, for a result at %s", async (target) => {
      for (let n = 0, isOver = false; !isOver; n++) {
        writeFileSync(desk.at("plan.txt"), "text");
        utimesSync(desk.at("plan.txt"), 1_700_000_000, 1_700_000_000);
        let [step, isChanged] = [0, false];
        const ops = steppedFiles(nodeFiles, () => {
          if (step++ !== n || !isThere("plan.txt")) return;
          isChanged = true;
          change(desk.at("plan.txt"));
        });
        const result = await desk.seal("plan.txt", target, { ops });
        isOver = step <= n;
        const now = desk.files();
        if (["file-changed", "file-missing", "file-unsuitable"].includes(result)) {
          expect(isChanged, `step ${n}: ${result}`).toBe(true);
          expect([...now.values()], `step ${n}`).not.toContain(sealed("text"));
        } else
          expect(
            [...now.values()].some((text) => text.startsWith("sealed<")),
            `step ${n}: ${result}`,
          ).toBe(true);
        desk.expectNothingLeft();
        for (const name of now.keys()) unlinkSync(desk.at(name));
      }
    });
  });

  /** The clear file, and not its result of the same name. */
  const isThere = (name: string) => lstatSync(desk.at(name), { throwIfNoEntry: false })?.size === "text".length;
});

/** Swaps the document for a link to the secret and for a second name of it, and back, as fast as it can. */
const swapper = `
  const { linkSync, renameSync, symlinkSync, unlinkSync } = require("node:fs");
  const [doc, hold, secret] = process.argv.slice(1);
  const tryTo = (step, ...args) => { try { step(...args); return true; } catch { return false; } };
  process.stdout.write("ready");
  for (;;) {
    if (!tryTo(renameSync, doc, hold)) continue;
    for (const swap of [symlinkSync, linkSync]) if (tryTo(swap, secret, doc)) tryTo(unlinkSync, doc);
    for (let i = 0; i < 20000; i++);
    if (tryTo(linkSync, hold, doc)) unlinkSync(hold);
  }`;

it("cannot be swapped for another person's file while it is worked on", { timeout: 60_000 }, async () => {
  const untilMs = Date.now() + (process.env.SEALWRIGHT_LONG === "1" ? 50_000 : 1_500);
  mkdirSync(desk.at("private"));
  const secret = desk.at("private/secret.txt");
  writeFileSync(secret, "secret");
  while (Date.now() < untilMs) {
    writeFileSync(desk.at("plan.txt"), "text");
    const args = [desk.at("plan.txt"), desk.at("hold.txt"), secret];
    const racing = spawn(process.execPath, ["-e", swapper, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(racing, "close");
    await once(racing.stdout, "data");
    const outcomes: string[] = [];
    while (!isThere("plan.ptxt") && Date.now() < untilMs) outcomes.push(await desk.seal("plan.txt", "plan.ptxt"));
    racing.kill("SIGKILL");
    await ended;
    expect(outcomes.filter((one) => !/^(plan\.ptxt|file-(missing|changed|unsuitable))$/.test(one))).toEqual([]);
    expect(readFileSync(secret, "utf8")).toBe("secret");
    const left = readdirSync(desk.docs).filter((name) => name !== "private" && lstatSync(desk.at(name)).isFile());
    const contents = left.map((name) => readFileSync(desk.at(name), "utf8")).filter((text) => text !== "secret");
    expect(new Set(contents).size, `${left}`).toBe(1);
    expect([sealed("text"), "text"]).toContain(contents[0]);
    for (const name of readdirSync(desk.docs)) if (name !== "private") unlinkSync(desk.at(name));
  }
});

const isThere = (name: string) => lstatSync(desk.at(name), { throwIfNoEntry: false }) !== undefined;
