import { expect, it } from "vitest";
import { minuteMs } from "../../../shared/time.js";
import { enrol, refusalOf, type TestDevice } from "../licensing/device.js";
import { type ScratchService, scratchService } from "../licensing/scratch-service.js";

/** An address that changes hands (threat T13): what was protected before means who had it then. */

const address = "sam@trial.example";

async function handOver(scratch: ScratchService, before: (sam: TestDevice) => Promise<void>) {
  const { admin } = await scratch.enrol("administrator");
  const newSam = async (name: string) => {
    const { password } = await admin.addPerson({ addresses: [address], name, recycled: true });
    return enrol(scratch.origin, { user: address, password }, scratch.clock);
  };
  const first = await newSam("Sam Old");
  await before(first);
  scratch.clock.now = () => Date.now() + 2 * minuteMs;
  await admin.removePerson({ who: address });
  const second = await newSam("Sam New");
  scratch.clock.now = () => Date.now() + 4 * minuteMs;
  return { admin, second };
}

it("the new holder gets nothing by the address of what was granted before, and everything that is granted after", async () => {
  const scratch = await scratchService();
  const ada = await scratch.enrol("writer");
  const grants = [{ who: [address], rights: ["VIEW"] }];
  const old = await ada.publish({ grants });
  const { second } = await handOver(scratch, async (sam) => {
    await sam.use(old.license);
  });
  expect((await refusalOf(second.use(old.license))).code).toBe("access-denied");
  const fresh = await ada.publish({ grants });
  expect((await second.use(fresh.license)).use.rights).toEqual(["VIEW"]);
});

it("the new holder is not the owner of what the one before protected, and is not named as such", async () => {
  const scratch = await scratchService();
  const olga = await scratch.enrol("outsider");
  let license = new Uint8Array(0);
  const { second } = await handOver(scratch, async (sam) => {
    license = (await sam.publish({ grants: [{ who: ["@trial.example"], rights: ["VIEW"] }] })).license;
  });
  for (const act of ["track", "revoke", "restore", "register"] as const)
    expect((await refusalOf(second.client[act](license))).message).toMatch(
      /^only Sam Old or an administrator can do this; Sam New/,
    );
  expect((await second.use(license)).use).toMatchObject({
    rights: ["VIEW"],
    terms: { author: { name: "Sam Old", address } },
  });
  expect((await refusalOf(olga.use(license))).message).toContain("Sam Old protected it");
});

it("changing the rights later names the new holder, and makes them no owner", async () => {
  const scratch = await scratchService();
  let license = new Uint8Array(0);
  let old: TestDevice | undefined;
  const bob = await scratch.enrol("colleague");
  const { second } = await handOver(scratch, async (sam) => {
    old = sam;
    license = (await sam.publish({ grants: [{ who: ["bob@trial.example"], rights: ["VIEW", "EDITRIGHTSDATA"] }] }))
      .license;
  });
  expect(old).toBeDefined();
  expect((await refusalOf(second.use(license))).code).toBe("access-denied");
  const grants = [{ who: [address, "bob@trial.example"], rights: ["VIEW", "EDITRIGHTSDATA"] }];
  await bob.client.amend({ license, id: crypto.randomUUID(), base: 0, grants, until: null, offlineDays: 7 });
  expect((await second.use(license)).use.rights).toEqual(["VIEW", "EDITRIGHTSDATA"]);
});

it("who loses an address to nobody and gets it back opens everything as before", async () => {
  const scratch = await scratchService();
  const [ada, bob] = [await scratch.enrol("writer"), await scratch.enrol("colleague")];
  const { admin } = await scratch.enrol("administrator");
  const { license } = await ada.publish({ grants: [{ who: ["bob@trial.example"], rights: ["VIEW"] }] });
  await admin.changePerson({ who: "bob@trial.example", addresses: ["robert@trial.example"] });
  expect((await refusalOf(bob.use(license))).code).toBe("access-denied");
  await admin.changePerson({ who: "robert@trial.example", addresses: ["robert@trial.example", "bob@trial.example"] });
  expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
});

it("the new holder sees nothing that was asked of the one before, and answers none of it", async () => {
  const scratch = await scratchService();
  const olga = await scratch.enrol("outsider");
  let license = new Uint8Array(0);
  const { second } = await handOver(scratch, async (sam) => {
    license = (await sam.publish()).license;
    await olga.client.askAccess(license, "I take over from Eve");
    expect((await sam.client.accessRequests()).requests).toHaveLength(1);
  });
  expect((await second.client.accessRequests()).requests).toEqual([]);
  const { store } = scratch.service.parts;
  const [request] = await store.accessRequests.about(second.certified.subject, [address], 10);
  expect((await refusalOf(second.client.grantAccess({ id: request!.id, rights: ["VIEW"] }))).code).toBe(
    "change-refused",
  );
});
