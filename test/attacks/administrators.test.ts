import { expect, it } from "vitest";
import { refusalOf } from "../service/licensing/device.js";
import { sharedService } from "../service/licensing/scratch-service.js";

/** Being an administrator opens nothing (threat T16). */

const shared = sharedService();

it("who administers gets no license for what was not given to them, whatever they may do with the document", async () => {
  const { ada, bob, ines } = shared().devices;
  const { license } = await ada.publish({ grants: [{ who: ["project@trial.example"], rights: ["VIEW"] }] });
  await ada.client.register(license);
  expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
  await ines.client.track(license);
  await ines.client.revoke(license);
  await ines.client.restore(license);
  expect((await refusalOf(ines.use(license))).code).toBe("access-denied");
  const [record] = await shared().service.parts.audit.events({ action: "grant", limit: 1 });
  expect(record).toMatchObject({ result: "access-denied", address: "ines@trial.example" });
});

it("no address gives keys away but those that are for everybody, and decide by the policy", async () => {
  const answer = await fetch(`${shared().origin}/api/v1/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, { responses: object }>> };
  const giving = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { responses }]) => /"(useLicense|permit|contentKey|accountKey)":/.test(JSON.stringify(responses)))
      .map(([method]) => `${method.toUpperCase()} ${path.replace("/api/v1", "")}`),
  );
  expect(giving.sort()).toEqual(["POST /account-certificates", "POST /publishing-licenses", "POST /use-licenses"]);
});
