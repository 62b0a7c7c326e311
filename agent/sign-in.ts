import { codeOf, RightsError } from "../shared/errors.js";
import type { PinnedKey } from "../shared/license/trust.js";
import { ServiceClient } from "../shared/protocol/service-client.js";
import { type AccountInfo, infoOf, secretsOf } from "./account.js";
import { type AccountRecord, readAccountRecord, writeAccountRecord } from "./account-file.js";
import { authorize } from "./authorize.js";
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
import { findSignIn, type SignInPlace } from "./service-address.js";
import { emptyFolder } from "./small-file.js";
import { requestTokens, subjectOf, type Tokens } from "./token-endpoint.js";
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

/**
 * Signs in with a password at the embedded provider, by the same code flow a browser takes, makes this device's keys
 * and has them certified. Again by the same person: keys stay, tokens and certificates are new; so are the keys after
 * the device was removed. What was there stays as
 * it was unless all of it succeeds.
 * @throws RightsError `sign-in-failed`, `rate-limited`, `service-unreachable`, `service-untrusted`, `service-failed`,
 * `keystore-unavailable`, `usage` (a bad address), `account-mismatch` (someone else is signed in), `busy`.
 */
export function signIn(home: Home, request: SignInRequest): Promise<SignedIn> {
  return withLock(home, () => signInLocked(home, request), { name: "account" });
}

async function signInLocked(home: Home, { address, user, password }: SignInRequest): Promise<SignedIn> {
  const place = await findSignIn(address);
  const before = await readAccountRecord(home);
  if (before !== null && before.service !== place.service) throw otherAccount(before);
  const pinned = await pinnedKey(place, before); // before the password goes anywhere
  const { keys, tokens, subject } = await obtainTokens(place, { user, password }, await keysOf(home, before));
  if (before !== null && before.subject !== subject) throw otherAccount(before);
  const enrolled = await enrol(place, pinned, keys, tokens);
  if (enrolled.record.subject !== subject)
    throw new RightsError("service-untrusted", "the service certified another person than signed in; try again");
  return keep(home, enrolled, keys, tokens, before === null);
}

const otherAccount = ({ address, service }: AccountRecord) =>
  new RightsError(
    "account-mismatch",
    `this device is signed in as ${address} at ${service}; to change that, first: seal logout`,
  );

/** The first sign-in pins what the service shows: there the person, or https, vouches for the address. */
async function pinnedKey({ discovery }: SignInPlace, before: AccountRecord | null): Promise<PinnedKey> {
  const { trust } = await readServerCertificates(discovery.certificates, before);
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

async function obtainTokens(
  { discovery, ...place }: SignInPlace,
  { user, password }: { user: string; password: string },
  keys: DeviceKeys,
): Promise<{ keys: DeviceKeys; tokens: Tokens; subject: string }> {
  const { code, verifier, nonce, redirectUri } = await authorize({ discovery, ...place }, user, password);
  const { clientId, issuer } = discovery;
  const fields = { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: redirectUri };
  const ask = (using: DeviceKeys) => tokensFor(place.token, { ...fields, client_id: clientId }, using);
  // The keys of a device that was removed are refused before the code is used up: it goes on with new ones.
  const obtained = await ask(keys).catch(async (error) => {
    if (codeOf(error) !== "device-removed") throw error;
    return ask(await newDeviceKeys());
  });
  return { ...obtained, subject: subjectOf(obtained.tokens.idToken, { issuer, clientId, nonce }) };
}

async function tokensFor(endpoint: string, fields: Record<string, string>, keys: DeviceKeys) {
  try {
    return { keys, tokens: await requestTokens(endpoint, fields, await proofKeyFrom(keys.proof)) };
  } catch (error) {
    if (codeOf(error) !== "sign-in-needed") throw error;
    const message = "the service took too long over this sign-in; try again";
    throw new RightsError("sign-in-failed", message, { cause: error });
  }
}

async function enrol(place: SignInPlace, pinned: PinnedKey, keys: DeviceKeys, tokens: Tokens) {
  const { service, discovery, token } = place;
  const proofKey = await proofKeyFrom(keys.proof);
  const client = new ServiceClient(discovery.api, { proofKey, accessToken: async () => tokens.access });
  const halves = { account: spkiOf(keys.account), licensor: spkiOf(keys.licensor), dpop: proofKey.thumbprint };
  const { certified, time } = await certify(client, halves, pinned);
  const { api, clientId, tenant, organisation, viewer } = discovery;
  const of = { service, api, token, clientId, tenant, organisation, viewer };
  const record: AccountRecord = { v: 1, ...of, removed: false, ...certified };
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
