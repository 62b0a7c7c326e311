import { readdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Service, startService } from "../../../service/start.js";
import type { TrialRole } from "../../../service/trial.js";
import { fromBase64 } from "../../../shared/bytes.js";
import { trustFrom } from "../../../shared/license/trust.js";
import { parseServerCertificates } from "../../../shared/license/xrml.js";
import { discover } from "../../../shared/protocol/service-client.js";
import { dayMs } from "../../../shared/time.js";
import { rsaWorkerUrl } from "../rsa-worker.js";
import { refusalOf, type TestDevice } from "./device.js";
import { type ScratchService, scratchService } from "./scratch-service.js";

const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

/** A service of one test, the administrator, and who else is needed. */
async function organisation<Role extends TrialRole>(...roles: Role[]) {
  const scratch = await scratchService();
  const [ines, ...others] = await Promise.all(["administrator" as const, ...roles].map((role) => scratch.enrol(role)));
  const [ada, bob] = others as [TestDevice, TestDevice];
  return { scratch, ines: ines!, ada, bob };
}

/** The tenant keys a client would believe now, oldest first. */
async function shownKeys({ origin }: ScratchService): Promise<string[]> {
  const { certificates } = await discover(origin);
  return [...(await trustFrom(await parseServerCertificates(fromBase64(certificates, "internal")), null)).keys.keys()];
}

vi.setConfig({ testTimeout: 90_000 }); // keys are made, and whoever asks has two of their own

describe("rolling the tenant key", () => {
  it("takes effect while the service runs: old documents open, new ones are sealed to the new key, both chains hold", async () => {
    const { scratch, ada, bob, ines } = await organisation("writer", "colleague");
    const before = await ada.publish({ grants });
    const [first] = await shownKeys(scratch);
    const { keys } = await ines.admin.rollKey(null);
    expect(keys).toMatchObject([
      { state: "active", generation: 2, bits: 2048, archived: null },
      { state: "archived", generation: 1, kid: first, archived: expect.any(String) },
    ]);
    expect(await shownKeys(scratch)).toEqual([first, keys[0]!.kid]);
    const [later, reader] = [await ada.renew(), await bob.renew()];
    const after = await later.publish({ grants });
    const meanwhile = await ada.publish({ grants }); // by a device that has not heard of it
    for (const { license } of [before, after, meanwhile])
      expect((await reader.use(license)).use.rights).toEqual(["VIEW"]);
    expect((await reader.use(after.license)).verified.license.tenantKey.kid).toBe(keys[0]!.kid);
    const audited = await scratch.service.parts.audit.events({ action: "change-keys", limit: 1 });
    expect(audited[0]).toMatchObject({
      address: "ines@trial.example",
      detail: expect.stringMatching(/^tenant key: roll to /),
    });
  });

  it("goes on while many ask", async () => {
    const { ada, bob, ines } = await organisation("writer", "colleague");
    const { license } = await ada.publish({ grants });
    const asking = Array.from({ length: 40 }, () => bob.client.useLicense(license, bob.accountCertificate));
    const [rolled] = await Promise.all([ines.admin.rollKey(null), ...asking]);
    expect(rolled.keys[0]).toMatchObject({ state: "active", generation: 2 });
  });

  it("again and again leaves every document readable and every client a way from its own key to the newest", async () => {
    const { scratch, ada, bob, ines } = await organisation("writer", "colleague");
    const licenses = [(await ada.publish({ grants })).license];
    let writer = ada;
    for (let rolls = 0; rolls < 8; rolls++) {
      await ines.admin.rollKey(null);
      writer = await writer.renew();
      licenses.push((await writer.publish({ grants })).license);
    }
    const shown = await shownKeys(scratch);
    expect(shown).toHaveLength(9);
    const reader = await bob.renew();
    for (const license of licenses) expect((await reader.use(license)).use.rights).toEqual(["VIEW"]);
    const { certificates } = await discover(scratch.origin);
    const pinned = { tenant: bob.discovery.tenant, kid: shown[0]!, generation: 1, newest: shown[0]! };
    const chain = await parseServerCertificates(fromBase64(certificates, "internal"));
    expect((await trustFrom(chain, pinned)).keys.size).toBe(9);
  });

  it("is for administrators, and by two at the same moment happens once for each key", async () => {
    const { scratch, ada, ines } = await organisation("writer");
    for (const act of [
      () => ada.admin.keys(),
      () => ada.admin.rollKey(null),
      () => ada.admin.compromiseKey("a".repeat(43), null),
    ])
      expect((await refusalOf(act())).message).toBe("only administrators can do this");
    const outcomes = await Promise.allSettled([ines.admin.rollKey(null), ines.admin.rollKey(null)]);
    const { keys } = await ines.admin.keys();
    const done = outcomes.filter(({ status }) => status === "fulfilled").length;
    expect(done).toBeGreaterThanOrEqual(1);
    expect(keys.filter(({ state }) => state === "active")).toHaveLength(1);
    expect(keys[0]!.generation).toBe(done + 1);
    expect(await shownKeys(scratch)).toHaveLength(done + 1);
  });

  it("to a key that is not there, is active, or had its time, is refused with words", async () => {
    const { ines } = await organisation();
    const [first] = (await ines.admin.keys()).keys;
    expect((await refusalOf(ines.admin.rollKey(first!.kid))).message).toContain("never comes back");
    await ines.admin.rollKey(null);
    expect((await refusalOf(ines.admin.rollKey(first!.kid))).message).toContain("never comes back");
    expect((await refusalOf(ines.admin.rollKey("a".repeat(43)))).message).toContain("seal service keys import");
    expect((await refusalOf(ines.admin.rollKey("no key"))).code).toBe("request-malformed");
  });
});

describe("another process", () => {
  async function second({ config }: ScratchService): Promise<Service> {
    const service = await startService(config, { rsaWorker: await rsaWorkerUrl() });
    onTestFinished(() => service.close());
    return service;
  }

  it("on the same store follows a roll without a restart", async () => {
    const { scratch, ines } = await organisation();
    const other = await second(scratch);
    const { keys } = await ines.admin.rollKey(null);
    expect(other.parts.tenant.keyring.active.generation).toBe(1);
    await other.parts.tenant.follow(); // as it does every few seconds
    expect(other.parts.tenant.keyring.active.custody.publicKey.kid).toBe(keys[0]!.kid);
    expect(other.parts.tenant.serverCertificates).toEqual(scratch.service.parts.tenant.serverCertificates);
  });

  it("that cannot find the new key goes on with the old one, and finds it once it is there", async () => {
    const { scratch, ines } = await organisation();
    const other = await second(scratch);
    await ines.admin.rollKey(null);
    const path = fileURLToPath(scratch.config.tenantKey);
    const name = (await readdir(dirname(path))).find((one) => one.startsWith("tenant.key."))!;
    const away = `${path}-away`;
    await rename(`${dirname(path)}/${name}`, away);
    await expect(other.parts.tenant.follow()).rejects.toThrow(/put its file back/);
    expect(other.parts.tenant.keyring.active.generation).toBe(1);
    await expect(startService(scratch.config, { rsaWorker: await rsaWorkerUrl() })).rejects.toThrow(
      /put its file back/,
    );
    await rename(away, `${dirname(path)}/${name}`);
    await other.parts.tenant.follow();
    expect(other.parts.tenant.keyring.active.generation).toBe(2);
  });
});

describe("an archived tenant key", () => {
  it("opens old documents for ever, and new ones of devices that were away, for as long as their certificates last", async () => {
    const { scratch, ada, bob, ines } = await organisation("writer", "colleague");
    const old = await ada.publish({ grants });
    await ines.admin.rollKey(null);
    const reader = await bob.renew();
    const rolledMs = Date.now();
    const lastDay = await ada.publish({ grants, issuedMs: rolledMs + 30.9 * dayMs });
    const { licenses } = scratch.service.parts;
    await expect(licenses.verify(lastDay.license)).resolves.toBeDefined();
    const tooLate = await ada.publish({ grants, issuedMs: rolledMs + 31.1 * dayMs });
    await expect(licenses.verify(tooLate.license)).rejects.toMatchObject({ code: "license-invalid" });
    expect((await reader.use(old.license)).use.rights).toEqual(["VIEW"]);
  });

  it("is not what a new device may seal to after the bound", async () => {
    const { scratch, ada, ines } = await organisation("writer");
    const archived = scratch.service.parts.tenant.keyring.active.custody.publicKey;
    await ines.admin.rollKey(null);
    const later = await ada.renew();
    const { licenses } = scratch.service.parts;
    const now = await later.publish({ grants }, { tenantKey: archived });
    await expect(licenses.verify(now.license)).resolves.toBeDefined();
    Object.assign(scratch.service.parts, { now: () => Date.now() + 40 * dayMs });
    const muchLater = await later.renew();
    const sealed = await muchLater.publish({ grants, issuedMs: Date.now() + 40 * dayMs }, { tenantKey: archived });
    await expect(licenses.verify(sealed.license)).rejects.toMatchObject({ code: "license-invalid" });
  });
});

describe("a compromised tenant key", () => {
  it("vouches only for what was registered before, or is by its issuer; its certificates count no more", async () => {
    const { ada, bob, ines, scratch } = await organisation("writer", "colleague");
    const [registered, unheard, forged] = [
      await ada.publish({ grants }),
      await ada.publish({ grants }),
      await ada.publish({ grants }),
    ];
    await ada.client.register(registered.license);
    const { kid } = (await ines.admin.keys()).keys[0]!;
    expect((await refusalOf(ines.admin.compromiseKey(kid, null))).message).toContain("seal admin keys roll");
    await ines.admin.rollKey(null);
    const later = new Date(Date.now() + 1000).toISOString().replace(/\.\d+/, "");
    scratch.clock.now = () => Date.now() + 2000;
    const { keys } = await ines.admin.compromiseKey(kid, later);
    expect(keys[1]).toMatchObject({ kid, compromised: later });
    expect((await refusalOf(bob.use(registered.license))).code).toBe("account-mismatch"); // bob's own certificate is of that key
    const reader = await bob.renew();
    expect((await reader.use(registered.license)).use.rights).toEqual(["VIEW"]);
    for (const { license } of [unheard, forged])
      expect((await refusalOf(reader.use(license))).code).toBe("license-invalid");
    expect((await refusalOf(bob.client.register(forged.license))).code).toBe("license-invalid");
    await ada.client.register(unheard.license);
    expect((await reader.use(unheard.license)).use.rights).toEqual(["VIEW"]);
    expect((await refusalOf(reader.use(forged.license))).code).toBe("license-invalid");
  });

  it("named with a time counts from the earliest named", async () => {
    const { ines } = await organisation();
    const { kid } = (await ines.admin.keys()).keys[0]!;
    await ines.admin.rollKey(null);
    await ines.admin.compromiseKey(kid, null);
    const early = "2026-01-02T03:04:05Z";
    expect((await ines.admin.compromiseKey(kid, early)).keys[1]!.compromised).toBe(early);
    expect((await ines.admin.compromiseKey(kid, null)).keys[1]!.compromised).toBe(early);
    expect((await refusalOf(ines.admin.compromiseKey("b".repeat(43), null))).message).toContain("there is no such key");
  });
});
