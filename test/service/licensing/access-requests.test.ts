import { describe, expect, it } from "vitest";
import { toBase64 } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import { dayMs } from "../../../shared/time.js";
import { refusalOf, type TestDevice, type Wishes } from "./device.js";
import { scratchService, sharedService } from "./scratch-service.js";

/** Asking for access: the owner decides, nobody else; and asking tells nothing. */

const shared = sharedService();
const reason = "I take over from Eve";
const view = ["VIEW"];

async function asked(by: TestDevice, wishes: Wishes = {}) {
  const { ada } = shared().devices;
  const { license, policy } = await ada.publish({ name: "plan.txt", ...wishes });
  const answer = await by.client.askAccess(license, reason);
  const find = async () => (await ada.client.accessRequests()).requests.find(({ family }) => family === policy.family);
  return { license, policy, answer, find };
}

const opens = async ({ client, accountCertificate }: TestDevice, license: Parameters<typeof client.useLicense>[0]) =>
  client.useLicense(license, accountCertificate).then(
    () => "opens",
    (error) => error.code,
  );

describe("a request for access", () => {
  it("reaches the owner with name and reason, and granting it opens the same file, with no more than was given", async () => {
    const { ada, olga } = shared().devices;
    const { license, find } = await asked(olga);
    const request = (await find())!;
    expect(request).toMatchObject({ state: "waiting", address: "olga@outside.example", reason, document: "plan.txt" });
    expect(await opens(olga, license)).toBe("access-denied");
    const granted = await ada.client.grantAccess({ id: request.id, rights: view });
    expect(granted.request).toMatchObject({ id: request.id, state: "granted" });
    expect(await opens(olga, license)).toBe("opens");
    const { grants } = await ada.client.documentPolicy(license);
    expect(grants).toEqual([{ who: ["olga@outside.example"], rights: ["VIEW"] }]);
    expect((await refusalOf(ada.client.grantAccess({ id: request.id, rights: ["OWNER"] }))).code).toBe(
      "change-refused",
    );
  });

  it("that is refused changes nothing, and may be made again", async () => {
    const { ada, olga } = shared().devices;
    const { license, find } = await asked(olga);
    const { id } = (await find())!;
    expect((await ada.client.refuseAccess(id)).request).toMatchObject({ state: "refused" });
    expect(await opens(olga, license)).toBe("access-denied");
    await olga.client.askAccess(license, "and once more");
    expect(await find()).toMatchObject({ state: "waiting", reason: "and once more" });
    expect((await refusalOf(ada.client.refuseAccess(id))).message).toContain("no such request");
  });

  it("is one for each person and document, however often it is made", async () => {
    const { ada, olga } = shared().devices;
    const { license, policy, find } = await asked(olga);
    const first = await find();
    await olga.client.askAccess(license, "once more");
    const all = (await ada.client.accessRequests()).requests.filter(({ family }) => family === policy.family);
    expect(all).toMatchObject([{ id: first!.id, reason: "once more" }]);
  });

  it("is answered by issuer and owner alone: others see no request and cannot tell there is one", async () => {
    const { bob, ines, olga } = shared().devices;
    const grants = [{ who: ["bob@trial.example"], rights: ["VIEW"] }];
    const { find } = await asked(olga, { grants });
    const { id } = (await find())!;
    for (const other of [bob, olga, ines]) {
      expect((await other.client.accessRequests()).requests).toEqual([]);
      const unknown = await refusalOf(other.client.refuseAccess(newId()));
      expect(unknown.code).toBe("change-refused");
      expect(await refusalOf(other.client.grantAccess({ id, rights: view }))).toEqual(unknown);
      expect(await refusalOf(other.client.refuseAccess(id))).toEqual(unknown);
    }
    expect(await find()).toMatchObject({ state: "waiting" });
  });

  it("is answered the same whatever the policy says, and whether or not its owner is there", async () => {
    const { ada, bob } = shared().devices;
    const grants = [{ who: ["bob@trial.example"], rights: ["VIEW"] }];
    const licenses = [
      await ada.publish(),
      await ada.publish({ grants }),
      await ada.publish({ owner: "nobody@nowhere.example" }),
      await ada.publish({ until: "2027-01-01T00:00:00Z" }),
      await bob.publish(),
    ];
    await ada.client.revoke(licenses[1]!.license);
    for (const { license } of licenses)
      expect(Object.keys(await bob.client.askAccess(license, reason))).toEqual(["time"]);
    expect((await bob.client.accessRequests()).requests).toEqual([]); // one does not ask oneself
  });

  it("for what is withdrawn or has ended is not granted in words alone", async () => {
    const { ada, olga } = shared().devices;
    const withdrawn = await asked(olga);
    await ada.client.revoke(withdrawn.license);
    const { id } = (await withdrawn.find())!;
    expect((await refusalOf(ada.client.grantAccess({ id, rights: view }))).message).toContain("withdrawn");
    await ada.client.restore(withdrawn.license);
    await ada.client.grantAccess({ id, rights: view });
    expect(await opens(olga, withdrawn.license)).toBe("opens");
    const over = await asked(olga, { until: "2020-01-01T00:00:00Z" });
    const request = { id: (await over.find())!.id, rights: view };
    expect((await refusalOf(ada.client.grantAccess(request))).message).toContain("ended");
    await ada.client.grantAccess({ ...request, until: null });
    expect(await opens(olga, over.license)).toBe("opens");
  });

  it("has a reason of one bounded line, which no terminal and no log takes for more", async () => {
    const { ada, olga } = shared().devices;
    const { license } = await ada.publish();
    for (const wrong of ["", "  ", "a".repeat(501), "a\nb", "a\u001b[2J", "a\u202eb", "a\u2028b"])
      expect((await refusalOf(olga.client.askAccess(license, wrong))).code, JSON.stringify(wrong)).toBe(
        "request-malformed",
      );
    await olga.client.askAccess(license, '<b onload="alert(1)">$(rm -rf ~) \' OR 1=1 --');
  });

  it("is on record with its reason, and so is the answer", async () => {
    const { ada, olga } = shared().devices;
    const { license, find } = await asked(olga);
    await ada.client.grantAccess({ id: (await find())!.id, rights: view });
    const { events } = await ada.client.track(license);
    expect(events.find(({ action }) => action === "ask-access")).toMatchObject({ result: "done", detail: reason });
    expect(events.find(({ action }) => action === "answer-access")).toMatchObject({
      name: "Ada Lovelace",
      detail: "grant olga@outside.example: VIEW",
    });
  });
});

describe("requests for access", () => {
  it("are bounded for each person, and gone after 90 days; an answered one keeps no license", async () => {
    const scratch = await scratchService();
    const { store } = scratch.service.parts;
    const [ada, olga] = [await scratch.enrol("writer"), await scratch.enrol("outsider")];
    for (let i = 0; i < 20; i++) await olga.client.askAccess((await ada.publish()).license, reason);
    const { license } = await ada.publish();
    expect((await refusalOf(olga.client.askAccess(license, reason))).code).toBe("rate-limited");
    const { requests } = await ada.client.accessRequests();
    expect(requests).toHaveLength(20);
    await ada.client.refuseAccess(requests[0]!.id);
    expect(await store.accessRequests.find(requests[0]!.id)).toMatchObject({ license: "" });
    await olga.client.askAccess(license, reason);
    const [row] = await store.accessRequests.about(olga.certified.subject, [ada.certified.address], 1);
    expect(row).not.toHaveProperty("license");
    expect(await store.accessRequests.find(row!.id)).toMatchObject({ license: toBase64(license), state: "waiting" });
    const now = scratch.clock.now();
    scratch.clock.now = () => now + 91 * dayMs;
    await store.sweep();
    expect(await store.accessRequests.about(ada.certified.subject, [], 100)).toEqual([]);
  });

  it("are bounded for each document, and whoever asks then is answered the same", async () => {
    const scratch = await scratchService();
    const { store } = scratch.service.parts;
    const [ada, olga] = [await scratch.enrol("writer"), await scratch.enrol("outsider")];
    const { license } = await ada.publish();
    await olga.client.askAccess(license, reason);
    const { id } = (await ada.client.accessRequests()).requests[0]!;
    const row = (await store.accessRequests.find(id))!;
    for (let i = 1; i < 50; i++)
      expect(await store.accessRequests.keep({ ...row, id: newId(), person: newId() })).toBe(true);
    expect(await store.accessRequests.keep({ ...row, id: newId(), person: newId() })).toBe(false);
    const bob = await scratch.enrol("colleague");
    expect(Object.keys(await bob.client.askAccess(license, reason))).toEqual(["time"]);
    expect((await ada.client.accessRequests()).requests).toHaveLength(50);
    await ada.client.refuseAccess(id);
    await bob.client.askAccess(license, reason);
    expect((await ada.client.accessRequests()).requests.map(({ name }) => name)).toContain("Bob Fisher");
  });

  it("of one person are limited in time, on all their devices together", async () => {
    const scratch = await scratchService();
    const [ada, olga, other] = [
      await scratch.enrol("writer"),
      await scratch.enrol("outsider"),
      await scratch.enrol("outsider"),
    ];
    const { license } = await ada.publish();
    for (let i = 0; i < 30; i++) await (i % 2 ? olga : other).client.askAccess(license, reason);
    for (const device of [olga, other])
      expect((await refusalOf(device.client.askAccess(license, reason))).code).toBe("rate-limited");
  });
});
