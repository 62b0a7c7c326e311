import BetterSqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { databasePath } from "../../../service/config.js";
import { toBase64url } from "../../../shared/bytes.js";
import { codeOf } from "../../../shared/errors.js";
import type { PublishRequest } from "../../../shared/protocol/service-api.js";
import { newKeys } from "./device.js";
import { sharedService } from "./scratch-service.js";

/** Where the record cannot be written, nothing leaves and nothing happens (threats T1, T17). */

const shared = sharedService();
const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

/** The real database refuses records for as long as `work` takes. */
async function withoutAudit<T>(work: () => Promise<T>): Promise<T> {
  const sqlite = new BetterSqlite(databasePath(shared().config));
  sqlite.exec("CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  try {
    return await work();
  } finally {
    sqlite.exec("DROP TRIGGER no_audit");
    sqlite.close();
  }
}

const codeOfWork = (work: Promise<unknown>) => work.then(() => "done", codeOf);

describe("without its record", () => {
  it("no use license is given, and none refused", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license } = await ada.publish({ grants });
    await withoutAudit(async () => {
      expect(await codeOfWork(bob.use(license))).toBe("service-failed");
      expect(await codeOfWork(ada.use(license))).toBe("service-failed");
      expect(await codeOfWork(olga.use(license))).toBe("service-failed");
    });
    expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
  });

  it("nothing is published, certified, registered, shown, withdrawn or given back", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants });
    const { accountCertificate } = ada.certified;
    const policy = { grants, until: null, offlineDays: 7, template: null };
    const request: PublishRequest = { policy, label: null, cipher: "SEALWRIGHT.GCM1M", ext: "", accountCertificate };
    const [one, other] = [await newKeys("unseal"), await newKeys("sign")];
    const keys = { accountKey: toBase64url(one.publicKey.spki), licensorKey: toBase64url(other.publicKey.spki) };
    await withoutAudit(async () => {
      for (const work of [
        () => ada.client.publish(request),
        () => ada.client.certify(keys),
        () => ada.client.register(license),
        () => ada.client.track(license),
        () => ada.client.revoke(license),
        () => ada.client.restore(license),
      ])
        expect(await codeOfWork(work())).toBe("service-failed");
    });
    expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
    expect((await ada.client.documents()).documents).toEqual([]);
  });

  it("and the chain holds afterwards", async () => {
    expect(await shared().devices.ines.admin.verifyAudit()).toMatchObject({ intact: true });
  });
});

it("the record is on disk before the key leaves, and says what was given", async () => {
  const { ada, bob } = shared().devices;
  const { license, policy } = await ada.publish({ grants });
  const { custody } = shared().service.parts.tenant.keyring.active;
  const { sign } = custody;
  const seen: unknown[] = [];
  // The moment the tenant key is asked to sign the use license, another process reads the database.
  Object.assign(custody, {
    sign: (message: Uint8Array<ArrayBuffer>) => {
      const sqlite = new BetterSqlite(databasePath(shared().config), { readonly: true });
      seen.push(...sqlite.prepare("SELECT record FROM audit WHERE family = ?").pluck().all(policy.family));
      sqlite.close();
      return sign.call(custody, message);
    },
  });
  const { use } = await bob.use(license);
  Object.assign(custody, { sign: sign.bind(custody) });
  expect(seen).toHaveLength(1);
  const record = JSON.parse(seen[0] as string);
  expect(record).toMatchObject({ action: "grant", result: "done", address: "bob@trial.example", until: use.untilMs });
});
