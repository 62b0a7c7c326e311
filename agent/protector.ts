import type { Engine } from "../shared/crypto/engine.js";
import type { Account } from "./account.js";
import type { CurrentPolicy } from "./policy-cache.js";
import type { Publisher } from "./publish.js";
import type { Journal } from "./work/journal.js";
import type { Protector } from "./work/protect-file.js";

const publisherOf = async (account: Account): Promise<Publisher> => ({
  tenant: account.info.tenant,
  subject: account.info.subject,
  address: account.info.address,
  serviceAddress: account.info.service,
  tenantKey: account.certificates.tenantKey,
  signer: await account.signer(),
  licensorCertificate: account.certificates.licensor,
  serverCertificates: account.certificates.server,
  licensorUntilMs: account.certificates.licensorUntilMs,
});

/**
 * The account to protect with: it has a licensor certificate when, and only when, the service says that the person may
 * protect. Where the service is away, as it was.
 * @param current - what it said last; `null` where nobody asked.
 */
export async function asAllowed(account: Account, current: CurrentPolicy | null): Promise<Account> {
  const has = account.certificates.licensor !== null;
  const differs = current === null ? !has : !current.isKept && current.mayPublish !== has;
  return account.renew({ always: differs }).catch(() => account);
}

/**
 * What protects files for the person signed in. A clock that runs behind what the service said would date licenses
 * before their signer was certified, and nobody could open them: it counts from there.
 * @throws RightsError `keystore-unavailable`, `state-damaged`.
 */
export async function openProtector(account: Account, engine: Engine, journal: Journal): Promise<Protector> {
  const saidMs = await account.clock.serviceTime();
  return {
    publisher: await publisherOf(account),
    trust: account.trust,
    engine,
    journal,
    viewer: account.info.viewer,
    now: () => Math.max(Date.now(), saidMs),
  };
}
