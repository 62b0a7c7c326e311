import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { random, times } from "../scale.js";
import { seal, stop, type Trial, until, up } from "../scenarios/seal.js";

/** kill -9 of service, agent and all, at any moment while files pour in: each document is there exactly once at the end. */
describe("kill -9 of everything at any moment", () => {
  let root: string;
  let port: number;
  let trial: Trial;
  const dropped = new Map<string, string>();

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-kill-"));
    port = await freePort();
    trial = await up(join(root, "trial"), port);
  });

  afterAll(async () => {
    await stop(trial);
    await removeFolder(root);
  });

  function drop(round: number): void {
    for (let i = 0; i < 12; i++) {
      const name = `round ${round} file ${i}.bin`;
      const content = randomBytes(Math.floor(random() * 400_000));
      writeFileSync(join(root, "coming"), content);
      renameSync(join(root, "coming"), join(trial.folder, name));
      dropped.set(name, createHash("sha256").update(content).digest("hex"));
    }
  }

  it(
    "loses nothing and doubles nothing",
    async () => {
      for (let round = 0; round < times(3); round++) {
        drop(round);
        await new Promise((resolve) => setTimeout(resolve, 150 + random() * 500));
        process.kill(-trial.process.pid!, "SIGKILL");
        await stop(trial);
        trial = await up(join(root, "trial"), port);
      }
      const clear = () => readdirSync(trial.folder).filter((name) => !/\.(?:pfile|ptxt)$/.test(name));
      await until("everything to be protected", () => clear().length === 0, 60_000).catch(async (error) => {
        const status = await seal(["watch", "status"], { home: trial.home });
        throw new Error(`${error.message}; left: ${clear().join(", ")}; ${status.text}${status.err}`);
      });
      const found = readdirSync(trial.folder).filter((name) => name.endsWith(".pfile"));
      expect(found.sort()).toEqual([...dropped.keys()].map((name) => `${name}.pfile`).sort());
      const out = join(root, "out");
      const opened = await seal(["unprotect", trial.folder, "--out", out], { home: trial.home });
      expect(opened, opened.err).toMatchObject({ code: 0 });
      for (const [name, hash] of dropped)
        expect(
          createHash("sha256")
            .update(readFileSync(join(out, name)))
            .digest("hex"),
          name,
        ).toBe(hash);
      expect(readdirSync(join(trial.home, "journal"))).toEqual([]);
      const verified = await seal(["admin", "audit", "verify"], { home: await administrator() });
      expect(verified, verified.err).toMatchObject({ code: 0 });
    },
    30_000 + times(3) * 20_000,
  );

  async function administrator(): Promise<string> {
    const home = join(root, "administrator");
    const { user, password } = trial.people.find(({ role }) => role === "administrator")!;
    await seal(["login", trial.service, "--user", user, "--password-stdin"], { home, input: password });
    return home;
  }
});
