import { describe, expect, it } from "vitest";
import { RateLimit } from "../../../service/rate-limit.js";
import { type Bytes, fromBase64, toBase64url, utf8 } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import { encodeAccountCertificate } from "../../../shared/license/certificates.js";
import { ServiceClient } from "../../../shared/protocol/service-client.js";
import { dayMs, minuteMs, secondTime } from "../../../shared/time.js";
import { credentialsOf, newKeys, refusalOf, spkiText, type TestDevice } from "./device.js";
import { scratchService, sharedService } from "./scratch-service.js";

/** Each thing that is wrong hides everything that comes after it (docs/service.md, "The order of a grant"). */

const shared = sharedService();
const rubbish = utf8("no license");
const project = ["project@trial.example"];

const code = async (device: TestDevice, license: Bytes, certificate = device.accountCertificate) =>
  (await refusalOf(device.client.useLicense(license, certificate))).code;

/** Ended and withdrawn, for the project only. */
async function endedAndRevoked(ada: TestDevice) {
  const until = secondTime(Date.now() - minuteMs);
  const { license } = await ada.publish({ grants: [{ who: project, rights: ["VIEW"] }], until });
  await ada.client.revoke(license);
  return license;
}

/** Runs `work` while this device may ask for nothing for a while. */
async function exhausted<T>(device: TestDevice, work: () => Promise<T>): Promise<T> {
  const { limits } = shared().service.parts;
  const { licenses } = limits;
  const slow = new RateLimit({ burst: 1, perSecond: 0.01 });
  slow.take(`${device.certified.subject} ${device.credentials.proofKey.thumbprint}`);
  Object.assign(limits, { licenses: slow });
  try {
    return await work();
  } finally {
    Object.assign(limits, { licenses });
  }
}

describe("what is told", () => {
  it("without a sign-in, only that", async () => {
    const { bob } = shared().devices;
    const client = new ServiceClient(bob.discovery.api, credentialsOf(bob.credentials.proofKey, "a.b.c"));
    expect((await refusalOf(client.useLicense(rubbish, rubbish))).code).toBe("sign-in-needed");
  });

  it("with a certificate that is not the caller's, only that", async () => {
    const { ada, bob } = shared().devices;
    expect(await code(bob, rubbish, ada.accountCertificate)).toBe("account-mismatch");
  });

  it("with a license that does not hold, only that, however often one asked", async () => {
    const { bob } = shared().devices;
    expect(await exhausted(bob, () => code(bob, rubbish))).toBe("license-invalid");
  });

  it("to a device that asks too often, only when to come back, also if they have no right", async () => {
    const { ada, olga } = shared().devices;
    const license = await endedAndRevoked(ada);
    const ask = () => refusalOf(olga.client.useLicense(license, olga.accountCertificate));
    const { answer } = await exhausted(olga, ask);
    expect(answer).toEqual({
      code: "rate-limited",
      message: "too many requests from this device; try again in 100 seconds",
    });
    await exhausted(olga, async () => {
      const other = await shared().enrol("outsider");
      expect(await code(other, license)).toBe("access-denied");
    });
  });

  it("to a stranger not that a document was withdrawn or has ended, to a reader the first of both", async () => {
    const { ada, bob, olga } = shared().devices;
    const license = await endedAndRevoked(ada);
    expect(await code(olga, license)).toBe("access-denied");
    expect(await code(bob, license)).toBe("access-revoked");
    await ada.client.restore(license);
    expect(await code(bob, license)).toBe("access-expired");
    expect(await code(olga, license)).toBe("access-denied");
    expect((await ada.use(license)).use.rights).toEqual(["OWNER"]);
  });
});

describe("the account certificate", () => {
  const license = async () => {
    const grants = [{ who: project, rights: ["VIEW"] }];
    return (await shared().devices.ada.publish({ grants })).license;
  };

  it.each([
    ["of another person", async () => shared().devices.ada.accountCertificate],
    ["of the same person's other device", async () => (await shared().enrol("colleague")).accountCertificate],
    ["that is a licensor certificate", async () => utf8(shared().devices.bob.licensorCertificate)],
    ["that is a license", license],
    ["that is empty", async () => new Uint8Array(0)],
    ["that is rubbish", async () => crypto.getRandomValues(new Uint8Array(3000))],
  ])("%s is refused with one sentence", async (_name, certificate: () => Promise<Bytes>) => {
    const { bob } = shared().devices;
    const { answer } = await refusalOf(bob.client.useLicense(await license(), await certificate()));
    expect(answer).toEqual({
      code: "account-mismatch",
      message: "this device's account certificate does not hold any more; sign in again",
      offers: ["sign-in"],
    });
  });

  it.each(["serial", "tenant", "subject", "proof key"])(
    "with another %s is refused, though our key signed it",
    async (what) => {
      const { bob } = shared().devices;
      const { custody } = shared().service.parts.tenant.keyring.active;
      const serial = (await shared().service.parts.store.devices.ofPerson(bob.certified.subject))[0]!.racSerial;
      const fields = {
        serial: what === "serial" ? newId() : serial,
        tenant: what === "tenant" ? newId() : bob.discovery.tenant,
        subject: what === "subject" ? newId() : bob.certified.subject,
        dpop: what === "proof key" ? null : bob.credentials.proofKey.thumbprint,
        address: "bob@trial.example",
        issuedMs: Date.now(),
        untilMs: Date.now() + dayMs,
        key: bob.account.publicKey,
      };
      const forged = utf8(await encodeAccountCertificate(fields, custody));
      expect(await code(bob, await license(), forged)).toBe("account-mismatch");
    },
  );

  it("signed by somebody else is refused", async () => {
    const { bob, ada } = shared().devices;
    const fields = { tenant: bob.discovery.tenant, issuedMs: Date.now(), untilMs: Date.now() + dayMs };
    const { subject } = bob.certified;
    const dpop = bob.credentials.proofKey.thumbprint;
    const about = {
      ...fields,
      serial: newId(),
      subject,
      dpop,
      address: "bob@trial.example",
      key: bob.account.publicKey,
    };
    expect(await code(bob, await license(), utf8(await encodeAccountCertificate(about, ada.licensor)))).toBe(
      "account-mismatch",
    );
  });

  it("of a withdrawn device is refused, at once", async () => {
    const lost = await shared().enrol("colleague");
    const document = await license();
    expect((await lost.use(document)).use.rights).toEqual(["VIEW"]);
    const { devices } = shared().service.parts.store;
    const [device] = await devices.ofPerson(lost.certified.subject);
    await devices.remove(device!.id, Date.now());
    expect(await code(lost, document)).toBe("device-removed");
  });

  it("ends after its time, and a new one takes its place", async () => {
    const { enrol, clock, service } = await scratchService();
    const ada = await enrol("writer");
    const { license: document } = await ada.publish({ grants: [{ who: project, rights: ["VIEW"] }] });
    Object.assign(service.parts, { certificateDays: (3 * minuteMs) / dayMs });
    const bob = await enrol("colleague");
    expect((await bob.use(document)).use.rights).toEqual(["VIEW"]);
    clock.now = () => Date.now() + 3 * minuteMs;
    expect(await code(bob, document)).toBe("account-mismatch");
    const keys = { accountKey: spkiText(bob.account.publicKey), licensorKey: spkiText(bob.licensor.publicKey) };
    const { accountCertificate } = await bob.client.certify(keys);
    const answer = await bob.client.useLicense(document, fromBase64(accountCertificate, "internal"));
    expect((await bob.open(document, answer.useLicense)).use.rights).toEqual(["VIEW"]);
  });
});

describe("a withdrawn device that published", () => {
  it("is believed for what was registered before, and for nothing else", async () => {
    const lost = await shared().enrol("writer");
    const { bob, ada } = shared().devices;
    const grants = [{ who: project, rights: ["VIEW"] }];
    const [registered, unknown] = [await lost.publish({ grants }), await lost.publish({ grants })];
    await lost.client.register(registered.license);
    const { devices } = shared().service.parts.store;
    const device = (await devices.ofPerson(lost.certified.subject)).find(
      ({ licensorKid }) => licensorKid === lost.licensor.publicKey.kid,
    );
    await devices.remove(device!.id, Date.now() + 1);
    expect((await bob.use(registered.license)).use.rights).toEqual(["VIEW"]);
    expect(await code(bob, unknown.license)).toBe("license-invalid");
    for (const act of [ada.client.track, ada.client.revoke, bob.client.register])
      expect((await refusalOf(act(unknown.license))).code).toBe("license-invalid");
    expect(await code(bob, (await lost.publish({ grants })).license)).toBe("license-invalid");
  });

  it("is believed, but given nothing, once nobody knows it any more: the database came from an older copy", async () => {
    const forgotten = await shared().enrol("writer");
    const { bob } = shared().devices;
    const { license } = await forgotten.publish({ grants: [{ who: project, rights: ["VIEW"] }] });
    const { kid } = forgotten.licensor.publicKey;
    await shared().service.parts.store.write((tx) =>
      tx.deleteFrom("devices").where("licensor_kid", "=", kid).execute(),
    );
    expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
    expect(await code(forgotten, license)).toBe("account-mismatch");
  });
});

describe("certifying", () => {
  const request = (device: TestDevice, accountKey: Bytes, licensorKey: Bytes) =>
    device.client.certify({ accountKey: toBase64url(accountKey), licensorKey: toBase64url(licensorKey) });

  it("refuses keys that are no two RSA keys of 2048 bits", async () => {
    const { bob } = shared().devices;
    const { spki } = (await newKeys("sign")).publicKey;
    const long = await crypto.subtle.generateKey(
      { name: "RSA-OAEP", hash: "SHA-256", modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1) },
      true,
      ["encrypt", "decrypt"],
    );
    const longSpki = new Uint8Array(await crypto.subtle.exportKey("spki", long.publicKey));
    const tenantKey = shared().service.parts.tenant.keyring.active.custody.publicKey.spki;
    for (const [one, other] of [
      [spki, spki],
      [spki, longSpki],
      [spki, tenantKey],
      [spki, spki.slice(1)],
      [new Uint8Array(0), spki],
    ] as const)
      expect((await refusalOf(request(bob, one, other))).code).toBe("request-malformed");
  });

  it("refuses a key that is certified for somebody else", async () => {
    const { ada, bob } = shared().devices;
    const { spki } = (await newKeys("sign")).publicKey;
    expect((await refusalOf(request(bob, ada.account.publicKey.spki, spki))).code).toBe("account-mismatch");
    expect((await refusalOf(request(bob, spki, ada.licensor.publicKey.spki))).code).toBe("account-mismatch");
  });

  it("refuses an account that was switched off", async () => {
    const { enrol, service } = await scratchService();
    const bob = await enrol("colleague");
    await service.parts.store.accounts.setState(bob.certified.subject, "disabled");
    // The directory is asked again once what it said is old.
    (service.parts.directory as unknown as { forget(): void }).forget();
    const { spki } = (await newKeys("sign")).publicKey;
    const refused = await refusalOf(request(bob, spki, bob.account.publicKey.spki));
    expect(refused.answer).toMatchObject({ code: "account-mismatch", offers: ["switch-account"] });
  });
});
