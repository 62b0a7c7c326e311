import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Watcher } from "../../../agent/watch/watcher.js";
import type { Watch } from "../../../agent/watches.js";
import { RightsError } from "../../../shared/errors.js";
import { until } from "../../scenarios/seal.js";

/** Which files count as new, over real folders. Protecting is a rename here, but for `.docx`, which keep their name. */
describe("what arrives in a watched folder", () => {
  let root = "";
  let home = "";
  let watch: Watch;
  let done: string[] = [];
  let watcher: Watcher;
  const at = (name: string) => join(root, "docs", name);

  async function protect(path: string): Promise<string> {
    done.push(relative(at(""), path));
    if (path.endsWith(".docx")) throw new RightsError("already-protected", "it is protected");
    await rename(path, `${path}.pfile`);
    return `${path}.pfile`;
  }

  async function start(): Promise<void> {
    watcher = new Watcher(protect, undefined, home);
    await watcher.set([watch]);
  }

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "seal-arrivals-"));
    home = join(root, "home");
    for (const folder of [at(""), home, join(root, "elsewhere")]) mkdirSync(folder);
    writeFileSync(at("old"), "x");
    writeFileSync(join(root, "elsewhere/inside"), "x");
    done = [];
    await sleep(60);
    watch = { folder: join(root, "docs"), label: "L", existing: false, addedMs: Date.now() };
    await start();
  });

  afterEach(async () => {
    await watcher.close();
    rmSync(root, { recursive: true, force: true });
  });

  const left = () => watcher.snapshot().folders[0]?.left;
  const finished = (name: string) => until(name, () => done.includes(name));

  it("includes old files that are moved in with their folder, whose own times that does not change", async () => {
    renameSync(join(root, "elsewhere"), at("moved"));
    await finished("moved/inside");
    expect(left()).toBe(1);
  });

  it("includes them when they are moved in while nobody watches", async () => {
    await watcher.close();
    renameSync(join(root, "elsewhere"), at("moved"));
    await start();
    await finished("moved/inside");
    expect(done).toEqual(["moved/inside"]);
    expect(left()).toBe(1);
  });

  it("is not what was there before and only gets another mode, and is once it is saved", async () => {
    chmodSync(at("old"), 0o600);
    writeFileSync(at("new"), "x");
    await finished("new");
    expect(done).toEqual(["new"]);
    writeFileSync(at("old"), "xx");
    await finished("old");
    await until("none left", () => left() === 0);
  });

  it("is offered once, however often it is seen, when it is protected under its own name", async () => {
    writeFileSync(at("plan.docx"), "x");
    await finished("plan.docx");
    chmodSync(at("plan.docx"), 0o600);
    writeFileSync(at("after"), "x");
    await finished("after");
    expect(done).toEqual(["plan.docx", "after"]);
    writeFileSync(at("plan.docx"), "saved in clear");
    await until("offered again", () => done.length === 3);
  });

  it("is said to be open in another program as long as it is", async () => {
    const held = at("held");
    const writer = spawn("bash", ["-c", `exec 3> '${held}'; echo x >&3; read -r _`], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    const job = () => watcher.snapshot().files.find(({ path }) => path === held);
    await until("held", () => job()?.code === "file-busy");
    expect(job()).toMatchObject({ state: "waiting", reason: expect.stringContaining("open in another program") });
    writer.stdin.end("\n");
    await finished("held");
  });

  it("is told apart where a name is no text", async () => {
    writeFileSync(Buffer.concat([Buffer.from(at("bad")), Buffer.from([0xff])]), "x");
    await until("refused", () => watcher.snapshot().files.some(({ code }) => code === "file-unsuitable"));
  });

  it("is missed neither in folders made in a hurry, one in the other", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `${i % 7}/${i % 5}/${i % 3}/file ${i}`);
    for (const name of names) {
      mkdirSync(join(at(name), ".."), { recursive: true });
      writeFileSync(at(name), "x");
    }
    await until("all", () => done.length === names.length);
    expect(new Set(done)).toEqual(new Set(names));
  });
});
