import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { cp, mkdtemp } from "node:fs/promises";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { askAgent, serveControl } from "../../agent/control.js";
import { homeAt, openHome } from "../../agent/home.js";
import { environment } from "../agent/account/scratch-home.js";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { seal, stop, type Trial, up } from "../scenarios/seal.js";

/** A second person on the same computer tries everything (threats T23, T24). */

const other = 65_534;

/** Runs a script as the other person; its lines. */
async function asOther(script: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, ["-e", script, ...args], { uid: other, gid: other, cwd: "/" });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => {
      said += piece;
    });
  await once(child, "close");
  return said.trim().split("\n");
}

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "seal-other-"));
  chmodSync(root, 0o755); // what is private has to be so by itself
});
afterAll(() => removeFolder(root));

describe("another person on this computer", () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await up(join(root, "trial"), await freePort());
  });
  afterAll(() => stop(trial, "SIGKILL"));

  it("cannot connect to the agent, nor list, read, write, rename, remove or open up anything of a home", async () => {
    const script = `
      const { connect } = require("node:net");
      const fs = require("node:fs");
      const [home] = process.argv.slice(1);
      const tried = (name, work) => {
        try { work(); console.log(name, "worked"); } catch (error) { console.log(name, error.code); }
      };
      tried("list", () => fs.readdirSync(home));
      tried("read", () => fs.readFileSync(home + "/account.json"));
      tried("write", () => fs.writeFileSync(home + "/watches.json", "{}"));
      tried("rename", () => fs.renameSync(home, home + ".mine"));
      tried("remove", () => fs.rmSync(home + "/agent.sock"));
      tried("open", () => fs.chmodSync(home, 0o777));
      connect(home + "/agent.sock")
        .on("connect", () => console.log("connect worked"))
        .on("error", ({ code }) => console.log("connect", code));
    `;
    const denied = ["list", "read", "write", "rename", "remove", "open", "connect"];
    const lines = await asOther(script, [trial.home]);
    expect(lines.map((line) => line.replace(/EPERM|EACCES/, "denied"))).toEqual(denied.map((name) => `${name} denied`));
    // nor when the folder around it was opened by accident: the socket has a mode of its own
    chmodSync(trial.home, 0o755);
    onTestFinished(() => chmodSync(trial.home, 0o700));
    chmodSync(join(root, "trial"), 0o755);
    expect((await asOther(script, [trial.home])).at(-1)).toBe("connect EACCES");
    chmodSync(trial.home, 0o700);
    expect((await seal(["watch", "status"], { home: trial.home })).code).toBe(0);
  });

  it("is told to use a home of their own, whatever its mode", async () => {
    const open = join(root, "open");
    await cp(trial.home, open, { recursive: true, filter: (path) => !path.endsWith(".sock") });
    chmodSync(open, 0o777);
    const run = await seal(["whoami"], { home: open, uid: other });
    expect(run).toMatchObject({ code: 2, text: "" });
    expect(run.err).toContain("belongs to another user; set SEALWRIGHT_HOME");
    const found = await seal(["doctor"], { home: open, uid: other });
    expect([found.code, found.text]).toEqual([1, expect.stringMatching(/^wrong +home +.* belongs to another user/m)]);
  });

  it("cannot be a second agent: of two that start at once one goes on, and the other says why not", async () => {
    const home = join(root, "two");
    await cp(trial.home, home, { recursive: true, filter: (path) => !path.endsWith(".sock") });
    const agents = [0, 1].map(() => {
      const agent = new URL("../../dist/agent.cjs", import.meta.url).pathname;
      const env = { ...process.env, SEALWRIGHT_HOME: home, SEALWRIGHT_KEYSTORE: "file" };
      const child = spawn(process.execPath, [agent], { env, stdio: ["ignore", "pipe", "pipe"] });
      onTestFinished(() => void child.kill("SIGKILL"));
      let err = "";
      child.stderr.on("data", (piece: Buffer) => {
        err += piece;
      });
      const ready = once(child.stdout, "data").then(() => "ready");
      const ended = once(child, "exit").then(([code]) => [code, err]);
      return { ready, ended };
    });
    const outcomes = await Promise.all(agents.map(({ ready, ended }) => Promise.race([ready, ended])));
    expect(outcomes).toContain("ready");
    expect(outcomes).toContainEqual([1, "seal: error: the agent is running already\n"]);
  });
});

describe("where a home's path is too long for a socket", () => {
  const longHome = () => openHome(join(root, "a".repeat(120), String(Math.random())));
  let server: Server | null = null;
  const serve = async (home: Awaited<ReturnType<typeof longHome>>) => {
    server = await serveControl(home, async () => "mine");
    onTestFinished(() => void server?.close());
  };

  /** Temporary files of this test, where anybody may write. */
  async function sharedTemporary(): Promise<string> {
    const folder = await mkdtemp(join(root, "tmp-"));
    chmodSync(folder, 0o1777);
    environment({ TMPDIR: folder, XDG_RUNTIME_DIR: null });
    return folder;
  }

  it("the agent listens in the folder that the session has for its user", async () => {
    const folder = await mkdtemp(join(root, "run-"));
    environment({ XDG_RUNTIME_DIR: folder });
    const home = await longHome();
    await serve(home);
    expect(home.socket.startsWith(`${folder}/sealwright-`)).toBe(true);
    expect(statSync(home.socket).mode & 0o777).toBe(0o600);
    expect(await askAgent(home, { ask: "status" })).toBe("mine");
  });

  it("or else in one that is made for them, with a place of its own for each home", async () => {
    const folder = await sharedTemporary();
    const home = await longHome();
    await serve(home);
    expect(home.socket.startsWith(`${folder}/sealwright-0/`)).toBe(true);
    expect(statSync(join(folder, "sealwright-0")).mode & 0o777).toBe(0o700);
    const tail = `${"b".repeat(100)}/.sealwright`;
    expect(homeAt(`/home/ada/${tail}`).socket).not.toBe(homeAt(`/home/bob/${tail}`).socket);
  });

  it.each<[string, number, number]>([
    ["of another user", other, 0o700],
    ["that others can enter", 0, 0o777],
  ])("it is noticed when there is a folder %s in that place", async (_what, owner, mode) => {
    const folder = await sharedTemporary();
    const place = join(folder, "sealwright-0");
    mkdirSync(place);
    chmodSync(place, mode);
    chownSync(place, owner, owner);
    const home = await longHome();
    for (const work of [serveControl(home, async () => "mine"), askAgent(home, { ask: "status" })])
      await expect(work).rejects.toThrow(
        /others could listen for you in .*; it must be a folder of yours with mode 0700/,
      );
  });

  it("a socket that another user put there first is noticed, and nothing is sent to it", async () => {
    const folder = await sharedTemporary();
    const home = await longHome();
    const place = join(folder, "sealwright-0");
    mkdirSync(place);
    chownSync(place, other, other);
    const squat = `require("node:net").createServer((s) => { console.log("asked"); s.end('{"answer":"forged"}\\n'); }).listen(${JSON.stringify(home.socket)}, () => console.log("listening"))`;
    const child = spawn(process.execPath, ["-e", squat], { uid: other, gid: other, cwd: "/" });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    child.stdout.on("data", (piece: Buffer) => {
      said += piece;
    });
    await once(child.stdout, "data");
    chownSync(place, 0, 0); // even if the folder were ours by now
    chmodSync(place, 0o700);
    expect(lstatSync(home.socket).uid).toBe(other);
    for (const work of [serveControl(home, async () => "mine"), askAgent(home, { ask: "status" })])
      await expect(work).rejects.toThrow(/belongs to another user; look who put it there/);
    expect(said).toBe("listening\n");
  });
});
