import { expect, it } from "vitest";
import { newId } from "../../../shared/ids.js";
import { mayNotPublish } from "../../../shared/protocol/service-api.js";
import { refusalOf, type TestDevice } from "../licensing/device.js";
import { enrolledService } from "../licensing/scratch-service.js";

const enrolled = enrolledService();

const project = "project@trial.example";
const grants = [{ who: [project, "olga@outside.example"], rights: ["VIEW"] }];

const publish = ({ client, certified: { accountCertificate } }: TestDevice) =>
  client.publish({
    policy: { grants, until: null, offlineDays: 7, template: null },
    label: null,
    cipher: "SEALWRIGHT.GCM1M",
    ext: ".txt",
    accountCertificate,
  });

async function organisation() {
  const { devices, ...scratch } = await enrolled();
  return { ...scratch, ...devices };
}

it("at first everybody may protect", async () => {
  const { ines, olga } = await organisation();
  expect(await ines.admin.publishers()).toMatchObject({ everybody: true, publishers: [] });
  expect(await olga.client.policy()).toMatchObject({ mayPublish: true });
  expect((await publish(olga)).license).not.toBe("");
});

it("who is outside may open, and protect neither at the service nor with a new certificate; who is in a group may", async () => {
  const { ines, ada, olga, bob, service } = await organisation();
  await ines.admin.setPublishers({ publishers: [project] });
  const { license } = await ada.publish({ grants });
  expect((await olga.use(license)).use.rights).toEqual(["VIEW"]);
  const refusal = await refusalOf(publish(olga));
  expect(refusal).toMatchObject({ code: "protect-denied", message: mayNotPublish });
  expect((await service.parts.audit.events({ limit: 1 }))[0]).toMatchObject({
    action: "publish",
    result: "protect-denied",
  });
  expect(await olga.client.policy()).toMatchObject({ mayPublish: false });
  const renewed = await olga.renew();
  expect(renewed.certified.licensorCertificate).toBeNull();
  const [certifying] = await service.parts.audit.events({ limit: 1 });
  expect(certifying).toMatchObject({ action: "certify", result: "done", detail: "may not protect" });
  expect((await renewed.use(license)).use.rights).toEqual(["VIEW"]);
  for (const inside of [ada, bob]) {
    expect((await publish(inside)).license).not.toBe("");
    expect((await inside.renew()).certified.licensorCertificate).not.toBeNull();
  }
});

it("an administrator is not in the list by being that", async () => {
  const { ines, ada } = await organisation();
  await ines.admin.setPublishers({ publishers: [ada.certified.subject] });
  expect((await refusalOf(publish(ines))).code).toBe("protect-denied");
});

it("what was protected before goes on opening, also by who may not protect any more", async () => {
  const { ines, ada, bob } = await organisation();
  const { license } = await bob.publish({ grants });
  await ines.admin.setPublishers({ publishers: ["ada@trial.example"] });
  expect((await ada.use(license)).use.rights).toEqual(["VIEW"]);
  expect((await bob.use(license)).use.rights).toEqual(["OWNER"]);
  await bob.client.revoke(license);
});

it("a change holds at once: out of the group, into it, and for everybody again", async () => {
  const { ines, ada } = await organisation();
  await ines.admin.setPublishers({ publishers: [project] });
  await publish(ada);
  await ines.admin.changeMembers({ address: project, remove: ["ada@trial.example"] });
  expect((await refusalOf(publish(ada))).code).toBe("protect-denied");
  await ines.admin.changeMembers({ address: project, add: ["ada@trial.example"] });
  await publish(ada);
  await ines.admin.changeMembers({ address: project, remove: ["ada@trial.example"] });
  await ines.admin.setPublishers({ publishers: [] });
  await publish(ada);
});

it("is named and on record; nobody unknown is taken, and a refused change changes nothing", async () => {
  const { ines, service } = await organisation();
  const answer = await ines.admin.setPublishers({ publishers: ["Bob@trial.example", project] });
  expect(answer).toMatchObject({
    everybody: false,
    publishers: expect.arrayContaining([
      { kind: "person", address: "bob@trial.example", name: "Bob Fisher" },
      { kind: "group", address: project, name: expect.any(String) },
    ]),
  });
  const detail = `publishers set: bob@trial.example ${project}`;
  expect((await service.parts.audit.events({ limit: 1 }))[0]).toMatchObject({ action: "administer", detail });
  for (const who of ["nobody@trial.example", newId()])
    expect((await refusalOf(ines.admin.setPublishers({ publishers: [who] }))).code).toBe("change-refused");
  expect((await ines.admin.publishers()).publishers).toHaveLength(2);
});

it("when the last one in the list is removed, nobody may, and not everybody", async () => {
  const { ines, bob, ada } = await organisation();
  await ines.admin.setPublishers({ publishers: [bob.certified.subject] });
  await ines.admin.removePerson({ who: "bob@trial.example" });
  expect(await ines.admin.publishers()).toMatchObject({ everybody: false, publishers: [] });
  expect((await refusalOf(publish(ada))).code).toBe("protect-denied");
});
