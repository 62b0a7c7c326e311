import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, realpath, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { seal, stop, type Trial, up } from "./seal.js";
import { answerTo, matches, normalise, parseTranscript } from "./transcript.js";

/** Each file in `transcripts/` is played against one trial; a new one needs nothing but to be there. */
const folder = new URL("./transcripts/", import.meta.url).pathname;
const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;

describe("transcripts", () => {
  let root: string;
  let trial: Trial;

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), "seal-transcripts-")));
    await mkdir(join(root, "bin"));
    await writeFile(join(root, "bin/seal"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
    await chmod(join(root, "bin/seal"), 0o755);
    trial = await up(join(root, "trial"), await freePort());
    await mkdir(join(root, "homes"));
    await symlink(trial.home, join(root, "homes/writer"));
    for (const { role, user, password } of trial.people.filter((one) => one.role !== "writer")) {
      const login = ["login", trial.service, "--user", user, "--password-stdin"];
      expect(await seal(login, { home: join(root, "homes", role), input: password })).toMatchObject({ code: 0 });
    }
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  /** What commands find: who they are, and the passwords of the four by role. */
  const environment = () => ({
    PATH: `${join(root, "bin")}:${process.env.PATH}`,
    SEALWRIGHT_KEYSTORE: "file",
    SEALWRIGHT_HOME: trial.home,
    HOMES: join(root, "homes"),
    SERVICE: trial.service,
    WATCHED: trial.folder,
    ...Object.fromEntries(trial.people.map(({ role, password }) => [`PASSWORD_${role}`, password])),
  });

  it.each(readdirSync(folder).filter((name) => name.endsWith(".txt")))(
    "%s is what a person sees",
    async (name) => {
      const cwd = join(root, name.replace(".txt", ""));
      await mkdir(cwd);
      const known = { HERE: cwd, WATCHED: trial.folder, SERVICE: trial.service, HOMES: join(root, "homes") };
      const passwords = trial.people.map(({ role, password }) => [`PASSWORD_${role}`, password]);
      const [expected, seen]: [string[], string[]] = [[], []];
      for (const { command, answer } of parseTranscript(readFileSync(join(folder, name), "utf8"))) {
        const said = normalise(await answerTo(command, cwd, environment()), {
          ...known,
          ...Object.fromEntries(passwords),
        });
        expected.push(`$ ${command}`, ...answer, "");
        seen.push(`$ ${command}`, ...(matches(answer, said.split("\n")) ? answer : [said]), "");
      }
      expect(seen.join("\n")).toBe(expected.join("\n"));
    },
    120_000,
  );

  it("notice what is not as written", () => {
    const [step] = parseTranscript("# words\n$ seal x\none\n…\nlast\n\n");
    expect(step).toEqual({ command: "seal x", answer: ["one", "…", "last"] });
    expect(matches(step!.answer, ["one", "last"])).toBe(true);
    expect(matches(step!.answer, ["one", "two", "three", "last"])).toBe(true);
    expect(matches(step!.answer, ["one", "two"])).toBe(false);
    expect(matches([""], ["(exit 1)"])).toBe(false);
  });
});
