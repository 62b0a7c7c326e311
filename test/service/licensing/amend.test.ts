import { describe, expect, it } from "vitest";
import type { Bytes } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import type { Grant } from "../../../shared/policy.js";
import { dayMs, secondTime } from "../../../shared/time.js";
import { refusalOf, type TestDevice } from "./device.js";
import { sharedService } from "./scratch-service.js";

/** Rights changed after sending (docs/service.md, "The policy in force"). */

const shared = sharedService();
const bobs = "bob@trial.example";
const olgas = "olga@outside.example";
const gives = (who: string, ...rights: string[]): Grant => ({ who: [who], rights });
const viewing = [gives(bobs, "VIEW")];

interface Wanted {
  grants?: Grant[];
  until?: string | null;
  offlineDays?: number;
  base?: number;
  id?: string;
}

/** The version now, unless `base` says another. */
async function amend(by: TestDevice, license: Bytes, wanted: Wanted) {
  const { version, grants, until, offlineDays } = await by.client.documentPolicy(license);
  return by.client.amend({ license, id: newId(), base: version, grants, until, offlineDays, ...wanted });
}

const rightsOf = async (device: TestDevice, license: Bytes) => (await device.use(license)).use.rights;
const codeFor = async (device: TestDevice, license: Bytes) => (await refusalOf(device.use(license))).code;

describe("an amendment", () => {
  it("replaces the policy of every copy of the document, from the next grant on", async () => {
    const { ada, bob, olga } = shared().devices;
    const sent = await ada.publish({ grants: viewing });
    const copy = await ada.publish({ grants: viewing, family: sent.policy.family });
    await bob.use(sent.license);
    const { version } = await amend(ada, sent.license, { grants: [gives(olgas, "PRINT")], offlineDays: 0 });
    expect(version).toBe(1);
    for (const { license } of [sent, copy]) {
      expect(await codeFor(bob, license)).toBe("access-denied");
      const { use } = await olga.use(license);
      expect(use).toMatchObject({ rights: ["VIEW", "PRINT"], mayStore: false });
      expect(use.terms.amended).toMatch(/Z$/);
    }
    expect((await ada.use(sent.license)).use.rights).toEqual(["OWNER"]);
  });

  it("is told to those who may see the policy, and shown to who tracks the document", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license, policy } = await ada.publish({
      grants: [gives(bobs, "VIEW", "VIEWRIGHTSDATA"), gives(olgas, "VIEW")],
    });
    expect(await bob.client.documentPolicy(license)).toMatchObject({
      version: 0,
      grants: policy.grants,
      template: null,
    });
    expect((await refusalOf(olga.client.documentPolicy(license))).code).toBe("right-missing");
    await amend(ada, license, { until: secondTime(Date.now() + dayMs) });
    expect(await bob.client.documentPolicy(license)).toMatchObject({ version: 1, grants: policy.grants });
    const { document, events } = await ada.client.track(license);
    expect(document).toMatchObject({ family: policy.family, amended: expect.stringMatching(/Z$/) });
    expect(events.map(({ action }) => action)).toContain("amend");
    expect(events.filter(({ action }) => action === "amend")).toHaveLength(1);
  });

  it("wins over the template, whose texts and obligations stay; a template that is gone still closes", async () => {
    const { service, devices } = shared();
    const { ada, bob, olga } = devices;
    const { policies } = service.parts.store;
    const [template] = await policies.templates();
    const own = {
      ...template!,
      id: newId(),
      grants: viewing,
      obligations: [{ type: "watermark" as const, text: "ours" }],
    };
    await policies.put({ templates: [own] });
    const { license } = await ada.publish({ grants: viewing, template: own.id });
    await amend(ada, license, { grants: [gives(olgas, "VIEW")] });
    await policies.put({ templates: [{ ...own, grants: [gives(bobs, "VIEW", "EDIT")] }] });
    expect(await codeFor(bob, license)).toBe("access-denied");
    expect((await olga.use(license)).use.terms).toMatchObject({
      obligations: own.obligations,
      texts: expect.any(Array),
    });
    await service.parts.store.write((tx) => tx.deleteFrom("templates").where("id", "=", own.id).execute());
    expect(await codeFor(olga, license)).toBe("access-denied");
    expect(await rightsOf(ada, license)).toEqual(["OWNER"]);
  });

  it("does not reach a license that was made knowing it, and the next one does", async () => {
    const { ada, bob } = shared().devices;
    const first = await ada.publish({ grants: viewing });
    await amend(ada, first.license, { grants: [] });
    const again = await ada.publish({ grants: viewing, family: first.policy.family, amendment: 1 });
    expect(await codeFor(bob, first.license)).toBe("access-denied");
    const { use } = await bob.use(again.license);
    expect([use.rights, use.terms.amended]).toEqual([["VIEW"], undefined]);
    expect((await amend(ada, again.license, { grants: [] })).version).toBe(2);
    expect(await codeFor(bob, again.license)).toBe("access-denied");
  });

  it("says until when a license given before can still open the document, and who may do less", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants: viewing });
    expect(await amend(ada, license, { grants: [gives(bobs, "VIEW", "PRINT")] })).toMatchObject({
      shrank: false,
      lastOfflineUse: null,
    });
    const { use } = await bob.use(license);
    const answer = await amend(ada, license, { grants: [] });
    expect(answer).toMatchObject({ shrank: true, lastOfflineUse: secondTime(use.untilMs) });
  });

  it("may end access, and give it again", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants: viewing });
    await amend(ada, license, { until: "2020-01-01T00:00:00Z" });
    expect(await codeFor(bob, license)).toBe("access-expired");
    expect(await rightsOf(ada, license)).toEqual(["OWNER"]);
    await amend(ada, license, { until: null });
    expect(await rightsOf(bob, license)).toEqual(["VIEW"]);
  });
});

describe("amendments that meet", () => {
  it("from the same version: one holds, the other is told, and can be made on top", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license } = await ada.publish({ grants: [] });
    const wishes = [gives(bobs, "VIEW"), gives(olgas, "VIEW")];
    const outcomes = await Promise.allSettled(wishes.map((grant) => amend(ada, license, { grants: [grant], base: 0 })));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = outcomes.findIndex(({ status }) => status === "rejected");
    expect((outcomes[lost] as PromiseRejectedResult).reason).toMatchObject({ code: "policy-changed" });
    const { grants } = await ada.client.documentPolicy(license);
    await amend(ada, license, { grants: [...grants, wishes[lost]!] });
    for (const device of [bob, olga]) expect(await rightsOf(device, license)).toEqual(["VIEW"]);
  });

  it("of twenty at once, each asked again until it is in, none is lost", async () => {
    const { ada } = shared().devices;
    const { license } = await ada.publish({ grants: [] });
    const add = async (name: string): Promise<void> => {
      const { version: base, grants } = await ada.client.documentPolicy(license);
      const wanted = { grants: [...grants, gives(`${name}@x.example`, "VIEW")], base };
      const error = await amend(ada, license, wanted).then(
        () => null,
        (caught) => caught,
      );
      if (error === null) return;
      expect(error).toMatchObject({ code: "policy-changed" });
      return add(name);
    };
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`);
    await Promise.all(names.map(add));
    const { version, grants } = await ada.client.documentPolicy(license);
    expect(version).toBe(20);
    expect(grants.flatMap(({ who }) => who).sort()).toEqual(names.map((name) => `${name}@x.example`).sort());
  });

  it("sent twice are one", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants: viewing });
    const wanted = { id: newId(), base: 0, grants: [] };
    const first = await amend(ada, license, wanted);
    expect(await amend(ada, license, wanted)).toMatchObject({ version: 1, amended: first.amended, shrank: true });
    await amend(ada, license, { grants: viewing });
    expect(await amend(ada, license, wanted)).toMatchObject({ version: 1 });
    expect(await rightsOf(bob, license)).toEqual(["VIEW"]);
    expect((await refusalOf(amend(ada, license, { ...wanted, grants: viewing }))).code).toBe("policy-changed");
  });

  it("with grants: no license goes out by the old policy that the answer does not name", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants: viewing });
    const asking = Array.from({ length: 30 }, () =>
      bob.use(license).then(
        ({ use }) => use.untilMs,
        () => null,
      ),
    );
    const { lastOfflineUse } = await amend(ada, license, { grants: [], base: 0 });
    const given = (await Promise.all(asking)).filter((untilMs) => untilMs !== null);
    expect(Math.max(0, ...given)).toBeLessThanOrEqual(lastOfflineUse === null ? 0 : Date.parse(lastOfflineUse));
  });
});

describe("who may amend", () => {
  it("issuer, owner, and who has EDITRIGHTSDATA or OWNER; nobody else, administrators neither", async () => {
    const { ada, bob, olga, ines } = shared().devices;
    const { license } = await ada.publish({
      owner: "ines@trial.example",
      grants: [gives(bobs, "VIEW", "EDITRIGHTSDATA"), gives(olgas, "VIEW", "EDIT", "EXPORT", "VIEWRIGHTSDATA")],
    });
    for (const device of [ada, ines, bob]) await amend(device, license, {});
    expect((await refusalOf(amend(olga, license, {}))).code).toBe("right-missing");
    const theirs = await ada.publish({ grants: viewing });
    for (const [device, code] of [
      [olga, "access-denied"],
      [ines, "access-denied"],
      [bob, "right-missing"],
    ] as const) {
      const direct = { license: theirs.license, id: newId(), base: 0, grants: [], until: null, offlineDays: 7 };
      expect((await refusalOf(device.client.amend(direct))).code).toBe(code);
    }
    expect(await rightsOf(bob, theirs.license)).toEqual(["VIEW"]);
    const owned = await ada.publish({ grants: [gives(bobs, "OWNER", "VIEW")] });
    await amend(bob, owned.license, { grants: [gives(olgas, "EXPORT")] });
    expect(await rightsOf(olga, owned.license)).toEqual(["VIEW", "EXPORT"]);
  });

  it("not who had the right only by the policy before, nor after a withdrawal or the end", async () => {
    const { ada, bob } = shared().devices;
    const editing = [gives(bobs, "VIEW", "EDITRIGHTSDATA")];
    const [taken, withdrawn, ended] = [
      await ada.publish({ grants: editing }),
      await ada.publish({ grants: editing }),
      await ada.publish({ grants: editing, until: "2020-01-01T00:00:00Z" }),
    ];
    await amend(ada, taken.license, { grants: viewing });
    await ada.client.revoke(withdrawn.license);
    expect((await refusalOf(amend(bob, taken.license, {}))).code).toBe("right-missing");
    for (const { license } of [withdrawn, ended])
      expect((await refusalOf(amend(bob, license, {}))).answer).toMatchObject({
        code: "access-denied",
        message: "only Ada Lovelace can do this; Bob Fisher did not protect this file",
      });
  });

  it.each<[string, Wanted]>([
    ["a right they do not have, for themselves", { grants: [gives(bobs, "VIEW", "EDITRIGHTSDATA", "EXPORT")] }],
    ["OWNER, for themselves", { grants: [gives(bobs, "VIEW", "EDITRIGHTSDATA", "OWNER")] }],
    [
      "a right they do not have, for another",
      { grants: [gives(bobs, "VIEW", "EDITRIGHTSDATA"), gives(olgas, "PRINT")] },
    ],
    ["less to one who may do more than they", { grants: [gives(bobs, "VIEW", "EDITRIGHTSDATA")] }],
    ["a later end", { until: "2031-01-01T00:00:00Z" }],
    ["no end", { until: null }],
    ["more days without the service", { offlineDays: 8 }],
    ["any number of days without the service", { offlineDays: -1 }],
  ])("nobody gives what they do not have: %s", async (what, wanted) => {
    const { ada, bob } = shared().devices;
    const grants = [gives(bobs, "VIEW", "EDITRIGHTSDATA")];
    if (what.startsWith("less")) grants.push(gives(olgas, "PRINT", "VIEW"));
    const { license } = await ada.publish({ grants, until: "2030-01-01T00:00:00Z" });
    expect((await refusalOf(amend(bob, license, wanted))).code).toBe("right-missing");
    const { version } = await ada.client.documentPolicy(license);
    expect(version).toBe(0);
    await amend(ada, license, wanted);
  });

  it("who may change rights may give and take what they have, and shorten", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license } = await ada.publish({
      grants: [gives(bobs, "VIEW", "EDITRIGHTSDATA")],
      until: "2030-01-01T00:00:00Z",
    });
    const grants = [gives(bobs, "VIEW", "EDITRIGHTSDATA"), gives(olgas, "VIEW")];
    await amend(bob, license, { grants, until: "2029-01-01T00:00:00Z", offlineDays: 0 });
    expect(await rightsOf(olga, license)).toEqual(["VIEW"]);
  });
});

describe("what an amendment cannot be", () => {
  const direct = (license: Bytes, more: object) => ({
    license,
    id: newId(),
    base: 0,
    grants: viewing,
    until: null,
    offlineDays: 7,
    ...more,
  });
  const names = (count: number) => [
    { who: Array.from({ length: count }, (_, i) => `p${i}@x.example`), rights: ["VIEW"] },
  ];
  const rights = (count: number) => [gives(bobs, "VIEW", ...Array.from({ length: count - 1 }, (_, i) => `R${i}`))];

  it.each<[string, object]>([
    ["1001 names in one grant", { grants: names(1001) }],
    ["1001 names in two", { grants: [...names(1000), gives(bobs, "VIEW")] }],
    ["41 rights in one grant", { grants: rights(41) }],
    ["41 rights in two", { grants: [...rights(40), gives(olgas, "ANOTHER")] }],
    ["a name that is not normalized", { grants: [gives("Bob@trial.example", "VIEW")] }],
    ["a right in lower case", { grants: [gives(bobs, "view")] }],
    ["an end that is no time", { until: "tomorrow" }],
    ["-2 days", { offlineDays: -2 }],
    ["a template", { template: newId() }],
    ["an issuer", { issuer: newId() }],
    ["a family", { family: newId() }],
    ["half a version", { base: 0.5 }],
    ["an id that is none", { id: "again" }],
  ])("%s", async (_, more) => {
    const { ada } = shared().devices;
    const { license } = await ada.publish({ grants: [] });
    const refused = await refusalOf(ada.client.amend(direct(license, more)));
    expect(["request-malformed", "policy-malformed"]).toContain(refused.code);
    expect((await ada.client.documentPolicy(license)).version).toBe(0);
  });

  it.each<[string, object]>([
    ["1000 names", { grants: names(1000) }],
    ["40 rights", { grants: rights(40) }],
    ["nobody", { grants: [] }],
  ])("%s, it can", async (_, more) => {
    const { ada } = shared().devices;
    const { license } = await ada.publish({ grants: [] });
    expect((await ada.client.amend(direct(license, more))).version).toBe(1);
  });

  it("of a version that never was", async () => {
    const { ada } = shared().devices;
    const { license } = await ada.publish({ grants: [] });
    expect((await refusalOf(ada.client.amend(direct(license, { base: 7 })))).code).toBe("policy-changed");
  });
});

describe("a license made with another's family and content id", () => {
  it("is another document: it withdraws, tracks and amends nothing of theirs", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license, policy } = await ada.publish({ grants: viewing, name: "plan.txt" });
    await ada.client.register(license);
    const twin = await olga.publish({
      grants: viewing,
      family: policy.family,
      contentId: policy.family,
      name: "mine.txt",
    });
    await olga.client.register(twin.license);
    await amend(olga, twin.license, { grants: [gives(olgas, "OWNER")] });
    await olga.client.revoke(twin.license);
    expect(await rightsOf(bob, license)).toEqual(["VIEW"]);
    expect(await codeFor(olga, license)).toBe("access-denied");
    expect((await ada.client.documentPolicy(license)).version).toBe(0);
    const { document, events } = await ada.client.track(license);
    expect(document).toMatchObject({ name: "plan.txt", revoked: null, amended: null });
    expect(events.map(({ address }) => address)).toContain("bob@trial.example");
    const theirs = await olga.client.track(twin.license);
    expect(theirs.events.every(({ address }) => address === olgas)).toBe(true);
    await amend(ada, license, { grants: [] });
    await ada.client.revoke(license);
    await olga.client.restore(twin.license);
    expect(await codeFor(bob, twin.license)).toBe("access-denied");
    expect((await olga.client.documentPolicy(twin.license)).version).toBe(1);
  });

  it("named as the other's own is refused, as only they can sign it", async () => {
    const { ada, olga } = shared().devices;
    const { policy } = await ada.publish({ grants: viewing });
    const forged = await olga.publish({ ...policy, contentId: policy.family });
    for (const act of ["register", "track", "revoke", "documentPolicy"] as const)
      expect((await refusalOf(olga.client[act](forged.license))).code, act).toBe("license-invalid");
    expect((await refusalOf(amend(olga, forged.license, {}))).code).toBe("license-invalid");
  });

  it("whose owner is the other gives the other all rights, and its maker none over theirs", async () => {
    const { ada, olga } = shared().devices;
    const { license, policy } = await ada.publish({ grants: viewing });
    const twin = await olga.publish({ grants: [], family: policy.family, owner: "ada@trial.example" });
    expect(await rightsOf(ada, twin.license)).toEqual(["OWNER"]);
    await amend(ada, twin.license, { grants: viewing });
    expect((await ada.client.documentPolicy(license)).version).toBe(0);
  });
});
