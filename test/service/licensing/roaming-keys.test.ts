import { readFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { databasePath, type ServiceConfig } from "../../../service/config.js";
import { type Service, startService } from "../../../service/start.js";
import { fromBase64, toBase64, toBase64url, toHex } from "../../../shared/bytes.js";
import { onItsWay, openAccountKey } from "../../../shared/crypto/account-key.js";
import { type PublicKey, shownKeyId } from "../../../shared/crypto/keys.js";
import { parseAccountCertificate } from "../../../shared/license/certificates.js";
import { parseDocument } from "../../../shared/license/xrml.js";
import { ServiceClient } from "../../../shared/protocol/service-client.js";
import { rsaWorkerUrl } from "../rsa-worker.js";
import { credentialsOf, newKeys, refusalOf, signIn, spkiText } from "./device.js";
import { type ScratchService, scratchService } from "./scratch-service.js";

vi.setConfig({ testTimeout: 90_000 }); // keys are made, and whoever asks has two of their own

const roaming = () => scratchService({ config: { accountKeys: "roaming" } });

/** A device that signs in and has its keys certified, with what it can open lying open. */
async function certify({ origin, people }: ScratchService, role: "writer" | "colleague" = "writer") {
  const { discovery, proofKey, token } = await signIn(origin, people[role]);
  const client = new ServiceClient(discovery.api, credentialsOf(proofKey, token));
  const [own, licensor] = [await newKeys("unseal"), await newKeys("sign")];
  const keys = { accountKey: spkiText(own.publicKey), licensorKey: spkiText(licensor.publicKey) };
  const again = () => client.certify(keys);
  return { client, own, again, answer: await again() };
}

type Certified = Awaited<ReturnType<typeof certify>>;

async function certificateIn({ accountCertificate }: Certified["answer"]) {
  return parseAccountCertificate(await parseDocument(fromBase64(accountCertificate, "internal")));
}

const accountKeyIn = async (answer: Certified["answer"]): Promise<PublicKey> => (await certificateIn(answer)).key;

/** PKCS#8 of the account key that came with a certificate. */
async function privateKeyIn({ own, answer }: Certified) {
  const account = await accountKeyIn(answer);
  const raw = await crypto.subtle.exportKey("pkcs8", own.privateKey);
  const oaep = { name: "RSA-OAEP", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("pkcs8", raw, oaep, false, ["decrypt"]);
  const sealed = fromBase64(answer.accountKey!, "internal");
  const opened = await openAccountKey(sealed, own.publicKey, onItsWay(account, own.publicKey), async (wrapped) => {
    return new Uint8Array(await crypto.subtle.decrypt("RSA-OAEP", key, wrapped));
  });
  return opened!;
}

async function restart(
  { config, service, clock }: ScratchService,
  otherwise: Partial<ServiceConfig>,
): Promise<Service> {
  await service.close();
  const again = await startService(
    { ...config, ...otherwise },
    { rsaWorker: await rsaWorkerUrl(), now: () => clock.now() },
  );
  onTestFinished(() => again.close());
  await again.app.listen(config.listen);
  return again;
}

describe("account keys that the service keeps", () => {
  it("are one for each person, on each of their devices, sealed to a key the device made", async () => {
    const scratch = await roaming();
    const [first, second, bob] = [await certify(scratch), await certify(scratch), await certify(scratch, "colleague")];
    const [one, two, another] = await Promise.all([first, second, bob].map(({ answer }) => accountKeyIn(answer)));
    expect(one!.kid).toBe(two!.kid);
    expect(one!.kid).not.toBe(another!.kid);
    expect([first.own.publicKey.kid, second.own.publicKey.kid]).not.toContain(one!.kid);
    expect(toHex(await privateKeyIn(first))).toBe(toHex(await privateKeyIn(second)));
    expect((await certificateIn(first.answer)).dpop).not.toBe((await certificateIn(second.answer)).dpop);
    expect((await accountKeyIn(await first.again())).kid).toBe(one!.kid);
    const told = await scratch.service.parts.audit.events({ action: "certify" });
    expect(told.map(({ detail }) => detail).reverse()).toEqual([
      `account key ${shownKeyId(one!.kid)}, made now`,
      `account key ${shownKeyId(one!.kid)}`,
      `account key ${shownKeyId(another!.kid)}, made now`,
      `account key ${shownKeyId(one!.kid)}`,
    ]);
  });

  it("made by two devices at the same moment are one", async () => {
    const scratch = await roaming();
    const devices = await Promise.all([certify(scratch), certify(scratch), certify(scratch)]);
    const kids = await Promise.all(devices.map(async ({ answer }) => (await accountKeyIn(answer)).kid));
    expect(new Set(kids).size).toBe(1);
  });

  it("lie nowhere in clear: not in the database, not in the log", async () => {
    const scratch = await roaming();
    const pkcs8 = await privateKeyIn(await certify(scratch));
    const part = pkcs8.slice(400, 460); // of the private half, and long enough to be nothing else
    await scratch.service.close();
    const database = await readFile(databasePath(scratch.config), "latin1");
    const written = database + scratch.log.join();
    expect(written).toContain("account_keys");
    const spellings = [Buffer.from(part).toString("latin1"), toHex(part), toBase64(part), toBase64url(part)];
    for (const text of spellings) expect(written.includes(text.slice(0, 40))).toBe(false);
  });

  it("are not handed out under another person's name, though the rows be exchanged", async () => {
    const scratch = await roaming();
    const [ada, bob] = [await certify(scratch), await certify(scratch, "colleague")];
    const { store } = scratch.service.parts;
    const person = (of: Certified) => of.answer.subject;
    const kept = (await store.accountKeys.find(person(ada)))!;
    await store.write(async (tx) => {
      const { kid, publicKey: public_key, sealed } = kept;
      const rows = tx.updateTable("account_keys").set({ kid, public_key, sealed });
      await rows.where("person", "=", person(bob)).execute();
      await tx
        .updateTable("device_keys")
        .set({ person: person(bob) })
        .where("kid", "=", kid)
        .execute();
    });
    await expect(bob.again()).rejects.toMatchObject({ code: "service-failed" });
    expect(scratch.log.join()).toContain(`the account key kept for ${person(bob)} does not open`);
  });

  it("are sealed anew to the tenant key that took over, and stay the same", async () => {
    const scratch = await roaming();
    const ines = await scratch.enrol("administrator");
    const ada = await certify(scratch);
    const { store } = scratch.service.parts;
    const before = (await store.accountKeys.find(ada.answer.subject))!;
    const { keys } = await ines.admin.rollKey(null);
    expect(keys[1]!.kid).toBe(before.tenantKid);
    expect((await accountKeyIn(await ada.again())).kid).toBe(before.kid);
    const after = (await store.accountKeys.find(ada.answer.subject))!;
    expect([after.kid, after.tenantKid, after.made]).toEqual([before.kid, keys[0]!.kid, before.made]);
    expect(after.sealed).not.toBe(before.sealed);
  });

  it("are others once a tenant key they were sealed to may be in other hands", async () => {
    const scratch = await roaming();
    const ines = await scratch.enrol("administrator");
    const ada = await certify(scratch);
    const before = (await accountKeyIn(ada.answer)).kid;
    const { keys } = await ines.admin.rollKey(null);
    expect((await accountKeyIn(await ada.again())).kid).toBe(before); // sealed to the new one by now
    await ines.admin.compromiseKey(keys[1]!.kid, null);
    const after = await accountKeyIn(await ada.again());
    expect(after.kid).not.toBe(before);
    expect((await accountKeyIn(await ada.again())).kid).toBe(after.kid);
  });
});

describe("a device that is removed", () => {
  it("takes its person's account key with it: their other devices get another, and old certificates do not count", async () => {
    const scratch = await roaming();
    const [lost, kept] = [await certify(scratch), await certify(scratch)];
    const document = await (await scratch.enrol("colleague")).publish({
      grants: [{ who: [lost.answer.address], rights: ["VIEW"] }],
    });
    const ask = ({ client }: Certified, { accountCertificate }: Certified["answer"]) =>
      client.useLicense(document.license, fromBase64(accountCertificate, "internal"));
    await ask(kept, kept.answer);
    const { devices } = await kept.client.devices();
    await kept.client.removeDevice(devices.find(({ current }) => !current)!.id);
    expect((await refusalOf(lost.again())).code).toBe("device-removed");
    expect((await refusalOf(ask(kept, kept.answer))).code).toBe("account-mismatch");
    const renewed = await kept.again();
    expect((await accountKeyIn(renewed)).kid).not.toBe((await accountKeyIn(kept.answer)).kid);
    await expect(ask(kept, renewed)).resolves.toMatchObject({ permit: null });
  });
});

describe("changing who makes account keys", () => {
  const events = async ({ parts }: Service) =>
    (await parts.audit.events({ action: "change-keys" })).map(({ detail }) => detail);

  it("to the service and back takes effect with the next request, gives up what was kept, and is on record", async () => {
    const scratch = await scratchService();
    const device = await certify(scratch);
    expect([device.answer.accountKey, (await accountKeyIn(device.answer)).kid]).toEqual([
      null,
      device.own.publicKey.kid,
    ]);
    const { license } = await (await scratch.enrol("colleague")).publish({
      grants: [{ who: [device.answer.address], rights: ["VIEW"] }],
    });
    const ask = async ({ accountCertificate }: Certified["answer"]) =>
      device.client.useLicense(license, fromBase64(accountCertificate, "internal"));
    await ask(device.answer);

    const keeping = await restart(scratch, { accountKeys: "roaming" });
    expect((await refusalOf(ask(device.answer))).code).toBe("account-mismatch");
    const handed = await device.again();
    expect((await accountKeyIn(handed)).kid).not.toBe(device.own.publicKey.kid);
    await ask(handed);
    expect(await events(keeping)).toEqual(["account keys: roaming instead of device"]);

    const back = await restart({ ...scratch, service: keeping }, { accountKeys: "device" });
    expect(await back.parts.store.accountKeys.count()).toBe(0);
    expect((await refusalOf(ask(handed))).code).toBe("account-mismatch");
    const own = await device.again();
    expect((await accountKeyIn(own)).kid).toBe(device.own.publicKey.kid);
    await ask(own);
    expect((await events(back))[0]).toBe("account keys: device instead of roaming; 1 kept here are given up");
    const same = await restart({ ...scratch, service: back }, { accountKeys: "device" });
    expect(await events(same)).toHaveLength(2);
  });
});
