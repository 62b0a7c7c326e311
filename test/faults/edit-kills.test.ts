import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { random, times } from "../scale.js";
import { environment, program, seal, stop, type Trial, until, up } from "../scenarios/seal.js";

/** kill -9 of `seal open`, of its program, or of both, at any moment while a document is edited. */

let root: string;
let trial: Trial;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "seal-edit-kill-"));
  trial = await up(join(root, "trial"), await freePort());
});
afterAll(async () => {
  await stop(trial, "SIGKILL");
  await removeFolder(root);
});

const at = (name: string) => join(root, name);
const victims = ["seal", "program", "both"] as const;

/** Saves 1, 2, 3 … and says of each that it is saved. */
async function editor(): Promise<string> {
  const script = `#!/bin/sh
echo $$ > '${at("pid")}'
for n in 1 2 3 4 5 6 7 8; do
  printf "state $n of the canary" > "$1.tmp" && mv "$1.tmp" "$1" && echo $n > '${at("saved.tmp")}' && mv '${at("saved.tmp")}' '${at("saved")}'
  sleep 0.4
done
`;
  await writeFile(at("editor.sh"), script);
  await chmod(at("editor.sh"), 0o755);
  return at("editor.sh");
}

const number = (name: string): Promise<number> =>
  readFile(at(name), "utf8").then(
    (text) => Number(text),
    () => 0,
  );

function open(path: string, opener: string): ChildProcess {
  const args = [program, "open", "--with", opener, path];
  return spawn(process.execPath, args, { env: environment({ home: trial.home }), stdio: "ignore" });
}

const kill = (pid: number) => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {} // over already
};

async function filesWith(text: string, folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const found = await Promise.all(files.map(async (path) => (await readFile(path)).includes(text)));
  return files.filter((_, i) => found[i]);
}

it(
  "loses nothing that was saved, doubles nothing, and leaves nothing clear",
  async () => {
    const opener = await editor();
    await writeFile(at("plan.txt"), "state 0 of the canary");
    expect(await seal(["protect", at("plan.txt"), "--label", trial.label], { home: trial.home })).toMatchObject({
      code: 0,
    });
    for (let round = 0; round < times(3); round++) {
      const victim = victims[round % victims.length]!;
      await Promise.all(["pid", "saved"].map((name) => rm(at(name), { force: true })));
      const opening = open(at("plan.ptxt"), opener);
      const ended = once(opening, "exit");
      await until("the program to save", () => number("saved"));
      await new Promise((resolve) => setTimeout(resolve, random() * 2500));
      if (victim !== "seal") kill(-(await number("pid")));
      if (victim !== "program") opening.kill("SIGKILL");
      await ended;
      const pid = await number("pid");
      if (victim === "seal") await until("the program to end", () => !isAlive(pid));
      const settled = await seal(["open", "--with", "/bin/true", at("plan.ptxt")], { home: trial.home });
      expect(settled, settled.err).toMatchObject({ code: 0 });
      const { text } = await seal(["cat", at("plan.ptxt")], { home: trial.home });
      const saved = Number(/^state (\d) of the canary$/.exec(text)?.[1]);
      expect(saved, `${victim}: ${text}`).toBeGreaterThanOrEqual(await number("saved"));
      expect((await readdir(root)).filter((name) => name.startsWith("plan"))).toEqual(["plan.ptxt"]);
      expect(await readdir(join(trial.home, "edits"))).toEqual([]);
      expect(await filesWith("of the canary", trial.home)).toEqual([]);
    }
  },
  60_000 + times(3) * 60_000,
);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
