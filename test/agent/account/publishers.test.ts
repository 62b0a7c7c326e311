import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAccount } from "../../../agent/account.js";
import { useLicenseFor } from "../../../agent/consume-license.js";
import { currentPolicy } from "../../../agent/policy-cache.js";
import { asAllowed } from "../../../agent/protector.js";
import { seal, until } from "../../scenarios/seal.js";
import { outcome, publishAs, scratchOrganisation } from "./scratch-home.js";

async function organisation() {
  const { service, signInAs } = await scratchOrganisation();
  const { admin } = (await signInAs("administrator")).service;
  const limitTo = (...publishers: string[]) => admin.setPublishers({ publishers });
  return { service, signInAs, limitTo };
}

const olga = [{ who: ["olga@outside.example"], rights: ["VIEW", "EXPORT"] }];

it("who may not protect signs in without a licensor certificate, opens, and cannot publish, also without the service", async () => {
  const { service, signInAs, limitTo } = await organisation();
  await limitTo("project@trial.example");
  const [ada, outsider] = [await signInAs("writer"), await signInAs("outsider")];
  expect(outsider.certificates.licensor).toBeNull();
  const { license } = await publishAs(ada, olga);
  expect((await useLicenseFor(outsider, license)).use.rights).toEqual(["VIEW", "EXPORT"]);
  await service.service.close();
  const again = await openAccount(outsider.home);
  expect((await useLicenseFor(again, license, { offline: true })).isKept).toBe(true);
  expect(await outcome(publishAs(again, olga))).toBe("protect-denied");
});

it("a device gives its certificate up when it hears of the limit, and gets one when that is lifted, with the same key", async () => {
  const { signInAs, limitTo } = await organisation();
  const before = await signInAs("outsider");
  await limitTo("project@trial.example");
  const without = await asAllowed(before, await currentPolicy(before));
  expect(without.certificates.licensor).toBeNull();
  expect(without.certificates.licensorKey.kid).toBe(before.certificates.licensorKey.kid);
  expect(await asAllowed(without, await currentPolicy(without))).toBe(without);
  await limitTo();
  const again = await asAllowed(without, await currentPolicy(without));
  expect(again.certificates.licensor).not.toBeNull();
  expect(again.certificates.licensorKey.kid).toBe(before.certificates.licensorKey.kid);
  expect(await outcome(publishAs(again, olga))).toBe("success");
});

it("the command line says why, leaves the file as it was, and works again once it may", async () => {
  const { signInAs, limitTo } = await organisation();
  const { home } = await signInAs("outsider");
  const file = join(home.path, "..", "plan.txt");
  await writeFile(file, "the plan");
  await limitTo("ada@trial.example");
  const own = ["protect", file, "--grant", "bob@trial.example:VIEW"];
  const labelled = await seal(["protect", file, "--label", "Confidential/All employees"], { home: home.path });
  expect(labelled).toMatchObject({ code: 3, text: "" });
  expect(labelled.err).toContain("your organisation lets only some people protect files, and you are not among them");
  expect((await seal(own, { home: home.path })).code).toBe(3);
  expect(await readFile(file, "utf8")).toBe("the plan");
  await limitTo();
  expect(await seal(own, { home: home.path })).toMatchObject({ code: 0 });
  await until("the file to be protected", () =>
    readFile(file, "utf8").then(
      () => false,
      () => true,
    ),
  );
});
