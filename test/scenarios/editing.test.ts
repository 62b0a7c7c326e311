import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { makePackage, wordParts } from "../office-documents.js";
import { type Run, seal, stop, type Trial, up } from "./seal.js";

/** Editing with the real command line: each save of a program is an edition, whoever makes it and however it saves. */

/** Ways in which programs save: the content of `from` becomes that of the file `$1`. */
const ways = {
  "by writing over it": 'cat "$from" > "$1"',
  "by a new file in its place": 'cp "$from" "$1.new.tmp" && mv "$1.new.tmp" "$1"',
  "by setting the old one aside": 'mv "$1" "$1~" && cp "$from" "$1" && rm "$1~"',
  "in two halves": 'head -c 700 "$from" > "$1"; sleep 0.6; tail -c +701 "$from" >> "$1"',
};

describe.sequential("editing", () => {
  let root: string;
  let trial: Trial;
  const homes: Record<string, string> = {};
  const at = (name: string) => join(root, name);
  const as = (role: string, ...args: string[]): Promise<Run> => seal(args, { home: homes[role]!, cwd: root });
  const report = async (role: string, ...args: string[]) => JSON.parse((await as(role, ...args, "--json")).text);
  const contentOf = async (name: string) => (await as("writer", "cat", name)).out;

  /** A program that does `script` with the file as `$1`. */
  async function program(script: string): Promise<string> {
    const path = at(`program-${Math.random()}.sh`);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }
  const edit = async (role: string, name: string, script: string, ...args: string[]): Promise<Run> =>
    as(role, "open", "--with", await program(script), ...args, name);
  const document = (name: string, text: string): string => {
    makePackage(at(name), wordParts(text));
    return at(name);
  };
  async function protect(name: string, ...how: string[]): Promise<void> {
    const made = await as("writer", "protect", "--no-ppdf", ...(how.length > 0 ? how : ["--label", trial.label]), name);
    expect(made, made.err).toMatchObject({ code: 0 });
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-editing-"));
    trial = await up(at("trial"), await freePort());
    homes.writer = trial.home;
    homes.colleague = at("colleague");
    const { user, password } = trial.people.find(({ role }) => role === "colleague")!;
    const args = ["login", trial.service, "--user", user, "--password-stdin"];
    expect(await seal(args, { home: homes.colleague, input: password })).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it.each(Object.entries(ways))("protects what a program saves %s", async (way, save) => {
    const name = `${way}.docx`;
    document(name, "first");
    const second = document("second.zip", `second, ${way}`);
    await protect(name);
    await chmod(at(name), 0o640);
    await utimes(at(name), new Date(1e12), new Date(1e12));
    const edited = await edit("colleague", name, `from='${second}'; ${save}`, "--json");
    expect(edited, edited.err).toMatchObject({ code: 0 });
    expect(JSON.parse(edited.text)).toMatchObject({ path: name, edition: 2, saves: 1 });
    expect((await contentOf(name)).equals(await readFile(second))).toBe(true);
    const { mode, mtimeMs } = await stat(at(name));
    expect(mode & 0o777).toBe(0o640);
    expect(Date.now() - mtimeMs).toBeLessThan(120_000);
    expect(await report("writer", "status", name)).toMatchObject({ state: "protected", edition: 2 });
    expect(await readdir(join(homes.colleague!, "edits"))).toEqual([]);
  });

  it("protects each save as the program goes on, by editor and publisher in turn", async () => {
    await writeFile(at("turns.txt"), "0\n");
    await protect("turns.txt");
    const twice = 'echo 1 >> "$1"; sleep 1.5; echo 2 >> "$1"';
    expect(JSON.parse((await edit("colleague", "turns.ptxt", twice, "--json")).text)).toMatchObject({ edition: 3 });
    expect(await edit("writer", "turns.ptxt", 'echo 3 >> "$1"')).toMatchObject({ code: 0 });
    const writer = { address: trial.people.find(({ role }) => role === "writer")!.user, isPublisher: true };
    expect(await report("colleague", "status", "turns.ptxt")).toMatchObject({ edition: 4, savedBy: writer });
    expect((await contentOf("turns.ptxt")).toString()).toBe("0\n1\n2\n3\n");
  });

  it("leaves a document alone that nobody changed", async () => {
    await writeFile(at("still.txt"), "still");
    await protect("still.txt");
    const before = await stat(at("still.ptxt"));
    const opened = await edit("colleague", "still.ptxt", 'exec 3< "$1"; sleep 0.5', "--json");
    expect(JSON.parse(opened.text)).toMatchObject({ edition: 1, saves: 0 });
    expect((await stat(at("still.ptxt"))).ino).toBe(before.ino);
  });

  it("puts changes beside a document that somebody else changed meanwhile", async () => {
    await writeFile(at("both.txt"), "before");
    await protect("both.txt");
    await copyFile(at("both.ptxt"), at("theirs.ptxt"));
    expect(await edit("writer", "theirs.ptxt", 'printf theirs > "$1"')).toMatchObject({ code: 0 });
    const mine = `mv '${at("theirs.ptxt")}' '${at("both.ptxt")}'; printf mine > "$1"; sleep 1; printf mine2 > "$1"`;
    const edited = await edit("colleague", "both.ptxt", mine);
    expect(edited, edited.err).toMatchObject({ code: 0 });
    expect(edited.err).toContain("somebody else changed both.ptxt");
    expect((await contentOf("both.ptxt")).toString()).toBe("theirs");
    expect((await contentOf("both (conflicted copy).ptxt")).toString()).toBe("mine2");
    expect((await readdir(root)).filter((name) => name.startsWith("both"))).toHaveLength(2);
  });

  it("puts a document that was moved away back in its place, changed; the other stays as it was", async () => {
    await writeFile(at("moved.txt"), "before");
    await protect("moved.txt");
    const edited = await edit(
      "colleague",
      "moved.ptxt",
      `mv '${at("moved.ptxt")}' '${at("away.ptxt")}'; echo x > "$1"`,
    );
    expect(edited.err).toContain("was moved or deleted meanwhile");
    expect((await contentOf("moved.ptxt")).toString()).toBe("x\n");
    expect((await contentOf("away.ptxt")).toString()).toBe("before");
  });

  it("puts half a file beside the document, never in its place", async () => {
    const name = "half.docx";
    document(name, "whole");
    await protect(name);
    const clear = await contentOf(name);
    const edited = await edit(
      "colleague",
      name,
      'head -c 300 "$1" > "$1.tmp"; cat "$1.tmp" > "$1"; rm "$1.tmp"; kill -9 $$',
    );
    expect(edited.err).toContain("is not whole");
    expect((await contentOf(name)).equals(clear)).toBe(true);
    expect((await contentOf("half (incomplete).docx")).length).toBe(300);
  });

  it("protects what was saved under another name, and says what it cannot", async () => {
    const name = "named.docx";
    document(name, "named");
    const other = document("other.zip", "another");
    await protect(name);
    const script = `cp '${other}' "$(dirname "$1")/report.docx"; echo x > "$(dirname "$1")/table.csv"; touch "$1"`;
    const edited = await edit("colleague", name, script);
    expect(edited.err).toContain("table.csv was saved too; it is not protected");
    expect(await readFile(at("table.csv"), "utf8")).toBe("x\n");
    expect((await contentOf("report.docx")).equals(await readFile(other))).toBe(true);
    expect(await report("colleague", "rights", "report.docx")).toMatchObject({ owner: trial.people[1]!.user });
    expect(await readdir(join(homes.colleague!, "edits"))).toEqual([]);
  });

  it("lets nothing of another kind out of the hands of who may edit and not export", async () => {
    const { user } = trial.people.find(({ role }) => role === "colleague")!;
    await writeFile(at("inside.txt"), "inside");
    await protect("inside.txt", "--grant", `${user}:VIEW+EDIT`);
    const edited = await edit("colleague", "inside.ptxt", 'echo out > "$(dirname "$1")/out.csv"; touch "$1"');
    expect(edited.err).toContain("out.csv was not kept");
    expect(await readdir(root)).not.toContain("out.csv");
  });

  it("is for those who may; others get a copy to look at, which nobody keeps", async () => {
    const { user } = trial.people.find(({ role }) => role === "colleague")!;
    await writeFile(at("look.dwg"), "look");
    await protect("look.dwg", "--grant", `${user}:VIEW`);
    const looked = await edit("colleague", "look.dwg.pfile", 'exec 3< "$1"; sleep 0.5; chmod u+w "$1"; echo x > "$1"');
    expect(looked.err).toContain("to look at");
    expect((await contentOf("look.dwg.pfile")).toString()).toBe("look");
  });

  it("keeps sealed what is withdrawn meanwhile, and saves it when the document is given back", async () => {
    await writeFile(at("gone.txt"), "before");
    await protect("gone.txt");
    const revoke = `SEALWRIGHT_HOME='${homes.writer}' '${process.execPath}' bin/seal.mjs revoke '${at("gone.ptxt")}'`;
    const edited = await edit(
      "colleague",
      "gone.ptxt",
      `(cd '${process.cwd()}' && ${revoke}) && echo "a canary" > "$1"`,
    );
    expect(edited, edited.err).toMatchObject({ code: 3 });
    expect(edited.err).toContain("kept on this computer, sealed");
    const kept = (await readdir(join(homes.colleague!, "edits"), { recursive: true })).map((one) => basename(one));
    expect(kept.sort().slice(1)).toEqual(["kept", "record.json"]);
    for (const name of await readdir(join(homes.colleague!, "edits")))
      expect((await readFile(join(homes.colleague!, "edits", name, "kept"))).includes("canary")).toBe(false);
    expect(await as("colleague", "open", "gone.ptxt")).toMatchObject({ code: 3 });
    expect((await contentOf("gone.ptxt")).toString()).toBe("before");
    expect(await as("writer", "restore", "gone.ptxt")).toMatchObject({ code: 0 });
    const again = await edit("colleague", "gone.ptxt", 'cp "$1" /dev/null; exec 3< "$1"; sleep 0.5', "--json");
    expect(again.err).toContain("gone.ptxt was saved and is protected");
    expect(JSON.parse(again.text)).toMatchObject({ edition: 2, saves: 0 });
    expect((await contentOf("gone.ptxt")).toString()).toBe("a canary\n");
    expect(await readdir(join(homes.colleague!, "edits"))).toEqual([]);
  });

  it("keeps sealed what has no place to go, and puts it there when there is one", async () => {
    await writeFile(at("homeless.txt"), "before");
    await protect("homeless.txt");
    const folder = at("folder");
    await mkdir(folder);
    await rename(at("homeless.ptxt"), join(folder, "homeless.ptxt"));
    const edited = await edit(
      "colleague",
      "folder/homeless.ptxt",
      `mv '${folder}' '${folder}.away'; echo after > "$1"`,
    );
    expect(edited, edited.err).toMatchObject({ code: 1 });
    await rename(`${folder}.away`, folder);
    expect((await as("colleague", "open", "--with", "/bin/true", "folder/homeless.ptxt")).err).toContain("was saved");
    expect((await contentOf("folder/homeless.ptxt")).toString()).toBe("after\n");
  });
});
