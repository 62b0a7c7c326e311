import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { removeFolder } from "../folders.js";

const root = dirname(dirname(import.meta.dirname));
let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), "sealwright-"));
  for (const folder of ["bin", "scripts", "addin/icons", "viewer/icons"])
    await cp(join(root, folder), join(copy, folder), { recursive: true });
  await cp(join(root, "package.json"), join(copy, "package.json"));
  await symlink(join(root, "node_modules"), join(copy, "node_modules"), "dir");
});
afterEach(() => removeFolder(copy));

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
const others = [
  "agent/main.ts",
  "agent/bulk/segment-worker.ts",
  "service/main.ts",
  "service/custody/rsa-worker.ts",
  "service/custody/pkcs12-worker.ts",
  "viewer/main.tsx",
  "viewer/local.ts",
  "viewer/signed-in.ts",
  "viewer/requests/main.tsx",
  "viewer/render/main.ts",
  "viewer/render/pdf-main.ts",
  "viewer/render/pdf-worker.ts",
  "viewer/render/tiff-worker.ts",
  "viewer/from-page.ts",
  "viewer/shell/worker.ts",
  "addin/taskpane.tsx",
  "addin/mail/main.tsx",
  "addin/send.ts",
  "addin/sign-in.ts",
];

/** A command line that says one thing. */
const saying = (what: string) => `export const main = (words: string[]): void => console.log(${what});\n`;

/** A tree of sources with `text` as the command line's. */
async function program(text: string): Promise<void> {
  for (const path of ["agent/cli/main.ts", ...others]) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), path.includes("cli") ? text : `console.log("${path}");\n`);
  }
}

it("seal says what to do when nothing has been built", () => {
  const { status, stdout, stderr } = node("bin/seal.mjs", "status");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("npm run build");
});

it("the build makes programs that seal starts, says nothing, and leaves nothing else behind", async () => {
  await program(saying('words.join(" ")'));
  expect(node("scripts/build.mjs")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  const served = await readdir(join(copy, "dist/viewer"));
  const pages = served
    .filter((name) => name.endsWith(".js") && !name.startsWith("pdfjs-"))
    .map((name) => name.replace(/-[A-Z0-9]{8}\.js$/, ""));
  const ofViewer = ["content", "hand-over", "local", "pdf", "requests", "shell-worker", "signed-in", "viewer"];
  const ofAddIn = ["addin-events.js", "mail-pane", "office-sign-in", "taskpane"]; // manifests name the first
  expect(pages.sort()).toEqual([...ofViewer, ...ofAddIn].sort());
  expect(served.filter((name) => name.endsWith(".png"))).toHaveLength(5);
  for (const part of ["worker.js", "openjpeg.wasm", "UniJIS-UTF16-H.bcmap", "FoxitSerif.pfb"])
    expect(served.some((name) => name.startsWith("pdfjs-") && name.endsWith(part))).toBe(true);
  const workers = ["pkcs12-worker", "rsa-worker", "segment-worker"].map((name) => `${name}.js`);
  const programs = [...workers, "agent.cjs", "seal.cjs", "service.cjs"].flatMap((name) => [name, `${name}.map`]);
  const made = (await readdir(join(copy, "dist"))).map((name) => name.replace(/\.[0-9a-f]{16}\.cache$/, ".cache"));
  expect(made.sort()).toEqual([...programs, "seal.cjs.cache", "viewer"].sort());
  expect(node("bin/seal.mjs", "status", "--json").stdout).toBe("status --json\n");
});

it("a build replaces a program as a whole, and one that fails leaves it alone", async () => {
  await program(saying("1"));
  node("scripts/build.mjs");
  const built = join(copy, "dist/seal.cjs");
  const first = { inode: (await stat(built)).ino, text: await readFile(built, "utf8") };
  await program("console.log(;\n");
  expect(node("scripts/build.mjs").status).not.toBe(0);
  expect(await readFile(built, "utf8")).toBe(first.text);
  await program(saying("2"));
  node("scripts/build.mjs");
  expect((await stat(built)).ino).not.toBe(first.inode);
  expect(await readFile(built, "utf8")).toContain("console.log(2)");
});

it("a build leaves what another made for a day, for programs that started before, and no longer", async () => {
  await program(saying("1"));
  node("scripts/build.mjs");
  const [old, young] = ["service.js", "chunk-YOUNG.js"].map((name) => join(copy, "dist", name));
  for (const path of [old!, young!]) await writeFile(path, "");
  const before = new Date(Date.now() - 25 * 3_600_000);
  await utimes(old!, before, before);
  node("scripts/build.mjs");
  expect([existsSync(old!), existsSync(young!)]).toEqual([false, true]);
});

it("seal starts from what was kept of its last build alone, and without it", async () => {
  const cache = async () => (await readdir(join(copy, "dist"))).filter((name) => name.endsWith(".cache"));
  await program(saying('["the words", words.length + 1000].join()'));
  node("scripts/build.mjs");
  const before = await cache();
  await program(saying('["the words", words.length + 2000].join()')); // as long
  node("scripts/build.mjs");
  const after = await cache();
  expect([before.length, after.length]).toEqual([1, 1]);
  expect(after).not.toEqual(before);
  const path = join(copy, "dist", after[0]!);
  const kept = await readFile(path);
  const damaged = Buffer.from(kept.toString("latin1").replace("the words", "the sword"), "latin1");
  expect(damaged.equals(kept)).toBe(false);
  for (const bytes of [kept, damaged, kept.subarray(0, kept.length / 2), Buffer.alloc(kept.length), Buffer.from("x")]) {
    await writeFile(path, bytes);
    expect(node("bin/seal.mjs", "a", "b")).toMatchObject({ status: 0, stdout: "the words,2002\n", stderr: "" });
  }
  await rm(path);
  expect(node("bin/seal.mjs")).toMatchObject({ status: 0, stdout: "the words,2000\n", stderr: "" });
});

it("names a program of the system that is missing, and the one command that brings it", () => {
  const script = `import { ensureSystemPackages } from "./scripts/system-packages.mjs";
    process.getuid = () => 65534;
    console.log(ensureSystemPackages("test"));`;
  const env = { ...process.env, PATH: "/nonexistent", CHROMIUM: "/nonexistent/chromium" };
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: copy,
    encoding: "utf8",
    env,
  });
  expect(child.stdout).toMatch(/missing on this machine: (chromium.*)\nsudo apt-get install -y chromium/);
});
