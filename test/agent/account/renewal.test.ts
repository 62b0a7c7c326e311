import { spawn } from "node:child_process";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Account, openAccount } from "../../../agent/account.js";
import { readAccountRecord, writeAccountRecord } from "../../../agent/account-file.js";
import { useLicenseFor } from "../../../agent/consume-license.js";
import { openProofKey } from "../../../agent/device-keys.js";
import { openProtector } from "../../../agent/protector.js";
import { publish } from "../../../agent/publish.js";
import { openJournal } from "../../../agent/work/journal.js";
import { webEngine } from "../../../shared/crypto/web-engine.js";
import { newId } from "../../../shared/ids.js";
import { encodeAccountCertificate, encodeLicensorCertificate } from "../../../shared/license/certificates.js";
import { dayMs } from "../../../shared/time.js";
import { until } from "../../scenarios/seal.js";
import type { ScratchService } from "../../service/licensing/scratch-service.js";
import { outcome, publishAs, scratchOrganisation } from "./scratch-home.js";

const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

afterEach(() => vi.useRealTimers());

/** Certificates for the keys of a device as the service gave them `daysAgo`. */
async function age(account: Account, { service }: ScratchService, daysAgo: number): Promise<string> {
  const record = (await readAccountRecord(account.home))!;
  const { tenant } = service.parts;
  const { custody: signer } = tenant.keyring.active;
  const issuedMs = Date.now() - daysAgo * dayMs;
  const { subject, address } = record;
  const of = { serial: newId(), tenant: tenant.id, issuedMs, untilMs: issuedMs + 31 * dayMs, subject };
  const licensor = { ...of, key: account.certificates.licensorKey };
  const accountKey = (await account.unsealer()).publicKey;
  const { thumbprint: dpop } = await openProofKey(account.secrets);
  const licensorCertificate = await encodeLicensorCertificate(licensor, signer);
  const accountCertificate = await encodeAccountCertificate({ ...of, key: accountKey, address, dpop }, signer);
  await writeAccountRecord(account.home, { ...record, licensorCertificate, accountCertificate });
  return licensorCertificate;
}

describe("certificates", () => {
  it("are renewed in the last third of a short life, and not before", async () => {
    const { service, signInAs } = await scratchOrganisation();
    Object.assign(service.service.parts, { certificateDays: 9 });
    const { home } = await signInAs("writer");
    const early = await openAccount(home, () => Date.now() + 5.9 * dayMs);
    expect(await early.renew()).toBe(early);
    const due = await openAccount(home, () => Date.now() + 6.1 * dayMs);
    expect((await due.renew()).certificates.licensor).not.toBe(due.certificates.licensor);
  });

  it("are renewed by the agent, without a person and long before they end", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const old = await age(account, service, 22);
    const env = { ...process.env, SEALWRIGHT_HOME: account.home.path };
    const agent = spawn(process.execPath, ["dist/agent.cjs"], { env, stdio: ["ignore", "ignore", "inherit"] });
    onTestFinished(() => void agent.kill("SIGKILL"));
    await until("new certificates", async () => (await readAccountRecord(account.home))!.licensorCertificate !== old);
    const renewed = await openAccount(account.home);
    expect(renewed.certificates.licensorUntilMs).toBeGreaterThan(Date.now() + 30 * dayMs);
    expect(renewed.certificates.licensorKey.kid).toBe(account.certificates.licensorKey.kid);
  });

  it("that ended while the service was away stop publishing, with words, until it is back", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    await age(account, service, 32);
    const late = await openAccount(account.home);
    await expect(publishAs(late, grants)).rejects.toThrow(/certificate has ended; connect to the service once/);
    const renewed = await late.renew();
    expect(await outcome(publishAs(renewed, grants))).toBe("success");
  });

  it("that the service no longer takes are replaced when a document is opened", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const { license } = await publishAs(account, grants);
    await service.service.parts.store.write((tx) => tx.deleteFrom("devices").execute());
    expect((await useLicenseFor(account, license)).use.rights).toEqual(["OWNER"]);
    expect((await openAccount(account.home)).certificates.licensor).not.toBe(account.certificates.licensor);
  });

  it("do not date documents before themselves where this computer's clock runs behind", async () => {
    const { signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 2 * dayMs });
    const protector = await openProtector(account, webEngine, await openJournal(account.home.path));
    const policy = { grants, until: null, offlineDays: 7, template: null };
    const publication = { policy, label: null, extension: ".txt", name: "plan.txt" };
    const { license } = await publish(publication, protector.publisher, protector.now());
    vi.useRealTimers();
    expect((await useLicenseFor(account, license)).use.rights).toEqual(["OWNER"]);
  });
});
