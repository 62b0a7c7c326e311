import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { type Run, seal, stop, type Trial, up } from "./seal.js";

/** `seal share`: somebody may open a file besides those who may already. */
describe("sharing", () => {
  let root: string;
  let trial: Trial;
  const at = (...names: string[]) => join(root, ...names);
  const run = (home: string, ...args: string[]): Promise<Run> => seal(args, { home, cwd: root });
  const ada = async (...args: string[]): Promise<Run> => {
    const done = await run(trial.home, ...args);
    expect(done, done.err).toMatchObject({ code: 0 });
    return done;
  };
  const bob = (...args: string[]) => run(at("colleague"), ...args);
  const olga = (...args: string[]) => run(at("outsider"), ...args);
  const rightsOf = ({ text, err }: Run): string[] => {
    expect(text, err).not.toBe("");
    return JSON.parse(text).rights;
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-share-"));
    trial = await up(at("trial"), await freePort());
    for (const role of ["colleague", "outsider"]) {
      const { user, password } = trial.people.find((one) => one.role === role)!;
      const login = ["login", trial.service, "--user", user, "--password-stdin"];
      expect(await seal(login, { home: at(role), input: password })).toMatchObject({ code: 0 });
    }
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("of a protected file adds to what each may do, and takes nothing from anybody", async () => {
    await writeFile(at("plan.dat"), "the plan");
    await ada("protect", "plan.dat", "--grant", "bob@trial.example:VIEW+PRINT", "--expires", "30d");
    const { expires } = JSON.parse((await bob("rights", "--json", "plan.dat.pfile")).text);
    expect(await olga("cat", "plan.dat.pfile")).toMatchObject({ code: 3 });
    const to = ["--to", "Olga@outside.example", "--to", "bob@trial.example:REPLY"];
    const told = JSON.parse((await ada("share", "plan.dat.pfile", ...to, "--no-mail", "--json")).text);
    expect(told).toMatchObject({ state: "protected", version: 1, shrank: false, expires });
    expect((await olga("cat", "plan.dat.pfile")).text).toBe("the plan");
    expect(rightsOf(await bob("rights", "--json", "plan.dat.pfile"))).toEqual(["VIEW", "PRINT", "REPLY"]);
    const again = JSON.parse((await ada("share", "plan.dat.pfile", ...to, "--no-mail", "--json")).text);
    expect(again).toMatchObject({ version: 1, amended: null });
  });

  it("of a clear file leaves it, with a copy for those who are named alone", async () => {
    await mkdir(at("offers"));
    await writeFile(at("offers", "one.txt"), "one");
    await ada("share", "offers", "--to", "olga@outside.example:Reviewer", "--out", "to-send", "--no-mail");
    expect(readFileSync(at("offers", "one.txt"), "utf8")).toBe("one");
    expect(readdirSync(at("to-send"))).toEqual(["one.ptxt"]);
    expect(rightsOf(await olga("rights", "--json", "to-send/one.ptxt"))).toContain("EDIT");
    expect(await bob("rights", "to-send/one.ptxt")).toMatchObject({ code: 3 });
    await ada("share", "offers/one.txt", "--to", "@trial.example", "--no-mail");
    expect(readdirSync(at("offers")).sort()).toEqual(["one.ptxt", "one.txt"]);
    expect(rightsOf(await bob("rights", "--json", "offers/one.ptxt"))).not.toContain("EXPORT");
  });

  it("is for those who may, names whom it is with, and does the other files all the same", async () => {
    await writeFile(at("mine.dat"), "mine");
    await ada("protect", "mine.dat", "--grant", "bob@trial.example:VIEW");
    expect(await bob("share", "mine.dat.pfile", "--to", "olga@outside.example")).toMatchObject({ code: 3, text: "" });
    for (const wrong of [[], ["--to", "bob"], ["--to", "bob@trial.example:DANCE"]])
      expect(await run(trial.home, "share", "mine.dat.pfile", ...wrong), wrong.join(" ")).toMatchObject({ code: 2 });
    const some = await run(
      trial.home,
      "share",
      "nowhere",
      "mine.dat.pfile",
      "--to",
      "olga@outside.example",
      "--json",
      "--no-mail",
    );
    expect(some.code).toBe(7);
    const lines = some.text.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).state)).toEqual(["failed", "protected"]);
    expect((await olga("cat", "mine.dat.pfile")).text).toBe("mine");
  });
});
