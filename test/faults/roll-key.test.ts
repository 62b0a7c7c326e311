import { once } from "node:events";
import { cp, readdir, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { expect, it, onTestFinished } from "vitest";
import type { TrialRole } from "../../service/trial.js";
import { type Bytes, fromBase64 } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import { trustFrom } from "../../shared/license/trust.js";
import { parseServerCertificates } from "../../shared/license/xrml.js";
import { discover } from "../../shared/protocol/service-client.js";
import { freePort } from "../free-port.js";
import { long, random, seed, times } from "../scale.js";
import { enrol, type TestDevice } from "../service/licensing/device.js";
import { type Running, shippedService, startProcess } from "../service/service-process.js";

/** A service killed in the middle of a key roll has one keyring that fits together, the one before or the one after. */

const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

/** An organisation at rest, put back before each round, and devices that go on from round to round. */
async function organisation() {
  const { folder, program } = await shippedService();
  await symlink(resolve("node_modules"), join(folder, "node_modules"), "dir");
  const forNode = { outdir: folder, bundle: true, platform: "node", target: "node20" } as const;
  await build({ ...forNode, entryPoints: ["service/custody/rsa-worker.ts"], format: "esm" });
  await build({
    ...forNode,
    entryPoints: ["test/faults/roll-child.ts"],
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    external: ["@node-rs/argon2", "better-sqlite3"],
    banner: { js: 'const programUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.url": "programUrl" },
  });
  const [data, kept] = [join(folder, "data"), join(folder, "kept")];
  const first = await startProcess(program, ["--trial", data, "--port", String(await freePort())]);
  onTestFinished(() => first.kill());
  const { ready: origin, people } = first.ready;
  const device = (role: TrialRole) => enrol(origin, people.find((one) => one.role === role)!, { now: Date.now });
  const [ada, bob, ines] = [await device("writer"), await device("colleague"), await device("administrator")];
  const { license } = await ada.publish({ grants });
  await first.kill();
  await cp(data, kept, { recursive: true });
  const putBack = async () => {
    await rm(data, { recursive: true });
    await cp(kept, data, { recursive: true });
  };
  return {
    config: join(data, "service.json"),
    data,
    program,
    child: join(folder, "roll-child.cjs"),
    origin,
    ada,
    bob,
    ines,
    license,
    putBack,
  };
}

type Organisation = Awaited<ReturnType<typeof organisation>>;

async function running(program: string, ...args: string[]): Promise<Running> {
  const started = await startProcess(program, args);
  onTestFinished(() => started.kill());
  return started;
}

const opens = async (reader: TestDevice, license: Bytes) =>
  expect((await reader.use(license)).use.rights).toEqual(["VIEW"]);

/** What holds whenever it was killed. @returns the generation that is active. */
async function checkKeyring({ origin, ada, bob, ines, license, data }: Organisation): Promise<number> {
  expect((await fetch(`${origin}/ready`)).status).toBe(200);
  const { keys } = await ines.admin.keys();
  const [active, ...others] = keys;
  const archived = others.filter(({ state }) => state === "archived");
  expect(active!.state).toBe("active");
  expect(others.filter(({ state }) => state === "active")).toEqual([]);
  expect(archived.map(({ generation }) => generation)).toEqual(active!.generation === 2 ? [1] : []);
  const { certificates } = await discover(origin);
  const shown = await trustFrom(await parseServerCertificates(fromBase64(certificates, "internal")), null);
  expect([...shown.keys.keys()]).toEqual([...archived.map(({ kid }) => kid), active!.kid]);
  expect([...shown.keys.keys()][0]).toBe([...ada.trust.keys.keys()][0]);
  expect(await ines.admin.verifyAudit()).toMatchObject({ intact: true });
  expect((await readdir(data)).filter((name) => /^tenant\.key\.[0-9a-f]{32}$/.test(name)).length).toBeLessThan(2);

  const [writer, reader] = [await ada.renew(), await bob.renew()];
  const made = await writer.publish({ grants });
  for (const one of [license, made.license]) await opens(reader, one);
  expect((await reader.use(made.license)).verified.license.tenantKey.kid).toBe(active!.kid);
  return active!.generation!;
}

/** Whatever was left behind is no obstacle: the next roll takes it, or another. */
async function checkNextRoll({ ines }: Organisation, generation: number): Promise<void> {
  const left = (await ines.admin.keys()).keys.find(({ state }) => state === "unused");
  const { keys } = await ines.admin.rollKey(left?.kid ?? null);
  expect(keys[0]).toMatchObject({ state: "active", generation: generation + 1 });
  if (left) expect(keys[0]!.kid).toBe(left.kid);
}

it("is killed ahead of every step of a roll", { timeout: 10 * 60_000 }, async () => {
  const all = await organisation();
  const generations: number[] = [];
  for (let step = 1, isRolled = false; !isRolled; step++) {
    await all.putBack();
    const dying = await running(all.child, all.config, String(step));
    const outcome = await all.ines.admin.rollKey(null).then(
      () => "rolled",
      (error) => codeOf(error),
    );
    isRolled = outcome === "rolled";
    if (!isRolled) {
      expect(outcome, `step ${step}`).toBe("service-unreachable");
      if (dying.child.signalCode === null) await once(dying.child, "exit");
      expect(dying.child.signalCode, `step ${step}`).toBe("SIGKILL");
    }
    await dying.kill();
    const again = await running(all.program, "--config", all.config);
    const generation = await checkKeyring(all);
    generations.push(generation);
    // what is left behind differs between steps, not between each and the next
    if (long || step % 3 === 0) await checkNextRoll(all, generation);
    await again.kill();
  }
  expect(generations.length).toBeGreaterThan(12);
  expect(generations).toEqual([...generations].sort()); // the key before, up to some step; the new one from there on
  expect(new Set(generations)).toEqual(new Set([1, 2]));
});

it(`is killed at any moment of a roll (seed ${seed})`, { timeout: 10 * 60_000 }, async () => {
  const all = await organisation();
  for (let round = 0; round < times(4); round++) {
    await all.putBack();
    const service = await running(all.program, "--config", all.config);
    const rolling = all.ines.admin.rollKey(null).catch((error) => codeOf(error));
    await sleep(random() * 900);
    await service.kill();
    await rolling;
    const again = await running(all.program, "--config", all.config);
    await checkNextRoll(all, await checkKeyring(all));
    await again.kill();
  }
});
