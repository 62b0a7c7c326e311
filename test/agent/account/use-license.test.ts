import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Account, openAccount } from "../../../agent/account.js";
import { useLicenseFor } from "../../../agent/consume-license.js";
import { openHome } from "../../../agent/home.js";
import { currentPolicy } from "../../../agent/policy-cache.js";
import { openRightsData } from "../../../shared/license/publishing-license.js";
import { nodeHttp } from "../../../shared/node/http.js";
import { useHttp } from "../../../shared/protocol/http.js";
import { webHttp } from "../../../shared/protocol/web-http.js";
import { dayMs } from "../../../shared/time.js";
import { Organisation } from "../../license/organisation.js";
import { outcome, publishAs, scratchFolder, signedInOrganisation } from "./scratch-home.js";

const organisation = signedInOrganisation(["writer", "colleague"]);

/** Writer and colleague, and a document the colleague may read, edit and keep for a week. */
async function story(offlineDays = 7) {
  const { service, signInAs, accountOf } = await organisation();
  const [writer, colleague] = [await accountOf("writer"), await accountOf("colleague")];
  const grants = [{ who: [colleague.info.address], rights: ["VIEW", "EDIT"] }];
  const { license, digest } = await publishAs(writer, grants, offlineDays);
  return { service, signInAs, writer, colleague, license, digest };
}

const use = (account: Account, license: Uint8Array<ArrayBuffer>, options = {}) =>
  useLicenseFor(account, license, options);

describe("a use license", () => {
  it("is the service's the first time, then the one kept, in other processes and without the service", async () => {
    const { service, colleague, license } = await story();
    const first = await use(colleague, license);
    expect([first.isKept, first.use.rights]).toEqual([false, ["VIEW", "EDIT"]]);
    expect(first.permit).toMatch(/^<XrML/);
    expect((await openRightsData(first.verified.license, first.contentKey)).name).toBe("plan.txt");
    await service.service.close();
    const later = await use(await openAccount(colleague.home), license);
    expect([later.isKept, later.permit]).toEqual([true, first.permit]);
    expect((await openRightsData(later.verified.license, later.contentKey)).name).toBe("plan.txt");
    expect((await use(colleague, license, { offline: true })).isKept).toBe(true);
  });

  it("that may not be kept is not, and then nothing opens without the service", async () => {
    const { service, colleague, license } = await story(0);
    await use(colleague, license);
    expect(await readdir(colleague.home.licenses)).toEqual([]);
    await service.service.close();
    await expect(use(colleague, license)).rejects.toThrow(
      "the protection service cannot be reached, and this file was not opened here before; try again when it is back",
    );
    expect(await outcome(use(colleague, license))).toBe("service-unreachable");
  });

  it("is refused to who was not given access, and what was kept goes once the author withdraws the file", async () => {
    const { service, signInAs, writer, colleague, license } = await story();
    expect(await outcome(use(await signInAs("outsider"), license))).toBe("access-denied");
    await use(colleague, license);
    await writer.service.revoke(license);
    expect((await use(colleague, license)).isKept).toBe(true);
    expect(await outcome(use(colleague, license, { fresh: true }))).toBe("access-revoked");
    await service.service.close();
    expect(await outcome(use(colleague, license))).toBe("service-unreachable");
  });

  it("that is kept without the right wanted is asked for again; away, the kept one has to do", async () => {
    const { service, colleague, license } = await story();
    await use(colleague, license);
    expect((await use(colleague, license, { right: "EDIT" })).isKept).toBe(true);
    expect((await use(colleague, license, { right: "PRINT" })).isKept).toBe(false);
    await service.service.close();
    expect((await use(colleague, license, { right: "PRINT" })).isKept).toBe(true);
    expect(await outcome(use(colleague, license, { fresh: true }))).toBe("service-unreachable");
  });

  it("that is damaged, another's or under another name is none, and is asked for again", async () => {
    const { service, writer, colleague, license } = await story();
    const other = await publishAs(writer, [{ who: [colleague.info.address], rights: ["VIEW"] }]);
    await use(colleague, other.license);
    await use(colleague, license);
    const [one, two] = (await readdir(colleague.home.licenses)).map((name) => join(colleague.home.licenses, name));
    const bytes = await readFile(one!);
    await writeFile(one!, await readFile(two!));
    await writeFile(two!, bytes);
    await service.service.close();
    for (const document of [license, other.license])
      expect(await outcome(use(colleague, document))).toBe("service-unreachable");
    expect(await readdir(colleague.home.licenses)).toEqual([]);
  });
});

describe("time without the service", () => {
  it("ends a license that was kept, and turning the clock back does not bring it back", async () => {
    const { service, colleague, license } = await story();
    await use(colleague, license);
    await service.service.close();
    const at = (days: number) => openAccount(colleague.home, () => Date.now() + days * dayMs);
    expect((await use(await at(6), license)).isKept).toBe(true);
    expect((await use(await at(-300), license)).isKept).toBe(true);
    const copy = join(await scratchFolder(), "licenses");
    await cp(colleague.home.licenses, copy, { recursive: true });
    await expect(use(await at(8), license)).rejects.toThrow("the license kept here has ended");
    await cp(copy, colleague.home.licenses, { recursive: true });
    expect(await outcome(use(await at(0), license))).toBe("service-unreachable");
    expect(await outcome(use(await at(-1), license, { offline: true }))).toBe("service-unreachable");
  });

  it("is not taken from this computer when the record was removed, until the service has spoken", async () => {
    const { service, colleague, license } = await story();
    await use(colleague, license);
    await rm(join(colleague.home.secrets, "time"));
    expect(await outcome(use(colleague, license, { offline: true }))).toBe("offline-unavailable");
    expect((await use(colleague, license)).isKept).toBe(false);
    expect((await use(colleague, license, { offline: true })).isKept).toBe(true);
    await rm(join(colleague.home.secrets, "time"));
    await service.service.close();
    expect(await outcome(use(colleague, license))).toBe("offline-unavailable");
  });
});

describe("a copied home", () => {
  it("opens nothing without the device key", async () => {
    const { colleague, license } = await story();
    await use(colleague, license);
    const elsewhere = await openHome(join(await scratchFolder(), "home"));
    await cp(colleague.home.path, elsewhere.path, { recursive: true, filter: (path) => !/device\.pass$/.test(path) });
    expect(await outcome(use(await openAccount(elsewhere), license))).toBe("keystore-unavailable");
  });

  it("opens nothing on a device of somebody else, or of the same person", async () => {
    const { signInAs, colleague, license } = await story();
    await use(colleague, license);
    for (const role of ["outsider", "colleague"] as const) {
      const { home } = await signInAs(role);
      await cp(colleague.home.licenses, home.licenses, { recursive: true });
      const there = await openAccount(home);
      expect(await outcome(use(there, license, { offline: true }))).toBe("service-unreachable");
      await cp(colleague.home.secrets, home.secrets, { recursive: true });
      expect(await outcome(use(there, license))).toBe("state-damaged");
    }
  });
});

describe("a document that names another service", () => {
  it("is refused with words, and no request leaves for that address", async () => {
    const requests: string[] = [];
    const trap = createServer((request, response) => {
      requests.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void trap.close());
    const address = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
    const { colleague, writer } = await story();
    const lured = { ...writer, info: { ...writer.info, service: address }, signer: writer.signer } as Account;
    const ours = await publishAs(lured, [{ who: [colleague.info.address], rights: ["VIEW"] }]);
    expect((await use(colleague, ours.license)).isKept).toBe(false);
    const asked: string[] = []; // watched, not replaced: the foreign address is a name, no trap
    useHttp((url, request) => {
      asked.push(url);
      return nodeHttp(url, request);
    });
    onTestFinished(() => useHttp(webHttp));
    const fabrikam = await Organisation.found();
    const foreign = await fabrikam.publish(await fabrikam.person("eve"));
    await expect(use(colleague, foreign.bytes)).rejects.toThrow(
      /belongs to another organisation .it names https:\/\/rms/,
    );
    expect(await outcome(use(colleague, foreign.bytes))).toBe("license-untrusted");
    expect([requests, asked]).toEqual([[], []]);
  });
});

describe("labels and templates", () => {
  it("are the service's, and while it is away what it said last", async () => {
    const { service, accountOf } = await organisation();
    const account = await accountOf("writer");
    const fresh = await currentPolicy(account);
    expect([fresh.isKept, fresh.labels.length > 0]).toEqual([false, true]);
    expect((await currentPolicy(account, { maxAgeMs: 60_000 })).isKept).toBe(true);
    const statuses: number[] = [];
    let held = 0; // answers that were neither read nor let go of: a program waits for their end
    useHttp(async (url, request) => {
      const { body, drop, ...answer } = await nodeHttp(url, request);
      held += 1;
      statuses.push(answer.status);
      const gone = <T>(work: () => T) => {
        held -= 1;
        return work();
      };
      return { ...answer, body: () => gone(body), drop: () => gone(drop) };
    });
    onTestFinished(() => useHttp(webHttp));
    expect(await currentPolicy(account, { maxAgeMs: 0 })).toMatchObject({ isKept: false, labels: fresh.labels });
    expect([statuses.at(-1), held]).toEqual([304, 0]);
    await service.service.close();
    expect(await currentPolicy(await openAccount(account.home))).toEqual({ ...fresh, isKept: true });
    await account.secrets.remove("policy");
    expect(await outcome(currentPolicy(account))).toBe("service-unreachable");
  });
});
