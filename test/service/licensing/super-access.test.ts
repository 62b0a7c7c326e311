import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { SuperUsersConfig } from "../../../service/config.js";
import { dayMs, minuteMs, secondTime } from "../../../shared/time.js";
import { enrol as enrolPerson, refusalOf, type TestDevice } from "./device.js";
import {
  type Devices,
  enrolledService,
  type ScratchService,
  scratchService,
  sharedService,
} from "./scratch-service.js";

/** T16: nobody reads what nobody gave them without a reason, others who agree, an end, and a record of its own class. */

const reason = "case 4711, files of somebody who left";
const hourMs = 60 * minuteMs;
const olgas = { people: ["olga@outside.example"], approvals: 2, maxHours: 8 };

async function withAdministrators(scratch: ScratchService, devices: Devices) {
  const administrator = async (name: string) => {
    const user = `${name}@trial.example`;
    const { password } = await devices.ines.admin.addPerson({ addresses: [user], name, administrator: true });
    return enrolPerson(scratch.origin, { user, password }, scratch.clock);
  };
  return { ...scratch, ...devices, eve: await administrator("eve"), rita: await administrator("rita") };
}

const enrolled = enrolledService();

/** For one test. */
async function organisation(superUsers: SuperUsersConfig = olgas) {
  const { devices, ...scratch } = await enrolled({ config: { superUsers } });
  return withAdministrators(scratch, devices);
}

const service = sharedService({ config: { superUsers: olgas } });
let everybody: Awaited<ReturnType<typeof withAdministrators>>;
beforeAll(async () => {
  everybody = await withAdministrators(service(), service().devices);
});

/** For all tests that end what they opened. */
const shared = () => everybody;

const ask = ({ client }: TestDevice, hours = 2) => client.askSuperAccess({ reason, hours });

/** As if time had passed: sign-ins do not last for as long. */
const change = ({ service: { parts } }: ScratchService, id: string, times: { asked?: number; until?: number }) =>
  parts.store.write((tx) => tx.updateTable("super_access").set(times).where("id", "=", id).execute());

const noMatter = () => undefined;

/** Super access that two administrators approved. */
async function opened(asker: TestDevice, approvers: readonly TestDevice[]) {
  const { access } = await ask(asker);
  for (const { admin } of approvers) await admin.approveSuperAccess(access.id);
  onTestFinished(() => approvers[0]!.admin.endSuperAccess(access.id).then(noMatter, noMatter));
  return access.id;
}

/** The newest record of a class. */
const record = async ({ service }: ScratchService, action: "super-access" | "super-grant" | "grant") =>
  (await service.parts.audit.events({ action, limit: 1 }))[0];

const codeOf = async (work: Promise<unknown>) => (await refusalOf(work)).code;

describe("super access", () => {
  it("is not there at first: nobody can ask, and nobody can approve", async () => {
    const { enrol } = await scratchService();
    const [ines, olga] = [await enrol("administrator"), await enrol("outsider")];
    for (const device of [ines, olga]) expect(await codeOf(ask(device))).toBe("access-denied");
    expect((await ines.admin.superAccess()).accesses).toEqual([]);
  });

  it("opens only after enough other administrators approved, each once, and never the asker", async () => {
    const all = await organisation({ ...olgas, people: ["ines@trial.example"] });
    const { ada, ines, bob, eve, rita } = all;
    const { license } = await ada.publish({ grants: [] });
    const { access } = await ask(ines);
    expect(access).toMatchObject({ state: "waiting", needed: 2, approvals: [], until: null });
    expect(await codeOf(ines.use(license))).toBe("access-denied");
    expect(await codeOf(ines.admin.approveSuperAccess(access.id))).toBe("change-refused");
    expect(await codeOf(bob.admin.approveSuperAccess(access.id))).toBe("access-denied");
    await eve.admin.approveSuperAccess(access.id);
    expect(await codeOf(eve.admin.approveSuperAccess(access.id))).toBe("change-refused");
    expect(await codeOf(ines.use(license))).toBe("access-denied");
    const { access: open } = await rita.admin.approveSuperAccess(access.id);
    expect(open).toMatchObject({ state: "open", approvals: ["eve@trial.example", "rita@trial.example"] });
    expect((await ines.use(license)).use.rights).toEqual(["OWNER"]);
    for (const other of [bob, eve, rita]) expect(await codeOf(other.use(license))).toBe("access-denied");
  });

  it("reads what was withdrawn and what has ended, never to be kept, recorded as a super user's with the reason", async () => {
    const all = shared();
    const { ada, olga, eve, rita } = all;
    const until = secondTime(Date.now() - minuteMs);
    const { license } = await ada.publish({ grants: [{ who: ["bob@trial.example"], rights: ["VIEW"] }], until });
    await ada.client.revoke(license);
    const id = await opened(olga, [eve, rita]);
    const { use } = await olga.use(license);
    expect(use).toMatchObject({ rights: ["OWNER"], mayStore: false });
    expect(use.untilMs).toBeLessThanOrEqual(Date.now() + 15 * minuteMs);
    const { subject } = olga.certified;
    expect(await record(all, "super-grant")).toMatchObject({ subject, detail: `super access ${id}: ${reason}` });
    expect(await record(all, "super-grant")).not.toHaveProperty("until");
    const { events } = await ada.client.track(license);
    expect(events[0]!.action).toBe("track");
    expect(events[1]).toMatchObject({ action: "super-grant", address: olga.certified.address });
  });

  it("a super user's own documents are opened as anybody's, and not recorded as a super user's", async () => {
    const all = shared();
    const { olga, eve, rita } = all;
    const { license } = await olga.publish({ grants: [] });
    await opened(olga, [eve, rita]);
    const before = await record(all, "super-grant");
    await olga.use(license);
    expect(await record(all, "super-grant")).toEqual(before);
    expect(await record(all, "grant")).toMatchObject({ detail: "OWNER" });
  });

  it("is over when its time is, and no license outlasts it", async () => {
    const all = shared();
    const { ada, olga, eve, rita } = all;
    const { license } = await ada.publish({ grants: [] });
    const id = await opened(olga, [eve, rita]);
    const { until } = (await olga.client.superAccess()).accesses[0]!;
    expect(Math.abs(Date.parse(until!) - (Date.now() + 2 * hourMs))).toBeLessThan(minuteMs);
    const soonMs = Date.now() + 5 * minuteMs;
    await change(all, id, { until: soonMs });
    expect((await olga.use(license)).use.untilMs).toBeLessThanOrEqual(soonMs);
    await change(all, id, { until: Date.now() - 1 });
    expect(await codeOf(olga.use(license))).toBe("access-denied");
    expect((await olga.client.superAccess()).accesses[0]).toMatchObject({ state: "over", ended: null });
  });

  it("is ended at once by one administrator, by being taken off the list, and by being disabled", async () => {
    const { ada, olga, ines, eve, rita } = await organisation({
      group: "project@trial.example",
      approvals: 1,
      maxHours: 8,
    });
    const { license } = await ada.publish({ grants: [] });
    expect(await codeOf(ask(olga))).toBe("access-denied");
    await ines.admin.changeMembers({ address: "project@trial.example", add: ["olga@outside.example"] });
    const id = await opened(olga, [eve]);
    await olga.use(license);
    await ines.admin.changeMembers({ address: "project@trial.example", remove: ["olga@outside.example"] });
    expect(await codeOf(olga.use(license))).toBe("access-denied");
    await ines.admin.changeMembers({ address: "project@trial.example", add: ["olga@outside.example"] });
    await olga.use(license);
    await rita.admin.endSuperAccess(id);
    expect(await codeOf(olga.use(license))).toBe("access-denied");
    expect(await codeOf(rita.admin.approveSuperAccess(id))).toBe("change-refused");
    await opened(olga, [rita]);
    await ines.admin.changePerson({ who: "olga@outside.example", state: "disabled" });
    expect(await codeOf(olga.use(license))).toBe("account-mismatch");
  });

  it("a request that nobody approves for a week is over; until then there is one at a time", async () => {
    const all = shared();
    const { olga, eve } = all;
    const { access } = await ask(olga);
    expect(await codeOf(ask(olga))).toBe("change-refused");
    await change(all, access.id, { asked: Date.now() - 7 * dayMs });
    expect((await olga.client.superAccess()).accesses.find(({ id }) => id === access.id)!.state).toBe("over");
    expect(await codeOf(eve.admin.approveSuperAccess(access.id))).toBe("change-refused");
    const { access: next } = await ask(olga);
    await eve.admin.endSuperAccess(next.id);
  });

  it("gives the key through no other door: rights, policies and labels of others' documents stay closed", async () => {
    const { ada, olga, eve, rita } = shared();
    const { license } = await ada.publish({ grants: [] });
    await opened(olga, [eve, rita]);
    for (const work of [olga.client.documentPolicy, olga.client.track, olga.client.revoke, olga.client.register])
      expect(await codeOf(work(license))).toBe("access-denied");
  });

  it("counts by the address shown: an alias makes nobody a super user", async () => {
    const { enrol } = await scratchService({
      config: { superUsers: { people: ["boss@trial.example"], approvals: 1, maxHours: 8 } },
    });
    const [ines, bob] = [await enrol("administrator"), await enrol("colleague")];
    await ines.admin.changePerson({ who: "bob@trial.example", addresses: ["bob@trial.example", "boss@trial.example"] });
    expect(await codeOf(ask(bob))).toBe("access-denied");
  });

  it("each step is on record in a class of its own before it is done", async () => {
    const all = shared();
    const { olga, eve, rita } = all;
    const id = await opened(olga, [eve, rita]);
    await rita.admin.endSuperAccess(id);
    const records = await all.service.parts.audit.events({ action: "super-access", limit: 4 });
    const about = `${id} of ${olga.certified.subject} for 2 hours: ${reason}`;
    expect(records.map(({ name, detail, result }) => [name, detail, result])).toEqual([
      ["rita", `end ${about}`, "done"],
      ["rita", `approve ${about}`, "done"],
      ["eve", `approve ${about}`, "done"],
      ["Olga Novak", `ask ${id} for 2 hours: ${reason}`, "done"],
    ]);
    expect(await codeOf(ask(eve))).toBe("access-denied");
    expect(await record(all, "super-access")).toMatchObject({ result: "access-denied", name: "eve" });
  });

  it("longer than the configuration lets it be, for no reason, or for part of an hour, is refused", async () => {
    const { olga } = shared();
    const code = (wrong: object) => codeOf(olga.client.askSuperAccess({ reason, hours: 1, ...wrong }));
    expect(await code({ hours: 9 })).toBe("change-refused");
    const malformed = [{ reason: "because" }, { reason: " ".repeat(20) }, { reason: "x".repeat(501) }];
    for (const wrong of [...malformed, { hours: 0 }, { hours: 169 }, { hours: 1.5 }])
      expect(await code(wrong)).toBe("request-malformed");
  });
});
