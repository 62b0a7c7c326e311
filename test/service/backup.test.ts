import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Bytes } from "../../shared/bytes.js";
import { ServiceRefusal } from "../../shared/protocol/service-client.js";
import { freePort } from "../free-port.js";
import { enrol, type TestDevice } from "./licensing/device.js";
import { runToEnd, shippedService, startProcess } from "./service-process.js";

/** `seal service backup` of a service that is busy, and what comes of putting it back (threat T17). */

const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

async function trial() {
  const { folder, program } = await shippedService();
  const data = join(folder, "data");
  const running = await startProcess(program, ["--trial", data, "--port", String(await freePort())]);
  onTestFinished(() => running.kill());
  const device = (role: string) =>
    enrol(running.ready.ready, running.ready.people.find((one) => one.role === role)!, { now: Date.now });
  const backup = (to: string) => runToEnd(program, ["backup", "--config", join(data, "service.json"), "--to", to]);
  return { folder, program, data, running, device, backup, config: join(data, "service.json") };
}

/** Publishes and registers until told to stop; what was acknowledged by then. */
function keepBusy(ada: TestDevice): { stop: () => Promise<Bytes[]> } {
  const registered: Bytes[] = [];
  let on = true;
  const work = (async () => {
    while (on) {
      const { license } = await ada.publish({ grants });
      await ada.client.register(license);
      registered.push(license);
    }
  })();
  return {
    stop: async () => {
      on = false;
      await work;
      return registered;
    },
  };
}

it("copies what was acknowledged before, while others write; private, checked, and never over anything", {
  timeout: 120_000,
}, async () => {
  const { folder, program, data, running, device, backup, config } = await trial();
  const ada = await device("writer");
  const { license } = await ada.publish({ grants });
  await ada.client.register(license);
  const busy = keepBusy(ada);
  const to = join(folder, "backups", "first");
  const { code, stdout, stderr } = await backup(to);
  await busy.stop();
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `seal: the passphrase ${join(data, "tenant.pass")} is not in it; keep a copy somewhere else\n`,
  });
  expect(stdout).toMatch(/^\S+\/backups\/first {2}\d+ records, head [0-9a-f]{64}\n$/);
  expect((await readdir(to)).sort()).toEqual(["audit.head", "sealwright.db", "service.json", "tenant.key"]);
  expect((await stat(to)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(to)) expect((await stat(join(to, name))).mode & 0o777).toBe(0o600);
  const before = await readFile(join(to, "sealwright.db"));
  expect(await backup(to)).toMatchObject({
    code: 2,
    stderr: `seal: error: ${to} is there already; it is never overwritten\n`,
  });
  expect(await readFile(join(to, "sealwright.db"))).toEqual(before);
  expect(await readdir(join(folder, "backups"))).toEqual(["first"]);

  await running.kill();
  for (const name of ["sealwright.db", "audit.head", "tenant.key"]) await copyFile(join(to, name), join(data, name));
  for (const left of ["sealwright.db-wal", "sealwright.db-shm"]) await writeFile(join(data, left), "");
  const again = await startProcess(program, ["--config", config]);
  onTestFinished(() => again.kill());
  expect((await fetch(`${again.ready.ready}/ready`)).status).toBe(200);
  expect((await ada.client.track(license)).document).not.toBeNull();
  expect(await (await device("administrator")).admin.verifyAudit()).toMatchObject({ intact: true });
});

it("is noticed when an older one is put back under a newer head of the audit", { timeout: 120_000 }, async () => {
  const { folder, program, data, running, device, backup, config } = await trial();
  const ada = await device("writer");
  const { license } = await ada.publish({ grants });
  const to = join(folder, "old");
  expect(await backup(to)).toMatchObject({ code: 0 });
  await ada.client.revoke(license);
  running.child.kill("SIGTERM");
  await new Promise((resolve) => running.child.once("exit", resolve));
  await copyFile(join(to, "sealwright.db"), join(data, "sealwright.db"));
  const again = await startProcess(program, ["--config", config]);
  onTestFinished(() => again.kill());
  const ready = await fetch(`${again.ready.ready}/ready`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: "unavailable", part: "audit" }]);
  const bob = await device("colleague");
  expect(await bob.use(license).catch((error) => error)).not.toBeInstanceOf(ServiceRefusal); // open again, as the page says
  expect(await (await device("administrator")).admin.verifyAudit()).toMatchObject({ intact: false });
  expect(await backup(join(folder, "of damaged"))).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("audit is not as it was"),
  });
  expect(await readdir(folder)).not.toContain("of damaged.partial");
});

it("says what is missing, and leaves nothing behind", async () => {
  const { folder, program } = await shippedService();
  const run = (...args: string[]) => runToEnd(program, ["backup", ...args]);
  expect(await run("--config", "x")).toMatchObject({ code: 2, stderr: expect.stringContaining("--to DIR") });
  expect(await run("--config", join(folder, "none.json"), "--to", join(folder, "to"))).toMatchObject({ code: 1 });
  await mkdir(join(folder, "to.partial"));
  expect((await readdir(folder)).includes("to")).toBe(false);
});

it("has every tenant key there is, and what is put back elsewhere opens what was sealed to any of them", {
  timeout: 120_000,
}, async () => {
  const { folder, program, data, running, device, backup, config } = await trial();
  const [ada, bob, ines] = [await device("writer"), await device("colleague"), await device("administrator")];
  const licenses: Bytes[] = [];
  let writer = ada;
  for (let generation = 1; generation <= 4; generation++) {
    const { license } = await writer.publish({ grants });
    await writer.client.register(license);
    licenses.push(license);
    if (generation < 4) await ines.admin.rollKey(null);
    writer = await ada.renew();
  }
  const { keys } = await ines.admin.keys();
  await ines.admin.compromiseKey(keys[2]!.kid, null);
  const to = join(folder, "rolled");
  expect(await backup(to)).toMatchObject({ code: 0 });
  const files = (await readdir(to)).filter((name) => name.startsWith("tenant.key"));
  expect(files).toHaveLength(4);
  await running.kill();

  const elsewhere = join(folder, "elsewhere");
  await mkdir(elsewhere, { mode: 0o700 });
  for (const name of await readdir(to)) await copyFile(join(to, name), join(elsewhere, name));
  await copyFile(join(data, "tenant.pass"), join(elsewhere, "tenant.pass"));
  const moved = (await readFile(config, "utf8")).replaceAll(data, elsewhere);
  await writeFile(join(elsewhere, "service.json"), moved);
  await rm(data, { recursive: true });
  const again = await startProcess(program, ["--config", join(elsewhere, "service.json")]);
  onTestFinished(() => again.kill());
  const states = (await ines.admin.keys()).keys.map(({ kid, state, compromised }) => [
    kid,
    state,
    compromised !== null,
  ]);
  expect(states).toEqual(keys.map(({ kid, state }, at) => [kid, state, at === 2]));
  const reader = await bob.renew();
  for (const license of licenses) expect((await reader.use(license)).use.rights).toEqual(["VIEW"]);
  expect((await reader.use((await (await ada.renew()).publish({ grants })).license)).use.rights).toEqual(["VIEW"]);
});

it("is not made when a tenant key is missing or damaged, and says which", { timeout: 120_000 }, async () => {
  const { folder, data, device, backup } = await trial();
  await (await device("administrator")).admin.rollKey(null);
  const name = (await readdir(data)).find((one) => one.startsWith("tenant.key."))!;
  const whole = await readFile(join(data, name));
  for (const spoil of [() => rm(join(data, name)), () => writeFile(join(data, name), "{}")]) {
    await spoil();
    const refused = await backup(join(folder, "never"));
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(`the tenant key ${name.slice("tenant.key.".length)} is not there`);
    expect((await readdir(folder)).filter((one) => one.startsWith("never"))).toEqual([]);
  }
  await writeFile(join(data, name), whole);
  expect(await backup(join(folder, "never"))).toMatchObject({ code: 0 });
});
