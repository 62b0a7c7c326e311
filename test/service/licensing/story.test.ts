import { expect, it } from "vitest";
import { roles } from "../../../shared/rights.js";
import { refusalOf } from "./device.js";
import { scratchService } from "./scratch-service.js";

it("a document is published offline, opened by a colleague, withdrawn and given back", async () => {
  const { enrol } = await scratchService();
  const [ada, bob, olga] = [await enrol("writer"), await enrol("colleague"), await enrol("outsider")];
  const grants = [{ who: ["project@trial.example"], rights: [...roles["Co-author"]] }];
  const { license, rawContentKey } = await ada.publish({ grants, name: "plan.txt" });
  expect(rawContentKey).toHaveLength(32);

  const opened = await bob.use(license);
  expect(opened.use.rights).toEqual(expect.arrayContaining(["VIEW", "EDIT", "PRINT"]));
  expect(opened.policy.name).toBe("plan.txt");
  expect(opened.use.terms).toMatchObject({ author: { address: "ada@trial.example", name: "Ada Lovelace" } });

  const denied = await refusalOf(olga.use(license));
  expect(denied.answer).toMatchObject({
    code: "access-denied",
    message: "Olga Novak has not been given access to this file; Ada Lovelace protected it",
    offers: ["ask-owner", "switch-account"],
    owner: { address: "ada@trial.example", name: "Ada Lovelace" },
  });

  const revoked = await ada.client.revoke(license);
  expect(revoked.lastOfflineUse).toBe(opened.use.terms.offlineUntil);
  expect((await refusalOf(bob.use(license))).answer).toMatchObject({ code: "access-revoked", offers: ["ask-owner"] });
  expect((await refusalOf(olga.use(license))).code).toBe("access-denied");
  expect((await ada.use(license)).use.rights).toEqual(["OWNER"]);

  expect((await ada.client.restore(license)).revoked).toBeNull();
  expect((await bob.use(license)).use.rights).toContain("VIEW");
});
