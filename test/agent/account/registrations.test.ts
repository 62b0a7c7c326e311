import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { FreshPolicy } from "../../../agent/fresh-policy.js";
import { Registrations } from "../../../agent/registrations.js";
import { until } from "../../scenarios/seal.js";
import { outcome, publishAs, scratchOrganisation } from "./scratch-home.js";

const grants = [{ who: ["@contoso.example"], rights: ["VIEW"] }];

describe("what the service is still to hear of", () => {
  it("is noted together, and sent once nothing more comes", async () => {
    const { signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const registrations = new Registrations();
    const documents = await Promise.all([1, 2, 3].map(() => publishAs(account, grants)));
    for (const { license } of documents) registrations.add(account, license);
    await registrations.note();
    expect(await readdir(account.home.outbox)).toHaveLength(1);
    await until("all registered", async () => (await account.service.documents()).documents.length === 3);
    await until("nothing to wait", async () => (await readdir(account.home.outbox)).length === 0);
  });

  it("stays noted while the service is away", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const { license } = await publishAs(account, grants);
    await service.service.close();
    const registrations = new Registrations();
    registrations.add(account, license);
    await registrations.note();
    await registrations.send(account);
    expect(await readdir(account.home.outbox)).toHaveLength(1);
  });
});

describe("labels for who needs them often", () => {
  it("are the same answer for ten seconds, of each account its own, and asked for again after a failure", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const policy = new FreshPolicy();
    const first = policy.get(account, 0);
    expect(policy.get(account, 9999)).toBe(first);
    expect(policy.get(account, 10_000)).not.toBe(first);
    expect(policy.get(account, 9000)).not.toBe(first); // the clock was set back
    await first;
    const colleague = await signInAs("colleague");
    await service.service.close();
    const failed = policy.get(colleague, 9000);
    expect(await outcome(failed)).toBe("service-unreachable");
    expect(policy.get(colleague, 9000)).not.toBe(failed);
    expect((await policy.get(account, 9000)).isKept).toBe(true);
  });
});
