import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { seal, until } from "../scenarios/seal.js";
import { type ScratchService, scratchService } from "../service/licensing/scratch-service.js";
import { scratchFolder } from "../service/scratch.js";

/** What a session leaves behind: nothing of the content, wherever one looks (threat T26). */

vi.setConfig({ testTimeout: 120_000 });

const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;
const canary = `canary-${randomBytes(12).toString("hex")}`;
const content = `${canary}\n`.repeat(2000);

/** Ways in which the content, or its beginning, could have been written down. */
const spellings = [
  Buffer.from(canary),
  Buffer.from(canary, "utf16le"),
  Buffer.from(Buffer.from(canary).toString("hex")),
  Buffer.from(Buffer.from(content).toString("base64").slice(0, 36)),
];

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Files that hold some of it. */
async function holders(...folders: string[]): Promise<string[]> {
  const files = (await Promise.all(folders.map(filesUnder))).flat();
  const found = await Promise.all(
    files.map(async (path) => {
      const bytes = await readFile(path).catch(() => Buffer.alloc(0)); // gone meanwhile
      return spellings.some((spelling) => bytes.includes(spelling)) ? [path] : [];
    }),
  );
  return found.flat();
}

/** A person with everything that programs write to below one folder. */
async function desk() {
  const service: ScratchService = await scratchService();
  const root = await scratchFolder();
  const [home, temporary, docs, out] = ["home", "tmp", "docs", "out"].map((name) => join(root, name));
  for (const folder of [temporary, docs]) await mkdir(folder!);
  const env = { TMPDIR: temporary!, HOME: root, XDG_RUNTIME_DIR: temporary!, XDG_CACHE_HOME: temporary! };
  const run = (args: string[], more: Record<string, string> = {}, input = "") =>
    seal(args, { home: home!, cwd: docs!, env: { ...env, ...more }, input });
  const { user, password } = service.people.writer;
  const login = await run(["login", service.origin, "--user", user, "--password-stdin"], {}, password);
  expect(login.code, login.err).toBe(0);
  const looked = () => holders(root, service.config.dataFolder);
  return { service, root, home: home!, docs: docs!, out: out!, env, run, looked };
}

/** A program that opens a file, says so, and lets go of it when told. */
async function viewer(folder: string) {
  const [opener, held, letGo, gone] = ["viewer.sh", "held", "let-go", "gone"].map((name) => join(folder, name));
  await writeFile(
    opener!,
    `#!/bin/sh\nexec 3< "$1"\necho "$1" > '${held}'\nwhile [ -e "$0" ] && [ ! -e '${letGo}' ]; do sleep 0.05; done\ntouch '${gone}'\n`,
  );
  await chmod(opener!, 0o700);
  const shows = () => until("the program to have it open", () => readFile(held!, "utf8").catch(() => ""));
  const reset = () => Promise.all([held, letGo, gone].map((path) => rm(path!, { force: true })));
  const hasGone = () => until("the program to end", () => existsSync(gone!));
  return { opener: opener!, shows, letGo: () => writeFile(letGo!, ""), hasGone, reset };
}

describe("a session", () => {
  it("leaves nothing in clear: home, temporary files, the service's data, its log", async () => {
    const { service, root, docs, out, run, looked } = await desk();
    const show = await viewer(root);
    await writeFile(join(docs, "plan.dwg"), content);
    await writeFile(join(docs, "notes.txt"), content);
    expect(await looked()).toHaveLength(2); // whoever looks does find it
    for (const name of ["plan.dwg", "notes.txt"])
      expect((await run(["protect", name, "--label", "Confidential/Project"])).code).toBe(0);
    expect(await looked()).toEqual([]);
    expect((await run(["cat", "plan.dwg.pfile"])).text).toBe(content);
    for (const command of ["status", "rights", "track"]) await run([command, "--json", "plan.dwg.pfile", "notes.ptxt"]);
    expect((await run(["label", "plan.dwg.pfile", "--label", "Confidential/All employees"])).code).toBe(0);
    expect((await run(["cat", "-"], {}, "no protected file")).code).toBe(6);

    const opening = run(["open", "plan.dwg.pfile"], { SEALWRIGHT_OPENER: show.opener });
    const clear = (await show.shows()).trim();
    expect(await looked()).toEqual([clear]);
    for (let folder = clear; folder !== root; folder = join(folder, ".."))
      if (folder.includes("sessions/")) expect((await stat(folder)).mode & 0o077, folder).toBe(0);
    await show.letGo();
    expect((await opening).code).toBe(0);
    expect(await looked()).toEqual([]);

    expect((await run(["unprotect", "plan.dwg.pfile", "--out", out])).code).toBe(0);
    expect(await looked()).toEqual([join(out, "plan.dwg")]);
    expect(service.log.join("\n")).not.toContain(canary);
  });

  it("that was killed leaves what it showed to its user only, and the next one erases it", async () => {
    const { root, home, docs, env, run, looked } = await desk();
    const show = await viewer(root);
    for (const name of ["plan.dwg", "other.dwg"]) await writeFile(join(docs, name), content);
    for (const name of ["plan.dwg", "other.dwg"])
      expect((await run(["protect", name, "--label", "Confidential/Project"])).code).toBe(0);
    const all = {
      ...process.env,
      ...env,
      SEALWRIGHT_HOME: home,
      SEALWRIGHT_KEYSTORE: "file",
      SEALWRIGHT_OPENER: show.opener,
    };
    const child: ChildProcess = spawn(process.execPath, [program, "open", "plan.dwg.pfile"], {
      cwd: docs,
      env: all,
      stdio: "ignore",
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const clear = (await show.shows()).trim();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await looked()).toEqual([clear]);
    await show.letGo();
    await show.hasGone();
    await show.reset();
    const opening = run(["open", "other.dwg.pfile"], { SEALWRIGHT_OPENER: show.opener });
    await show.shows();
    expect(await looked()).not.toContain(clear);
    await show.letGo();
    await opening;
    expect(await looked()).toEqual([]);
  });
});
