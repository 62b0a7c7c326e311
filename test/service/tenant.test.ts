import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { Keyring, type TenantKey } from "../../service/custody/keyring.js";
import { createPassphraseFile, createSoftwareKey, openSoftwareKey } from "../../service/custody/software.js";
import { activeCertificate, openTenant } from "../../service/tenant.js";
import { utf8 } from "../../shared/bytes.js";
import { parseServerLicensorCertificate } from "../../shared/license/certificates.js";
import { trustFrom } from "../../shared/license/trust.js";
import { encodeChain, parseChain, parseDocument } from "../../shared/license/xrml.js";
import { dayMs } from "../../shared/time.js";
import { rsaWorkerUrl } from "./rsa-worker.js";
import { scratchFolder, scratchStore } from "./scratch.js";

const publicUrl = new URL("https://rms.contoso.example");
const nowMs = Date.UTC(2027, 0, 1);

async function tenantKey(generation: number, archivedMs: number | null): Promise<TenantKey> {
  const folder = await scratchFolder();
  const key = { url: pathToFileURL(join(folder, "key")), passphraseFile: join(folder, "pass") };
  await createPassphraseFile(key.passphraseFile);
  await createSoftwareKey(key);
  const custody = await openSoftwareKey(key, { workerUrl: await rsaWorkerUrl(), threads: 1 });
  onTestFinished(() => custody.close());
  return { custody, generation, archivedMs, compromisedMs: null, declaredMs: null };
}

const certificateIn = async (text: string) => parseServerLicensorCertificate(await parseDocument(utf8(text)));

it("settles its id and certificate at the first start, and keeps them", async () => {
  const { settings } = await scratchStore();
  const keyring = new Keyring(await tenantKey(1, null));
  const first = await openTenant({ settings, keyring, publicUrl, now: () => nowMs });
  const again = await openTenant({ settings, keyring, publicUrl, now: () => nowMs + dayMs });
  expect(again.id).toBe(first.id);
  expect(again.audience).toBe(`urn:sealwright:${first.id}`);
  expect(again.serverCertificates).toEqual(first.serverCertificates);
  expect(await certificateIn(activeCertificate(first))).toMatchObject({ generation: 1, tenant: first.id });
});

it("writes a certificate anew when it moves to another address", async () => {
  const { settings } = await scratchStore();
  const keyring = new Keyring(await tenantKey(1, null));
  const first = await openTenant({ settings, keyring, publicUrl, now: () => nowMs });
  const moved = new URL("https://seal.contoso.example:8443");
  const there = await openTenant({ settings, keyring, publicUrl: moved, now: () => nowMs });
  expect(there.id).toBe(first.id);
  expect((await certificateIn(activeCertificate(there))).serviceAddress).toBe("https://seal.contoso.example:8443");
});

it("announces a new tenant key by the one before, so that clients who pinned that one follow", async () => {
  const { settings } = await scratchStore();
  const [old, fresh] = [await tenantKey(1, null), await tenantKey(2, null)];
  const first = await openTenant({ settings, keyring: new Keyring(old), publicUrl, now: () => nowMs });
  const { kid } = old.custody.publicKey;
  const pinned = { tenant: first.id, kid, generation: 1, newest: kid };
  const archived = { ...old, archivedMs: nowMs + dayMs };
  const keyring = new Keyring(fresh, [archived]);
  const rolled = await openTenant({ settings, keyring, publicUrl, now: () => nowMs + 2 * dayMs });
  expect(rolled.serverCertificates[0]).toBe(first.serverCertificates[0]);
  expect(rolled.serverCertificates).toHaveLength(2);
  const shown = await parseChain(encodeChain(rolled.serverCertificates));
  const trust = await trustFrom(shown, pinned);
  const expected = new Map([
    [kid, { generation: 1, archivedMs: nowMs + dayMs }],
    [fresh.custody.publicKey.kid, { generation: 2 }],
  ]);
  expect(trust).toEqual({ tenant: first.id, keys: expected });
  expect(rolled.trust).toEqual(trust);
});
