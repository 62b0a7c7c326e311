import { describe, expect, it } from "vitest";
import { scratchStore } from "../scratch.js";

const ada = {
  id: "11111111-1111-4111-8111-111111111111",
  name: "Ada",
  addresses: ["ada@x.example", "a.lovelace@x.example"],
  administrator: true,
  state: "active" as const,
  passwordHash: null,
  mustChange: false,
};
const bob = { ...ada, id: "22222222-2222-4222-8222-222222222222", name: "Bob", addresses: ["bob@x.example"] };

describe("accounts", () => {
  it("are found by id and by each of their addresses", async () => {
    const { accounts } = await scratchStore();
    await accounts.add(ada);
    expect(await accounts.find(ada.id)).toEqual({ ...ada, recycled: new Map() });
    for (const address of ada.addresses) expect(await accounts.findByAddress(address)).toMatchObject(ada);
    expect(await accounts.findByAddress("eve@x.example")).toBeNull();
  });

  it("know whether the password is the person's own: one that was given to them is to be changed", async () => {
    const { accounts } = await scratchStore();
    await accounts.add({ ...ada, mustChange: true });
    expect(await accounts.find(ada.id)).toMatchObject({ mustChange: true });
    await accounts.setPasswordHash(ada.id, "of their own");
    expect(await accounts.find(ada.id)).toMatchObject({ passwordHash: "of their own", mustChange: false });
    await accounts.setPasswordHash(ada.id, "given again", { mustChange: true });
    expect(await accounts.find(ada.id)).toMatchObject({ passwordHash: "given again", mustChange: true });
  });

  it("leave nothing behind when an address is taken", async () => {
    const { accounts } = await scratchStore();
    await accounts.add(ada);
    await expect(accounts.add({ ...bob, addresses: ["bob@x.example", ada.addresses[1]!] })).rejects.toThrow(/UNIQUE/);
    expect(await accounts.find(bob.id)).toBeNull();
    expect(await accounts.findByAddress("bob@x.example")).toBeNull();
  });
});

describe("devices", () => {
  const device = {
    racSerial: "r1",
    clcSerial: "c1",
    person: ada.id,
    accountKid: "a1",
    deviceKid: "a1",
    licensorKid: "l1",
    proofKey: "p",
    name: null,
    system: null,
  };

  it("may be certified again for the same person, and never for another", async () => {
    const { accounts, devices } = await scratchStore();
    await accounts.add(ada);
    await accounts.add(bob);
    await devices.add({ ...device, issued: 1, until: 9 });
    await devices.add({ ...device, racSerial: "r2", clcSerial: "c2", issued: 2, until: 9 });
    const stolen = { ...device, racSerial: "r3", clcSerial: "c3", person: bob.id, issued: 3, until: 9 };
    await expect(devices.add(stolen)).rejects.toMatchObject({ code: "account-mismatch" });
    await expect(devices.add({ ...stolen, accountKid: "a2", deviceKid: "a2" })).rejects.toMatchObject({
      code: "account-mismatch",
    });
    // Not even with the roles of the two keys exchanged, and nothing of the refused ones is kept.
    await expect(
      devices.add({ ...stolen, accountKid: "a2", deviceKid: "a2", licensorKid: "a1" }),
    ).rejects.toMatchObject({
      code: "account-mismatch",
    });
    await devices.add({
      ...device,
      racSerial: "r4",
      clcSerial: "c4",
      accountKid: "a2",
      deviceKid: "a2",
      issued: 4,
      until: 9,
    });
    expect(await devices.ofPerson(ada.id)).toMatchObject([{ racSerial: "r4", added: 1 }]); // one proof key, one device
    expect(await devices.ofPerson(bob.id)).toEqual([]);
  });

  it("are removed once, with all their certificates, and none of their keys is certified again", async () => {
    const { accounts, devices } = await scratchStore();
    await accounts.add(ada);
    await devices.add({ ...device, issued: 1, until: 9 });
    await devices.add({ ...device, racSerial: "r2", clcSerial: "c2", issued: 2, until: 9 });
    const other = { accountKid: "a2", deviceKid: "a2", licensorKid: "l2", proofKey: "p2" };
    await devices.add({ ...device, ...other, racSerial: "r3", clcSerial: "c3", issued: 2, until: 9 });
    const { id } = (await devices.findByAccount("r1"))!;
    expect(await devices.removedAt("p")).toBeNull();
    expect(await devices.remove(id, 5)).toBe(true);
    expect(await devices.remove(id, 6)).toBe(true);
    expect(await devices.remove("none", 6)).toBe(false);
    expect(await devices.findByLicensor("c1")).toMatchObject({ racSerial: "r1", revoked: 5 });
    expect(await devices.findByAccount("r2")).toMatchObject({ id, revoked: 5 });
    expect([await devices.removedAt("p"), await devices.removedAt("p2")]).toEqual([5, null]);
    const again = { ...device, ...other, racSerial: "r4", clcSerial: "c4", issued: 7, until: 9 };
    for (const old of [{ proofKey: "p" }, { licensorKid: "l1" }, { deviceKid: "a1" }, { deviceKid: "l1" }])
      await expect(devices.add({ ...again, ...old })).rejects.toMatchObject({ code: "device-removed" });
    await devices.add(again);
  });
});

describe("documents", () => {
  const document = {
    family: "f",
    issuer: ada.id,
    contentId: "c",
    name: null,
    label: "l",
    template: null,
    registered: 10,
  };

  it("are known by family and issuer, and stay revoked when registered again", async () => {
    const { documents } = await scratchStore();
    expect(await documents.setRevoked("f", ada.id, 20)).toBe(false);
    await documents.register(document, "digest-1", bob.id);
    expect(await documents.setRevoked("f", ada.id, 20)).toBe(true);
    await documents.register({ ...document, name: "plan.docx", registered: 30 }, "digest-2", bob.id);
    await documents.register({ ...document, registered: 40 }, "digest-1", ada.id);
    expect(await documents.find("f", ada.id)).toMatchObject({ ...document, name: "plan.docx", revoked: 20 });
    expect(await documents.find("f", bob.id)).toBeNull();
    expect(await documents.isVouchedFor("digest-1", 10)).toBe(true); // its issuer came, later
    expect(await documents.isVouchedFor("digest-2", 31)).toBe(true);
    expect(await documents.isVouchedFor("digest-2", 30)).toBe(false);
    expect(await documents.isVouchedFor("digest-3", 99)).toBe(false);
    await documents.setRevoked("f", ada.id, null);
    expect((await documents.find("f", ada.id))?.revoked).toBeNull();
  });

  it("are amended from the last version only, and each amendment is kept", async () => {
    const { documents, amendments } = await scratchStore();
    const terms = { grants: [], until: null, offlineDays: 7 };
    const of = (version: number, id = `id-${version}`) => {
      return { family: "f", issuer: ada.id, version, id, person: bob.id, time: version * 10, terms, shrank: true };
    };
    expect(await amendments.add(of(1), 0)).toBe(false);
    await documents.register(document, "digest-1", bob.id);
    expect(await amendments.add(of(1), 7)).toBe(false);
    const both = await Promise.all([amendments.add(of(1), 0), amendments.add(of(1, "other"), 0)]);
    expect(both.sort()).toEqual([false, true]);
    expect(await amendments.add(of(2), 0)).toBe(false);
    expect(await amendments.add(of(2), 1)).toBe(true);
    await documents.register({ ...document, registered: 30 }, "digest-2", bob.id);
    expect(await documents.find("f", ada.id)).toMatchObject({ amendment: 2, amended: 20 });
    expect(await amendments.find("f", ada.id, 2)).toEqual(of(2));
    expect(await amendments.findById("f", ada.id, "id-2")).toEqual(of(2));
    expect(await amendments.find("f", bob.id, 1)).toBeNull();
    expect((await amendments.find("f", ada.id, 1))?.version).toBe(1);
  });

  it("are listed for their issuer, newest first", async () => {
    const { documents } = await scratchStore();
    for (const registered of [1, 3, 2])
      await documents.register({ ...document, family: `f${registered}`, registered }, `d${registered}`, ada.id);
    await documents.register({ ...document, issuer: bob.id }, "d9", ada.id);
    expect((await documents.byIssuer(ada.id)).map((found) => found.family)).toEqual(["f3", "f2", "f1"]);
  });
});

describe("proofs", () => {
  it("are claimed by exactly one of many", async () => {
    const { proofs } = await scratchStore();
    const claims = await Promise.all(Array.from({ length: 20 }, () => proofs.claim("jti", 100)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await proofs.forgetBefore(100);
    expect(await proofs.claim("jti", 200)).toBe(false);
    await proofs.forgetBefore(101);
    expect(await proofs.claim("jti", 200)).toBe(true);
  });
});

describe("payloads", () => {
  it("are consumed by exactly one, and made by exactly one", async () => {
    const { payloads } = await scratchStore();
    await payloads.put("AuthorizationCode", "c", { grantId: "g" }, null);
    const consumed = await Promise.all([1, 2, 3].map(() => payloads.consume("AuthorizationCode", "c")));
    expect(consumed).toEqual([true, false, false]);
    expect(await payloads.find("AuthorizationCode", "c")).toMatchObject({ grantId: "g", consumed: expect.any(Number) });
    expect(await payloads.consume("AuthorizationCode", "none")).toBe(false);
    const made = await Promise.all([1, 2, 3].map(() => payloads.putNew("ReplayDetection", "r", {}, null)));
    expect(made).toEqual([true, false, false]);
  });

  it("end with their time, and are swept", async () => {
    let now = 1000;
    const store = await scratchStore(() => now);
    await store.payloads.put("Session", "s", { uid: "u", grantId: "g" }, 2000);
    await store.payloads.put("Client", "c", { forever: true }, null);
    expect(await store.payloads.findByUid("Session", "u")).toEqual({ uid: "u", grantId: "g" });
    expect(await store.payloads.find("Grant", "s")).toBeNull();
    now = 2000;
    expect(await store.payloads.find("Session", "s")).toBeNull();
    now = 2001;
    await store.sweep();
    expect(await store.read.selectFrom("oidc_payloads").select("id").execute()).toEqual([{ id: "c" }]);
  });

  it("of one grant are removed together", async () => {
    const { payloads } = await scratchStore();
    await payloads.put("RefreshToken", "1", { grantId: "g" }, null);
    await payloads.put("RefreshToken", "2", { grantId: "g" }, null);
    await payloads.put("RefreshToken", "3", { grantId: "h" }, null);
    await payloads.removeGrant("RefreshToken", "g");
    expect(await Promise.all(["1", "2", "3"].map((id) => payloads.find("RefreshToken", id)))).toEqual([
      null,
      null,
      { grantId: "h" },
    ]);
  });
});
