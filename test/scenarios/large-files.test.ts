import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { long } from "../scale.js";
import { seal, stop, type Trial, until, up } from "./seal.js";

const mib = 1 << 20;
const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;

/** Large enough for threads to move it from file to file themselves. */
describe("large files, through the command line", () => {
  let root: string;
  let trial: Trial;
  const content = randomBytes(9 * mib + 77);
  const at = (name: string) => join(root, name);
  const run = (...args: string[]) => seal(args, { home: trial.home, cwd: root });

  /** A line of shell in which `$SEAL` is the program and `$LABEL` the label. */
  function shell(line: string): Promise<{ code: number | null; err: string }> {
    const env = {
      ...process.env,
      SEALWRIGHT_HOME: trial.home,
      SEALWRIGHT_KEYSTORE: "file",
      SEAL: `${process.execPath} ${program}`,
      LABEL: trial.label,
    };
    const child = spawn("bash", ["-c", line], { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
    let err = "";
    child.stderr.on("data", (piece) => {
      err += piece;
    });
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, err })));
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-large-"));
    trial = await up(join(root, "trial"), await freePort());
    writeFileSync(at("in"), content);
    const made = await shell('$SEAL protect --label "$LABEL" - < in > in.pfile');
    expect(made, made.err).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await stop(trial);
    await removeFolder(root);
  });

  it.each([
    ["file to file", "$SEAL cat in.pfile > out"],
    ["file to pipe", "$SEAL cat in.pfile | cat > out"],
    ["standard input, file to file", "$SEAL cat - < in.pfile > out"],
    ["pipe to pipe", "cat in.pfile | $SEAL cat - | cat > out"],
    ["sealed from a pipe", 'cat in | $SEAL protect --label "$LABEL" - > piped.pfile && $SEAL cat piped.pfile > out'],
    ["sealed to a pipe", '$SEAL protect --label "$LABEL" - < in | $SEAL cat - > out'],
  ])("%s: byte for byte", async (_name, line) => {
    const done = await shell(`set -o pipefail; ${line}`);
    expect(done, done.err).toMatchObject({ code: 0 });
    expect(readFileSync(at("out")).equals(content)).toBe(true);
  });

  it("takes what comes late, also from a pipe that somebody made answer at once", async () => {
    const late = "(head -c 3000000 in; sleep 0.5; tail -c +3000001 in)";
    // Node makes such a pipe of its standard input, and here has no time to undo it
    const impatient = `${process.execPath} -e 'process.stdin; process.kill(process.pid, "SIGKILL")'`;
    const done = await shell(
      `${late} | { ${impatient}; $SEAL protect --label "$LABEL" - > late.pfile; } && $SEAL cat late.pfile > out`,
    );
    expect(done, done.err).toMatchObject({ code: 0 });
    expect(readFileSync(at("out")).equals(content)).toBe(true);
  });

  it("goes on where others had got to in the same files, and leaves them where it got to", async () => {
    const done = await shell(
      `exec 3< in; dd bs=1000 count=1 <&3 of=first 2>/dev/null
       { echo before; $SEAL protect --label "$LABEL" - <&3; echo behind; } > both
       cat <&3 > rest`,
    );
    expect(done, done.err).toMatchObject({ code: 0 });
    expect(statSync(at("rest")).size).toBe(0);
    const both = readFileSync(at("both"));
    expect(both.subarray(0, 7).toString()).toBe("before\n");
    expect(both.subarray(-7).toString()).toBe("behind\n");
    writeFileSync(at("part.pfile"), both.subarray(7, -7));
    await shell("{ echo before; $SEAL cat part.pfile; echo behind; } > back");
    const back = readFileSync(at("back"));
    expect(back.subarray(7, -7).equals(content.subarray(1000))).toBe(true);
    expect(back.subarray(-7).toString()).toBe("behind\n");
  });

  it("appends with >>", async () => {
    writeFileSync(at("log"), "old");
    await shell("$SEAL cat in.pfile >> log && $SEAL cat in.pfile >> log");
    const log = readFileSync(at("log"));
    expect(log.subarray(0, 3).toString()).toBe("old");
    expect(log.subarray(3).equals(Buffer.concat([content, content]))).toBe(true);
  });

  it("lets nothing out of a damaged segment or of those behind it, and ends with 6", async () => {
    const flipped = readFileSync(at("in.pfile"));
    const region = flipped.indexOf("SWC1");
    flipped[region + 64 + 5 * (mib + 16) + 99]! ^= 1;
    writeFileSync(at("flipped.pfile"), flipped);
    for (const line of ["$SEAL cat flipped.pfile > out", "$SEAL cat - < flipped.pfile > out"]) {
      expect((await shell(line)).code, line).toBe(6);
      const out = readFileSync(at("out"));
      expect(out.length).toBeLessThanOrEqual(5 * mib);
      expect(out.equals(content.subarray(0, out.length))).toBe(true);
    }
    expect(await run("unprotect", "flipped.pfile")).toMatchObject({ code: 6 });
    expect(readdirSync(root).filter((name) => name.startsWith("flipped"))).toEqual(["flipped.pfile"]);
  });

  it("says so when the disk of its output is full", async () => {
    const mount = at("small");
    mkdirSync(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", mount]);
    try {
      for (const line of [
        "$SEAL cat in.pfile > small/out",
        '$SEAL protect --label "$LABEL" - < in > small/out',
        'cat in | $SEAL protect --label "$LABEL" - > small/out',
      ]) {
        const full = await shell(line);
        expect(full.code, line).toBe(1);
        expect(full.err, line).toMatch(/full/);
        rmSync(join(mount, "out"));
      }
      const protecting = await run("protect", "--label", trial.label, "--out", "small", "in");
      expect(protecting.code).toBe(1);
      expect(protecting.err).toMatch(/room/);
      expect(readdirSync(mount)).toEqual([]);
    } finally {
      execFileSync("umount", [mount]);
    }
  });

  it.each(["grows", "is cut"])("leaves a file alone that %s while it is protected", async (how) => {
    const path = at("moving.bin");
    rmSync(path, { force: true });
    for (let part = 0; part < 20; part++) appendFileSync(path, content);
    const size = statSync(path).size;
    const protecting = run("protect", "--label", trial.label, "moving.bin");
    await until("the protected file to be begun", () =>
      readdirSync(root).some((name) => name.endsWith(".seal-tmp") && statSync(at(name)).size > mib),
    );
    const changed = how === "grows" ? size + 1 : 5 * mib;
    if (how === "grows") appendFileSync(path, "x");
    else truncateSync(path, changed);
    const result = await protecting;
    expect(result.code, result.err).toBe(1);
    expect(result.err).toMatch(/changed/);
    expect(statSync(path).size).toBe(changed);
    expect(existsSync(at("moving.bin.pfile"))).toBe(false);
  });

  it("protects in place and gives back byte for byte", async () => {
    writeFileSync(at("plan.dwg"), content);
    const made = await run("protect", "--label", trial.label, "plan.dwg");
    expect(made, made.err).toMatchObject({ code: 0 });
    expect(existsSync(at("plan.dwg"))).toBe(false);
    const clear = await run("unprotect", "plan.dwg.pfile");
    expect(clear, clear.err).toMatchObject({ code: 0 });
    expect(readFileSync(at("plan.dwg")).equals(content)).toBe(true);
  });

  /** Each process says at its end how much memory it had at most, in KiB. */
  const sayingPeak = `NODE_OPTIONS='--import=data:text/javascript,process.on(%22exit%22,()=>console.error(%22peak%22,process.resourceUsage().maxRSS))'`;

  const gibibytes = long ? 4 : 1;
  it(`protects a file of more than ${gibibytes} GiB, read back to its end, in bounded memory`, async () => {
    const size = gibibytes * 1024 * mib + 3 * mib + 1;
    writeFileSync(at("sparse"), "");
    truncateSync(at("sparse"), size);
    const opening = long ? "&& $SEAL cat sparse.pfile > /dev/null" : "";
    const done = await shell(`export ${sayingPeak}; $SEAL protect --label "$LABEL" sparse ${opening}`);
    expect(done, done.err).toMatchObject({ code: 0 });
    expect(statSync(at("sparse.pfile")).size).toBeGreaterThan(size);
    rmSync(at("sparse.pfile"));
    const peaks = [...done.err.matchAll(/peak (\d+)/g)].map(([, kib]) => Number(kib) / 1024);
    expect(peaks.length).toBeGreaterThan(0);
    expect(Math.max(...peaks)).toBeLessThan(250);
  }, 300_000);
});
