import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../service/audit.js";
import { fromBase64 } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import { dayMs } from "../../../shared/time.js";
import { newProofKey, obtainCode, type ProofKey, requestTokens, signInWithPassword } from "../identity/client.js";
import { newKeys, refusalOf, spkiText, type TestDevice } from "./device.js";
import { sharedService } from "./scratch-service.js";

const shared = sharedService();
const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

/** A device nobody has, for what only its rows matter to. */
const blank = {
  racSerial: newId(),
  clcSerial: newId(),
  accountKid: "blank-account",
  deviceKid: "blank-account",
  licensorKid: "blank-licensor",
  name: null,
  system: null,
  issued: Date.now(),
  until: Date.now() + dayMs,
};

/** The id of a device, as its person sees it. */
async function idOf(device: TestDevice): Promise<string> {
  const { devices } = await device.client.devices();
  return devices.find(({ current }) => current)!.id;
}

const audited = async (action: AuditRecord["action"]) =>
  (await shared().service.parts.audit.events({ action, limit: 5 }))[0]!;

describe("the devices of a person", () => {
  it("are listed with the names they gave themselves, once each however often they were certified", async () => {
    const device = await shared().enrol("colleague");
    const called = { name: "bob's laptop\u001b[2J", system: "Linux" };
    const halves = { accountKey: spkiText(device.account.publicKey), licensorKey: spkiText(device.licensor.publicKey) };
    await device.client.certify({ ...halves, device: called });
    const { devices } = await device.client.devices();
    const mine = devices.filter(({ current }) => current);
    expect(mine).toMatchObject([{ ...called, removed: null }]);
    expect(Date.parse(mine[0]!.until)).toBeGreaterThan(Date.parse(mine[0]!.renewed));
    const others = (await shared().devices.olga.client.devices()).devices;
    expect(others.map(({ id }) => id)).not.toContain(mine[0]!.id);
  });

  it("may have names of 64 characters and no longer, and no license ever holds one", async () => {
    const { ada } = shared().devices;
    const halves = { accountKey: spkiText(ada.account.publicKey), licensorKey: spkiText(ada.licensor.publicKey) };
    const name = "n".repeat(64);
    const certified = await ada.client.certify({ ...halves, device: { name, system: "s".repeat(64) } });
    for (const certificate of [certified.accountCertificate, certified.licensorCertificate!])
      expect(new TextDecoder().decode(fromBase64(certificate, "internal"))).not.toMatch(/nnnn|ssss/);
    const tooLong = ada.client.certify({ ...halves, device: { name: `${name}n`, system: "" } });
    expect((await refusalOf(tooLong)).code).toBe("request-malformed");
  });
});

describe("a removed device", () => {
  it("is out at once, for everything, with words; and it is on record who did it, and that it tried", async () => {
    const [lost, other] = [await shared().enrol("writer"), shared().devices.ada];
    const { license } = await lost.publish({ grants });
    await lost.client.register(license);
    const id = await idOf(lost);
    const answer = await other.client.removeDevice(id);
    expect(answer.device).toBe(id);
    expect((await other.client.removeDevice(id)).removed).toBe(answer.removed);
    const record = await audited("remove-device");
    expect(record).toMatchObject({ result: "done", address: "ada@trial.example", detail: expect.stringContaining(id) });
    const { client } = lost;
    const acts = [
      () => client.documents(),
      () => client.register(license),
      () => client.track(license),
      () => client.policy(),
      () => client.devices(),
      () => lost.use(license),
    ];
    for (const act of acts)
      expect((await refusalOf(act())).answer).toMatchObject({
        code: "device-removed",
        message: "this device was removed; sign in again to use it",
        offers: ["sign-in"],
      });
    expect(await audited("sign-in")).toMatchObject({ result: "device-removed", subject: lost.certified.subject });
    expect((await other.client.devices()).devices.find((one) => one.id === id)?.removed).toBe(answer.removed);
  });

  it("has no sign-in any more, not even by a refresh under way; a sign-in goes on with another key", async () => {
    const { origin, people, service } = shared();
    const place = { issuer: `${origin}/oidc`, audience: service.parts.tenant.audience };
    const person = { username: people.writer.user, password: people.writer.password };
    const key = await newProofKey();
    const signedIn = await signInWithPassword(place, person, key);
    const refresh = (token: string) =>
      requestTokens(place.issuer, key, { grant_type: "refresh_token", refresh_token: token });
    const { store } = service.parts;
    await store.devices.add({ ...blank, person: shared().devices.ada.certified.subject, proofKey: key.jkt });
    const { id } = (await store.devices.findByAccount(blank.racSerial))!;
    const [under] = await Promise.all([refresh(signedIn.json.refresh_token!), store.devices.remove(id, Date.now())]);
    for (const token of [signedIn.json.refresh_token!, under.json.refresh_token ?? "none"])
      expect(await refresh(token)).toMatchObject({
        status: 400,
        json: { error: "invalid_grant", code: "device-removed" },
      });
    const { code, started } = await obtainCode(place, person);
    const fields = { grant_type: "authorization_code", code, code_verifier: started.verifier };
    const exchange = (using: ProofKey) =>
      requestTokens(place.issuer, using, { ...fields, redirect_uri: started.redirectUri });
    expect((await exchange(key)).json.code).toBe("device-removed");
    expect((await exchange(await newProofKey())).status).toBe(200);
  });

  it("cannot have its keys certified by another sign-in", async () => {
    const [lost, other] = [await shared().enrol("colleague"), await shared().enrol("colleague")];
    await other.client.removeDevice(await idOf(lost));
    const fresh = await newKeys("sign");
    const [account, licensor] = [spkiText(lost.account.publicKey), spkiText(lost.licensor.publicKey)];
    for (const keys of [
      { accountKey: account, licensorKey: spkiText(fresh.publicKey) },
      { accountKey: spkiText(fresh.publicKey), licensorKey: licensor },
    ])
      expect((await refusalOf(other.client.certify(keys))).code).toBe("device-removed");
  });

  it("vouches for what its person brings from a device in use, whenever that was made, and for nothing else", async () => {
    const [lost, other] = [await shared().enrol("writer"), shared().devices.ada];
    const { bob, ines } = shared().devices;
    const [late, forged] = [await lost.publish({ grants }), await lost.publish({ grants })];
    await other.client.removeDevice(await idOf(lost));
    expect((await refusalOf(bob.use(late.license))).code).toBe("license-invalid");
    for (const somebody of [bob, ines])
      expect((await refusalOf(somebody.client.register(late.license))).code).toBe("license-invalid");
    await other.client.register(late.license);
    expect((await bob.use(late.license)).use.rights).toEqual(["VIEW"]);
    expect((await refusalOf(bob.use(forged.license))).code).toBe("license-invalid");
  });
});

describe("whose device may be removed", () => {
  it("is one's own; somebody else's is as unknown as none", async () => {
    const { ada, bob } = shared().devices;
    const id = await idOf(bob);
    for (const theirs of [id, newId()])
      expect((await refusalOf(ada.client.removeDevice(theirs))).answer).toMatchObject({
        code: "access-denied",
        message: "you have no such device; see which there are with: seal devices list",
      });
    expect((await bob.client.policy()).labels.length).toBeGreaterThan(0);
  });

  it("is anybody's for administrators, and nobody's for others", async () => {
    const { ines, bob } = shared().devices;
    const lost = await shared().enrol("outsider");
    const id = await idOf(lost);
    const listed = await ines.admin.devicesOf("OLGA@outside.example");
    expect(listed.devices.map((device) => device.id)).toContain(id);
    for (const act of [() => bob.admin.devicesOf("olga@outside.example"), () => bob.admin.removeAnyDevice(id)])
      expect((await refusalOf(act())).message).toBe("only administrators can do this");
    await ines.admin.removeAnyDevice(id);
    expect((await refusalOf(lost.client.policy())).code).toBe("device-removed");
    expect(await audited("remove-device")).toMatchObject({ address: "ines@trial.example", result: "done" });
    expect((await refusalOf(ines.admin.removeAnyDevice(newId()))).code).toBe("change-refused");
    expect((await refusalOf(ines.admin.devicesOf("nobody@trial.example"))).code).toBe("change-refused");
    expect((await refusalOf(ines.admin.devicesOf("not an address"))).code).toBe("address-malformed");
  });
});
