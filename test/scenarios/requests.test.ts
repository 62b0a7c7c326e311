import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { type Run, seal, stop, type Trial, up } from "./seal.js";

/** `seal requests`: who is refused asks, the owner answers, and the same file opens. */
describe("asking for access", () => {
  let root: string;
  let trial: Trial;
  const ada = (...args: string[]): Promise<Run> => seal(args, { home: trial.home, cwd: root });
  const olga = (...args: string[]): Promise<Run> => seal(args, { home: join(root, "outsider"), cwd: root });

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-requests-"));
    trial = await up(join(root, "trial"), await freePort());
    const { user, password } = trial.people.find((one) => one.role === "outsider")!;
    const login = ["login", trial.service, "--user", user, "--password-stdin"];
    expect(await seal(login, { home: join(root, "outsider"), input: password })).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("lets in who was refused, without the file being sent again", async () => {
    await writeFile(join(root, "plan.dat"), "the plan");
    expect(await ada("protect", "plan.dat", "--grant", "bob@trial.example:VIEW")).toMatchObject({ code: 0 });
    expect(await olga("cat", "plan.dat.pfile")).toMatchObject({ code: 3 });
    const asked = await olga("requests", "ask", "plan.dat.pfile", "--reason", "I take\nover from  Eve", "--json");
    expect(asked, asked.err).toMatchObject({ code: 0 });
    expect(JSON.parse(asked.text)).toMatchObject({
      path: "plan.dat.pfile",
      state: "protected",
      asked: expect.any(String),
    });
    const [request, ...others] = (await ada("requests", "--json")).text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      state: "waiting",
      address: "olga@outside.example",
      reason: "I take over from Eve",
    });
    expect(request.document).toBe("plan.dat");
    const granted = await ada("requests", "grant", request.id, "--json");
    expect(granted, granted.err).toMatchObject({ code: 0 });
    expect(JSON.parse(granted.text)).toMatchObject({ id: request.id, state: "granted" });
    expect(await olga("cat", "plan.dat.pfile")).toMatchObject({ code: 0, text: "the plan" });
  });

  it("says what is wrong with a reason, an id and rights before anything is asked", async () => {
    for (const wrong of [
      ["ask", "plan.dat.pfile"],
      ["ask", "plan.dat.pfile", "--reason", "  "],
      ["ask", "plan.dat.pfile", "--reason", "a".repeat(501)],
      ["grant", "not-an-id"],
      ["refuse", "not-an-id"],
      ["grant", "00000000-0000-4000-8000-000000000000", "--rights", "DANCE"],
    ])
      expect(await olga("requests", ...wrong), wrong.join(" ")).toMatchObject({ code: 2, text: "" });
    expect(await olga("requests", "refuse", "00000000-0000-4000-8000-000000000000")).toMatchObject({ code: 1 });
  });
});
