import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askAgent, serveControl } from "../../agent/control.js";
import { type Home, openHome } from "../../agent/home.js";
import { codeOf } from "../../shared/errors.js";

describe("the control socket", () => {
  let home: Home;
  let server: Server | null = null;

  beforeEach(async () => {
    home = await openHome(join(mkdtempSync(join(tmpdir(), "seal-control-")), "home"));
  });

  afterEach(() => {
    server?.close();
    server = null;
    rmSync(home.path, { recursive: true, force: true });
  });

  it("answers, and only its user can reach it", async () => {
    expect(await askAgent(home, { ask: "status" })).toBeNull();
    server = await serveControl(home, async (request) => ({ was: request.ask }));
    expect(await askAgent(home, { ask: "reload" })).toEqual({ was: "reload" });
    expect(statSync(home.socket).mode & 0o777).toBe(0o600);
    expect(statSync(home.path).mode & 0o777).toBe(0o700);
  });

  it("takes over what a killed agent left, and not what a living one holds", async () => {
    const listen = `require("node:net").createServer().listen(${JSON.stringify(home.socket)}, () => process.kill(process.pid, 9))`;
    spawnSync(process.execPath, ["-e", listen]);
    expect(lstatSync(home.socket).isSocket()).toBe(true);
    server = await serveControl(home, async () => "first");
    expect(await serveControl(home, async () => "second").catch(codeOf)).toBe("busy");
    expect(await askAgent(home, { ask: "status" })).toBe("first");
  });

  it.each<[what: string, put: (path: string) => unknown]>([
    ["a file", (path) => writeFileSync(path, "kept")],
    ["a folder", (path) => mkdirSync(path)],
    ["a link to another socket", (path) => symlinkSync("/run/other.sock", path)],
  ])("says so when %s is in its place, and leaves it there", async (_what, put) => {
    put(home.socket);
    for (const work of [() => serveControl(home, async () => "mine"), () => askAgent(home, { ask: "status" })])
      await expect(work()).rejects.toThrow(/agent\.sock is no socket; look who put it there, and remove it/);
    expect(lstatSync(home.socket)).toBeDefined();
  });

  it("is not taken over from an agent that has much to do", async () => {
    let release = (_answer: unknown) => {};
    server = await serveControl(home, () => new Promise((resolve) => (release = resolve)));
    expect(await askAgent(home, { ask: "status" }, 100).catch(codeOf)).toBe("busy");
    const late = askAgent(home, { ask: "reload" }, 60_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    release("at last");
    expect(await late).toBe("at last");
  });

  it.each(["not json\n", '{"ask":"else"}\n', "null\n", "x".repeat(10_000)])(
    "hangs up on %j and lives on",
    async (line) => {
      server = await serveControl(home, async () => "fine");
      const socket = createConnection(home.socket);
      socket.on("error", () => undefined);
      socket.write(line);
      await new Promise((resolve) => socket.on("close", resolve));
      expect(await askAgent(home, { ask: "status" })).toBe("fine");
    },
  );
});
