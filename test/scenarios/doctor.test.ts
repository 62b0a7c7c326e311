import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { seal, stop, type Trial, up } from "./seal.js";

/** Each thing that can be wrong is found, with what to do; nothing is changed by looking. */
describe("seal doctor", () => {
  let root: string;
  let trial: Trial;
  let homes = 0;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-doctor-"));
    trial = await up(join(root, "trial"), await freePort());
  });
  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  /** A copy of the writer's home, changed, looked at. */
  async function looked(change: (home: string) => Promise<unknown>, env: Record<string, string> = {}) {
    const home = join(root, `home-${++homes}`);
    await cp(trial.home, home, { recursive: true, filter: (path) => !path.endsWith(".sock") });
    await chmod(home, 0o700);
    await change(home);
    const run = await seal(["doctor", "--json"], { home, env });
    const findings = run.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    return { ...run, home, of: (check: string) => findings.find((one) => one.check === check) };
  }

  const changes: [what: string, check: string, says: RegExp, change: (home: string) => Promise<unknown>][] = [
    ["a home open to others", "home", /open to others/, (home) => chmod(home, 0o755)],
    ["a key that is gone", "device key", /vanished/, (home) => rm(join(home, "device.key"))],
    ["a damaged account", "signed in", /damaged/, (home) => writeFile(join(home, "account.json"), "{")],
    [
      "a folder that is gone",
      "folders",
      /missing: \/nowhere/,
      (home) => replaceIn(join(home, "watches.json"), trial.folder, "/nowhere"),
    ],
    ["no agent for watched folders", "agent", /not running, and folders are watched/, async () => {}],
    [
      "a service that is away",
      "service",
      /cannot be reached/,
      (home) => replaceIn(join(home, "account.json"), trial.service, "http://localhost:1"),
    ],
  ];
  it.each(changes)("finds %s", async (_what, check, says, change) => {
    const { code, of, text } = await looked(change);
    expect(of(check)).toMatchObject({
      state: "wrong",
      says: expect.stringMatching(says),
      next: expect.stringMatching(/./),
    });
    expect(code).toBe(1);
    for (const secret of await Promise.all(
      ["device.pass", "device.key"].map((name) => readFile(join(trial.home, name), "latin1")),
    ))
      expect(text).not.toContain(secret.slice(0, 8));
  });

  it("finds a clock that differs", async () => {
    const server = createServer((_request, answer) =>
      answer.writeHead(200, { date: new Date(Date.now() - 3_600_000).toUTCString() }).end(),
    );
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
    const { of } = await looked((home) =>
      replaceIn(join(home, "account.json"), trial.service, `http://localhost:${port}`),
    );
    server.close();
    expect(of("service")).toMatchObject({
      state: "wrong",
      says: "this computer's clock is 60 minutes ahead of the service's",
    });
  });

  it("notes what waits for the service, and changes nothing", async () => {
    const { of, home } = await looked((path) => writeFile(join(path, "outbox", "note"), "x"));
    expect(of("registrations")).toMatchObject({ state: "note", says: "1 wait until the service can be reached" });
    expect(await readFile(join(home, "outbox", "note"), "utf8")).toBe("x");
  });
});

async function replaceIn(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, "utf8");
  expect(text).toContain(from);
  await writeFile(path, text.replaceAll(from, to));
}
