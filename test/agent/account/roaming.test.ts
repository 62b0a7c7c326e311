import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openAccount } from "../../../agent/account.js";
import { useLicenseFor } from "../../../agent/consume-license.js";
import type { ServiceConfig } from "../../../service/config.js";
import { startService } from "../../../service/start.js";
import { type ScratchService, scratchService } from "../../service/licensing/scratch-service.js";
import { rsaWorkerUrl } from "../../service/rsa-worker.js";
import { outcome, publishAs, signInAs } from "./scratch-home.js";

vi.setConfig({ testTimeout: 90_000 });

async function restart({ config, service }: ScratchService, otherwise: Partial<ServiceConfig>) {
  await service.close();
  const again = await startService({ ...config, ...otherwise }, { rsaWorker: await rsaWorkerUrl() });
  onTestFinished(() => again.close());
  await again.app.listen(config.listen);
  return again;
}

describe("a person's devices with one account key", () => {
  it("open with it what was protected, and keep what they opened for when the service is away", async () => {
    const service = await scratchService({ config: { accountKeys: "roaming" } });
    const [writer, one, two] = [
      await signInAs(service, "writer"),
      await signInAs(service, "colleague"),
      await signInAs(service, "colleague"),
    ];
    expect([writer, one, two].map(({ info }) => info.accountKeys)).toEqual(["roaming", "roaming", "roaming"]);
    const kids = await Promise.all([one, two].map(async (account) => (await account.unsealer()).publicKey.kid));
    expect(kids[0]).toBe(kids[1]);
    const { license } = await publishAs(writer, [{ who: [one.info.address], rights: ["VIEW"] }]);
    for (const account of [one, two]) expect((await useLicenseFor(account, license)).use.rights).toEqual(["VIEW"]);
    const renewed = await one.renew({ always: true });
    expect((await renewed.unsealer()).publicKey.kid).toBe(kids[0]);
    await service.service.close();
    for (const { home } of [one, two])
      expect((await useLicenseFor(await openAccount(home), license, { offline: true })).isKept).toBe(true);
  });

  it("go on with another once one of them was removed, without anybody doing anything", async () => {
    const service = await scratchService({ config: { accountKeys: "roaming" } });
    const [writer, lost, kept] = [
      await signInAs(service, "writer"),
      await signInAs(service, "colleague"),
      await signInAs(service, "colleague"),
    ];
    const before = (await kept.unsealer()).publicKey.kid;
    const { devices } = await kept.service.devices();
    await kept.service.removeDevice(devices.find(({ current }) => !current)!.id);
    const { license } = await publishAs(writer, [{ who: [kept.info.address], rights: ["VIEW"] }]);
    expect((await useLicenseFor(kept, license)).use.rights).toEqual(["VIEW"]);
    expect((await (await openAccount(kept.home)).unsealer()).publicKey.kid).not.toBe(before);
    expect(await outcome(useLicenseFor(lost, license))).toBe("device-removed");
  });

  it("have their own again, or one from the service, as soon as that is how the service is configured", async () => {
    const service = await scratchService();
    const writer = await signInAs(service, "writer");
    const account = await signInAs(service, "colleague");
    const own = (await account.unsealer()).publicKey.kid;
    const document = () => publishAs(writer, [{ who: [account.info.address], rights: ["VIEW"] }]);
    const first = await document();
    await useLicenseFor(account, first.license);

    const keeping = await restart(service, { accountKeys: "roaming" });
    await useLicenseFor(account, (await document()).license);
    const shared = await openAccount(account.home);
    expect(shared.info.accountKeys).toBe("roaming");
    expect((await shared.unsealer()).publicKey.kid).not.toBe(own);
    expect((await useLicenseFor(shared, first.license)).isKept).toBe(false); // the kept one was for the other key
    expect((await useLicenseFor(shared, first.license)).isKept).toBe(true);

    await restart({ ...service, service: keeping }, { accountKeys: "device" });
    await useLicenseFor(shared, (await document()).license);
    const back = await openAccount(account.home);
    expect([back.info.accountKeys, (await back.unsealer()).publicKey.kid]).toEqual(["device", own]);
  });

  it("say so when the record on the device is of another device", async () => {
    const service = await scratchService({ config: { accountKeys: "roaming" } });
    const [one, two] = [await signInAs(service, "colleague"), await signInAs(service, "colleague")];
    const read = async (path: string) => JSON.parse(await readFile(path, "utf8"));
    const [mine, theirs] = [await read(one.home.account), await read(two.home.account)];
    await writeFile(one.home.account, JSON.stringify({ ...mine, roaming: theirs.roaming }));
    const account = await openAccount(one.home);
    expect(await outcome(account.unsealer())).toBe("state-damaged");
  });
});
