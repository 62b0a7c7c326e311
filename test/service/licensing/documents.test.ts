import { describe, expect, it } from "vitest";
import type { Bytes } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import { dayMs, minuteMs, secondTime } from "../../../shared/time.js";
import { refusalOf, type TestDevice } from "./device.js";
import { scratchService, sharedService } from "./scratch-service.js";

const shared = sharedService();
const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

const acts = ["register", "track", "revoke", "restore"] as const;

describe("a document", () => {
  it("is listed for its issuer once it is registered, with the name only they know", async () => {
    const { ada, bob } = shared().devices;
    const label = newId();
    const { license, policy } = await ada.publish({ grants, name: "plan.txt", label });
    expect((await ada.client.register(license)).family).toBe(policy.family);
    await ada.client.register(license);
    const mine = (await ada.client.documents()).documents.filter(({ family }) => family === policy.family);
    expect(mine).toEqual([
      {
        family: policy.family,
        contentId: policy.family,
        name: "plan.txt",
        label,
        registered: expect.any(String),
        revoked: null,
        amended: null,
      },
    ]);
    expect((await bob.client.documents()).documents.map(({ family }) => family)).not.toContain(policy.family);
  });

  it("tells its owner who opened it and who was refused, newest first", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license } = await ada.publish({ grants });
    await bob.use(license);
    await refusalOf(olga.use(license));
    const { document, events } = await ada.client.track(license);
    expect(document).toBeNull();
    expect(events.map(({ action, result, address, name }) => [action, result, address, name])).toEqual([
      ["track", "done", "ada@trial.example", "Ada Lovelace"],
      ["grant", "access-denied", "olga@outside.example", "Olga Novak"],
      ["grant", "done", "bob@trial.example", "Bob Fisher"],
    ]);
  });

  it.each(acts)("lets its issuer, its owner and administrators %s it, and nobody else", async (act) => {
    const { ada, bob, olga, ines } = shared().devices;
    const { license } = await ada.publish({ grants, owner: "bob@trial.example" });
    for (const device of [ada, bob, ines]) await device.client[act](license);
    const { answer } = await refusalOf(olga.client[act](license));
    expect(answer).toEqual({
      code: "access-denied",
      message: "only Bob Fisher or an administrator can do this; Olga Novak did not protect this file",
      offers: ["ask-owner", "switch-account"],
      owner: { address: "bob@trial.example", name: "Bob Fisher" },
    });
  });

  it("opens for its owner as for its issuer, and says who protected it", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants: [], owner: "bob@trial.example" });
    await ada.client.revoke(license);
    const { use } = await bob.use(license);
    expect(use).toMatchObject({ rights: ["OWNER"], terms: { author: { address: "ada@trial.example" } } });
  });

  it("of somebody else under the same family is another document", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license, policy } = await ada.publish({ grants });
    const twin = await olga.publish({ grants, family: policy.family });
    await olga.client.revoke(twin.license);
    expect((await refusalOf(bob.use(twin.license))).code).toBe("access-revoked");
    expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
    expect((await ada.client.track(license)).events.every(({ address }) => address !== "olga@outside.example")).toBe(
      true,
    );
  });
});

describe("another label", () => {
  it("is written down with its reason, by who may change it; by others as refused", async () => {
    const { service, devices } = shared();
    const { ada, bob, olga } = devices;
    const labels = await service.parts.store.policies.labels();
    const [from, to] = [labels.at(-2)!, labels.find(({ names }) => names.en === "General")!];
    const exporting = [{ who: ["bob@trial.example"], rights: ["VIEW", "EXPORT"] }];
    const reading = [{ who: ["olga@outside.example"], rights: ["VIEW", "EDIT"] }];
    const { license } = await ada.publish({ grants: [...exporting, ...reading], label: from.id });
    const asked = { license, label: to.id, reason: "everybody knows by now" };
    await bob.client.relabel(asked);
    await ada.client.relabel({ ...asked, label: null, reason: null });
    const gone = newId();
    await ada.client.relabel({ ...asked, label: gone });
    expect((await refusalOf(olga.client.relabel(asked))).code).toBe("right-missing");
    expect((await refusalOf(ada.client.relabel({ ...asked, reason: "x".repeat(513) }))).code).toBe("request-malformed");
    const { events } = await ada.client.track(license);
    const told = events.filter(({ action }) => action === "relabel");
    const before = "Highly confidential/All employees";
    expect(told.map(({ result, address, detail }) => [result, address, detail])).toEqual([
      ["right-missing", "olga@outside.example", `${before} -> General: everybody knows by now`],
      ["done", "ada@trial.example", `${before} -> ${gone}: everybody knows by now`],
      ["done", "ada@trial.example", `${before} -> no label: no reason was asked for`],
      ["done", "bob@trial.example", `${before} -> General: everybody knows by now`],
    ]);
  });
});

describe("a revocation", () => {
  it("reaches every copy of the family", async () => {
    const { ada, bob } = shared().devices;
    const { license, policy } = await ada.publish({ grants });
    const copy = await ada.publish({ grants, family: policy.family });
    await ada.client.revoke(copy.license);
    expect((await refusalOf(bob.use(license))).code).toBe("access-revoked");
  });

  it("keeps its first moment, and says when it was", async () => {
    const { enrol, clock } = await scratchService();
    const [ada, bob] = [await enrol("writer"), await enrol("colleague")];
    const { license } = await ada.publish({ grants });
    const first = await ada.client.revoke(license);
    clock.now = () => Date.now() + 2 * minuteMs;
    expect((await ada.client.revoke(license)).revoked).toBe(first.revoked);
    const day = new Date(first.revoked!).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
    expect((await refusalOf(bob.use(license))).message).toBe(`Ada Lovelace withdrew this file on ${day}`);
    expect((await ada.client.documents()).documents).toMatchObject([{ revoked: first.revoked }]);
  });

  const lastAfter = async (device: TestDevice, license: Bytes, readers: readonly TestDevice[]) => {
    for (const reader of readers) await reader.use(license);
    return (await device.client.revoke(license)).lastOfflineUse;
  };

  it("names the last moment a license that was given can still open the document", async () => {
    const { ada, bob } = shared().devices;
    const nobody = await ada.publish({ grants });
    expect(await lastAfter(ada, nobody.license, [])).toBeNull();
    const week = await ada.publish({ grants });
    const last = await lastAfter(ada, week.license, [bob]);
    expect(Date.parse(last!) - (Date.now() + 7 * dayMs)).toBeLessThanOrEqual(0);
    expect(Date.parse(last!) - (Date.now() + 7 * dayMs)).toBeGreaterThan(-2 * minuteMs);
    const ever = await ada.publish({ grants, offlineDays: -1 });
    expect(await lastAfter(ada, ever.license, [bob])).toBe("9999-12-31T23:59:00Z");
  });

  it("does not count what is never stored, nor what issuer and owner keep anyway", async () => {
    const { ada, bob } = shared().devices;
    const online = await ada.publish({ grants, offlineDays: 0 });
    expect(await lastAfter(ada, online.license, [bob])).toBeNull();
    const own = await ada.publish({ grants });
    expect(await lastAfter(ada, own.license, [ada])).toBeNull();
  });

  it("names no moment that has passed", async () => {
    const { enrol, clock } = await scratchService();
    const [ada, bob] = [await enrol("writer"), await enrol("colleague")];
    const { license } = await ada.publish({ grants, until: secondTime(Date.now() + 3 * minuteMs) });
    await bob.use(license);
    clock.now = () => Date.now() + 4 * minuteMs;
    expect((await ada.client.revoke(license)).lastOfflineUse).toBeNull();
  });

  it("that is acknowledged leaves no license behind that it does not name", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants });
    const asking = Array.from({ length: 30 }, () =>
      bob.use(license).then(
        ({ use }) => use.untilMs,
        () => null,
      ),
    );
    const { lastOfflineUse } = await ada.client.revoke(license);
    const given = (await Promise.all(asking)).filter((untilMs) => untilMs !== null);
    const lastMs = lastOfflineUse === null ? 0 : Date.parse(lastOfflineUse);
    expect(Math.max(0, ...given)).toBeLessThanOrEqual(lastMs);
  });
});

describe("the audit", () => {
  it("is verified for administrators only", async () => {
    const { ada, ines } = shared().devices;
    expect(await ines.admin.verifyAudit()).toMatchObject({ intact: true, firstBad: null });
    expect((await refusalOf(ada.admin.verifyAudit())).code).toBe("access-denied");
  });

  it("names who asked, with which device and key, and from where", async () => {
    const { ada, bob } = shared().devices;
    const { license, policy } = await ada.publish({ grants, name: "secret plan.txt" });
    await bob.use(license);
    const { audit } = shared().service.parts;
    const [record] = await audit.events({ family: policy.family, issuer: policy.issuer, action: "grant" });
    expect(record).toMatchObject({
      result: "done",
      subject: bob.certified.subject,
      contentId: policy.family,
      proofKey: bob.credentials.proofKey.thumbprint,
      detail: "VIEW",
      ip: expect.stringMatching(/127\.0\.0\.1|::1/),
    });
    for (const id of [record!.device, record!.correlationId]) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(record)).not.toContain("secret plan");
  });
});
