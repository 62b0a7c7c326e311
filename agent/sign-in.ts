import { importPrivateKey } from "../shared/crypto/keys.js";
import { codeOf, RightsError } from "../shared/errors.js";
import type { PinnedKey } from "../shared/license/trust.js";
import type { Agree, Agreement } from "../shared/protocol/authorization.js";
import { findSignIn, type SignInPlace } from "../shared/protocol/service-address.js";
import { ServiceClient } from "../shared/protocol/service-client.js";
import { pollForTokens, requestTokens, subjectOf, type Tokens } from "../shared/protocol/token-endpoint.js";
import { type AccountInfo, forgetLicensesOnNews, infoOf, secretsOf } from "./account.js";
import { type AccountRecord, readAccountRecord, writeAccountRecord } from "./account-file.js";
import { withPassword } from "./agree/password.js";
import { openRecord } from "./certificates.js";
import { seenClock } from "./clock.js";
import {
  type DeviceKeys,
  newDeviceKeys,
  proofKeyFrom,
  readDeviceKeys,
  spkiOf,
  writeDeviceKeys,
} from "./device-keys.js";
import { certify, pinOf, readServerCertificates } from "./enrol.js";
import type { Home } from "./home.js";
import { withLock } from "./lock.js";
import { type KeystoreKind, settleDeviceKey } from "./os-keystore.js";
import { emptyFolder } from "./small-file.js";
import { writeTokens } from "./tokens.js";

export interface SignInRequest {
  /** `https://rms.contoso.example`; plain http on the loopback only. */
  readonly address: string;
  readonly user: string;
  readonly password: string;
}

export interface SignedIn {
  readonly info: AccountInfo;
  readonly keystore: KeystoreKind;
  /** Whether the device key was made just now: then say where it is. */
  readonly isNewDevice: boolean;
}

/** Signs in with a password at the embedded provider, by the same code flow a browser takes. @throws as `signInBy`. */
export const signIn = (home: Home, { address, user, password }: SignInRequest): Promise<SignedIn> =>
  signInBy(home, address, withPassword(user, password));

/**
 * Signs in at a service in one of the ways a person can agree to it, makes this device's keys and has them certified.
 * Again by the same person: keys stay, tokens and certificates are new; so are the keys after the device was removed.
 * What was there stays as it was unless all of it succeeds. Nothing is locked while the person makes up their mind.
 * @throws RightsError `sign-in-failed`, `rate-limited`, `service-unreachable`, `service-untrusted`, `service-failed`,
 * `keystore-unavailable`, `usage` (a bad address), `account-mismatch` (someone else is signed in), `busy`.
 */
export async function signInBy(home: Home, address: string, agree: Agree): Promise<SignedIn> {
  const place = await findSignIn(address);
  const before = await readAccountRecord(home);
  if (before !== null && before.service !== place.service) throw otherAccount(before);
  const pinned = await pinnedKey(place, before); // before a password goes anywhere
  const known = await keysOf(home, before);
  const agreement = await agree(place);
  const finish = async () => {
    const { keys, tokens, subject } = await obtainTokens(place, agreement, known);
    if (before !== null && before.subject !== subject) throw otherAccount(before);
    const take = () => takeAccount(home, { before, place, pinned, keys, tokens, subject });
    return withLock(home, take, { name: "account" });
  };
  return finish().then(
    (signedIn) => {
      agreement.done?.(true);
      return signedIn;
    },
    (error) => {
      agreement.done?.(false);
      throw error;
    },
  );
}

interface Agreed {
  readonly before: AccountRecord | null;
  readonly place: SignInPlace;
  readonly pinned: PinnedKey;
  readonly keys: DeviceKeys;
  readonly tokens: Tokens;
  readonly subject: string;
}

async function takeAccount(home: Home, { before, place, pinned, keys, tokens, subject }: Agreed): Promise<SignedIn> {
  const latest = await readAccountRecord(home);
  if (latest?.subject !== before?.subject || latest?.service !== before?.service)
    throw new RightsError("busy", "somebody signed in or out on this device meanwhile; try again");
  const enrolled = await enrol(place, pinned, keys, tokens);
  if (enrolled.record.subject !== subject)
    throw new RightsError("service-untrusted", "the service certified another person than signed in; try again");
  if (before !== null) await forgetLicensesOnNews(home, before, enrolled.record);
  return keep(home, enrolled, keys, tokens, before === null);
}

const otherAccount = ({ address, service }: AccountRecord) =>
  new RightsError(
    "account-mismatch",
    `this device is signed in as ${address} at ${service}; to change that, first: seal logout`,
  );

/** The first sign-in pins what the service shows: there the person, or https, vouches for the address. */
async function pinnedKey({ discovery }: SignInPlace, before: AccountRecord | null): Promise<PinnedKey> {
  const known = before && pinOf((await openRecord(before)).trust);
  const { trust } = await readServerCertificates(discovery.certificates, known);
  if (trust.tenant !== discovery.tenant || discovery.resource !== `urn:sealwright:${discovery.tenant}`)
    throw new RightsError("service-untrusted", "the service speaks for another organisation than its keys do");
  return pinOf(trust);
}

/** Those of this device; new ones for a new account, and where the old ones were removed or damaged beyond use. */
async function keysOf(home: Home, before: AccountRecord | null): Promise<DeviceKeys> {
  if (before === null || before.removed) return newDeviceKeys();
  try {
    return await readDeviceKeys(secretsOf(home, before.subject).secrets);
  } catch (error) {
    if (error instanceof RightsError && error.code === "state-damaged") return newDeviceKeys();
    throw error;
  }
}

async function obtainTokens(place: SignInPlace, agreement: Agreement, known: DeviceKeys) {
  const { clientId, issuer } = place.discovery;
  // The keys of a device that was removed are refused before the code is used up: it goes on with new ones.
  const obtained = await tokensFor(place, agreement, known).catch(async (error) => {
    if (codeOf(error) !== "device-removed") throw error;
    return tokensFor(place, agreement, await newDeviceKeys());
  });
  const expected = { issuer, clientId, nonce: agreement.nonce };
  return { ...obtained, subject: subjectOf(obtained.tokens.idToken, expected) };
}

async function tokensFor({ token }: SignInPlace, { fields, polling }: Agreement, keys: DeviceKeys) {
  const proofKey = await proofKeyFrom(keys.proof);
  try {
    const asked = polling ? pollForTokens(token, fields, proofKey, polling) : requestTokens(token, fields, proofKey);
    return { keys, tokens: await asked };
  } catch (error) {
    if (codeOf(error) !== "sign-in-needed") throw error;
    const message = "the service took too long over this sign-in; try again";
    throw new RightsError("sign-in-failed", message, { cause: error });
  }
}

async function enrol(place: SignInPlace, pinned: PinnedKey, keys: DeviceKeys, tokens: Tokens) {
  const { service, discovery, token, revocation } = place;
  const proofKey = await proofKeyFrom(keys.proof);
  const client = new ServiceClient(discovery.api, { proofKey, accessToken: async () => tokens.access });
  const halves = {
    account: spkiOf(keys.account),
    licensor: spkiOf(keys.licensor),
    dpop: proofKey.thumbprint,
    unsealing: () => importPrivateKey(keys.account, "unseal"),
  };
  const { certified, time } = await certify(client, halves, pinned);
  const { api, clientId, tenant, organisation, viewer } = discovery;
  const about = { api, token, clientId, tenant, organisation, viewer, ...(revocation === null ? {} : { revocation }) };
  const record: AccountRecord = { v: 1, service, ...about, removed: false, ...certified };
  return { record, time };
}

/** `account.json` comes last: before it, nobody is signed in, and a next try writes over whatever is there. */
async function keep(
  home: Home,
  { record, time }: { record: AccountRecord; time: string },
  keys: DeviceKeys,
  tokens: Tokens,
  isFirst: boolean,
): Promise<SignedIn> {
  const deviceKey = await settleDeviceKey(home);
  const { secrets } = secretsOf(home, record.subject, async () => deviceKey);
  if (isFirst) for (const folder of [home.secrets, home.licenses]) await emptyFolder(folder); // of a sign-in cut short
  await writeDeviceKeys(secrets, keys);
  await writeTokens(secrets, tokens);
  await seenClock(home, secrets).heard(time);
  await writeAccountRecord(home, record);
  return { info: infoOf(record), keystore: deviceKey.kind, isNewDevice: deviceKey.isNew };
}
