import { rm } from "node:fs/promises";
import { fromBase64url } from "../shared/bytes.js";
import { type Signer, signerOf, type Unsealer, unsealerOf } from "../shared/crypto/keys.js";
import { RightsError } from "../shared/errors.js";
import type { TenantTrust } from "../shared/license/trust.js";
import { dayMs } from "../shared/time.js";
import { type AccountRecord, readAccountRecord, writeAccountRecord } from "./account-file.js";
import { openAccountKeyPair } from "./account-key.js";
import { type Certificates, type OpenedRecord, openRecord } from "./certificates.js";
import { type SeenClock, seenClock } from "./clock.js";
import { openDeviceKeyPair } from "./device-keys.js";
import { certify, pinOf } from "./enrol.js";
import type { Home } from "./home.js";
import { forgetNames } from "./known-names.js";
import { LicenseCache } from "./license-cache.js";
import { withLock } from "./lock.js";
import { type DeviceKey, forgetDeviceKey, openDeviceKey } from "./os-keystore.js";
import { deviceRemoved, noteRemoval } from "./removed-device.js";
import { type SecretFiles, secretFiles } from "./secret-files.js";
import { heardService, type Service } from "./service.js";
import { emptyFolder } from "./small-file.js";
import { DeviceCredentials, endAtService } from "./tokens.js";

/** Who is signed in on this device, and where. Nothing secret. */
export interface AccountInfo {
  /** `https://rms.contoso.example`: what was given to `seal login`. */
  readonly service: string;
  readonly api: string;
  readonly tenant: string;
  readonly organisation: string;
  readonly viewer: string | null;
  readonly subject: string;
  readonly address: string;
  readonly name: string;
  /** The oldest tenant key believed, and the highest generation seen, which never goes down. */
  readonly kid: string;
  readonly generation: number;
  /** Whether this device made its account key, or the service keeps one for all devices of the person. */
  readonly accountKeys: "device" | "roaming";
}

/** The person signed in. Nothing secret is opened before it is asked for. */
export interface Account {
  readonly home: Home;
  readonly info: AccountInfo;
  readonly trust: TenantTrust;
  readonly certificates: Certificates;
  readonly clock: SeenClock;
  readonly service: Service;
  /** `secrets` of the home, under the device key and for this subject. */
  readonly secrets: SecretFiles;
  readonly useLicenses: LicenseCache;
  /** The account key: opens use licenses. @throws RightsError `keystore-unavailable`, `state-damaged`. */
  unsealer(): Promise<Unsealer>;
  /** The licensor key: signs publishing licenses and editions. @throws likewise. */
  signer(): Promise<Signer>;
  /**
   * Asks for new certificates when those at hand are near their end, or always. @returns the account to go on with.
   * @throws RightsError `service-unreachable`, `service-untrusted`, `sign-in-needed`.
   */
  renew(options?: { always?: boolean }): Promise<Account>;
}

/** Certificates are renewed in the last third of their time, and ten days before its end at the latest. */
const renewBeforeMs = 10 * dayMs;

type CertificateTimes = { fromMs: number; untilMs: number };

const renewFromMs = ({ fromMs, untilMs }: CertificateTimes): number =>
  untilMs - Math.min(renewBeforeMs, (untilMs - fromMs) / 3);

/** Who is signed in, `null` for nobody; opens nothing secret. @throws RightsError `state-damaged`. */
export async function whoIsSignedIn(home: Home): Promise<AccountInfo | null> {
  const record = await readAccountRecord(home);
  return record && infoOf(record);
}

export const infoOf = (record: AccountRecord): AccountInfo => {
  const { service, api, tenant, organisation, viewer, subject, address, name, kid, generation } = record;
  const accountKeys = record.roaming === null ? "device" : "roaming";
  return { service, api, tenant, organisation, viewer, subject, address, name, kid, generation, accountKeys };
};

/**
 * @param now - this computer's clock.
 * @throws RightsError `sign-in-needed` when nobody is signed in; `device-removed`; `state-damaged`.
 */
export async function openAccount(home: Home, now: () => number = Date.now): Promise<Account> {
  const record = await readAccountRecord(home);
  if (record === null)
    throw new RightsError("sign-in-needed", "nobody is signed in on this device; sign in with: seal login URL");
  if (record.removed) throw deviceRemoved(record.service);
  return DeviceAccount.open(home, record, now);
}

/** Runs `open` at the first call and again only after it failed. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () => {
    opened ??= open().catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}

/** `secrets` and `licenses` of a home for one person; the device key is opened once, when first needed. */
export function secretsOf(home: Home, subject: string, open: () => Promise<DeviceKey> = () => openDeviceKey(home)) {
  const key = once(open);
  return { secrets: secretFiles(home.secrets, subject, key), licenses: secretFiles(home.licenses, subject, key) };
}

class DeviceAccount implements Account {
  readonly home: Home;
  readonly info: AccountInfo;
  readonly trust: TenantTrust;
  readonly certificates: Certificates;
  readonly secrets: SecretFiles;
  readonly useLicenses: LicenseCache;
  readonly clock: SeenClock;
  readonly service: Service;
  readonly unsealer: () => Promise<Unsealer>;
  readonly signer: () => Promise<Signer>;
  readonly #opened: OpenedRecord;
  readonly #now: () => number;

  static async open(home: Home, record: AccountRecord, now: () => number): Promise<Account> {
    return new DeviceAccount(home, await openRecord(record), now);
  }

  private constructor(home: Home, opened: OpenedRecord, now: () => number) {
    this.home = home;
    this.info = infoOf(opened.record);
    this.trust = opened.trust;
    this.certificates = opened.certificates;
    const { secrets, licenses } = secretsOf(home, this.info.subject);
    this.secrets = secrets;
    this.useLicenses = new LicenseCache(licenses);
    this.clock = seenClock(home, secrets, now);
    const removed = async (cause: unknown) => {
      await noteRemoval(home, secrets, opened.record.accountCertificate);
      return deviceRemoved(this.info.service, cause);
    };
    const credentials = new DeviceCredentials(home, secrets, opened.record);
    this.service = heardService(this.info.api, credentials, this.clock, removed);
    this.unsealer = once(async () => {
      const {
        account,
        record: { roaming },
      } = opened;
      return unsealerOf(account.key, await openAccountKeyPair(secrets, roaming, account.key));
    });
    this.signer = once(async () => signerOf(opened.certificates.licensorKey, await openDeviceKeyPair(secrets, "sign")));
    this.#opened = opened;
    this.#now = now;
  }

  async renew({ always = false } = {}): Promise<Account> {
    const { record, account, licensor, certificates } = this.#opened;
    const isCurrent = (one: CertificateTimes | null) => one === null || this.#now() < renewFromMs(one);
    if (!always && isCurrent(account) && isCurrent(licensor)) return this;
    const { roaming } = record;
    const made = roaming === null ? account.key.spki : fromBase64url(roaming.device, "state-damaged");
    const unsealing = () => openDeviceKeyPair(this.secrets, "unseal");
    const keys = { account: made, licensor: certificates.licensorKey.spki, dpop: account.dpop ?? "", unsealing };
    const { certified } = await certify(this.service, keys, pinOf(this.trust));
    if (certified.subject !== record.subject)
      throw new RightsError("service-untrusted", "the service certified another person; sign in again");
    const renewed = { ...record, ...certified };
    await forgetLicensesOnNews(this.home, record, renewed);
    await withLock(this.home, () => replaceRecord(this.home, record, renewed), { name: "account" });
    return DeviceAccount.open(this.home, renewed, this.#now);
  }
}

/**
 * Whoever had a tenant key of others may have had licenses given for what they forged: once that is heard, everything is
 * asked for anew. Before the record says so, since after a crash it is heard again.
 */
export async function forgetLicensesOnNews(home: Home, before: AccountRecord, now: AccountRecord): Promise<void> {
  if (now.compromised.some((kid) => !before.compromised.includes(kid))) await emptyFolder(home.licenses);
}

/** Unless somebody signed out, in anew, or was quicker meanwhile: then what is there stays. */
async function replaceRecord(home: Home, from: AccountRecord, to: AccountRecord): Promise<void> {
  const latest = await readAccountRecord(home);
  if (latest?.accountCertificate === from.accountCertificate) await writeAccountRecord(home, to);
}

/**
 * Ends the sign-in at the service, where it can be reached, and forgets the person: keys, tokens, licenses, device key.
 * Watched folders and what waits to be registered stay. Harmless when nobody is signed in, and the way out of every
 * damage. @returns whether the service knows. @throws RightsError `busy`.
 */
export async function signOut(home: Home): Promise<boolean> {
  const record = await readAccountRecord(home).catch(() => null);
  const isTold = record !== null && (await endAtService(home, secretsOf(home, record.subject).secrets, record));
  const forget = async () => {
    await rm(home.account, { force: true });
    await forgetDeviceKey(home); // first of the secret parts: what is left after a crash is unreadable
    for (const folder of [home.secrets, home.licenses]) await emptyFolder(folder);
    await forgetNames(home);
  };
  await withLock(home, forget, { name: "account" });
  return isTold;
}
