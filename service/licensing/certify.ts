import { toBase64 } from "../../shared/bytes.js";
import { type PublicKey, publicKeyFromSpki, shownKeyId } from "../../shared/crypto/keys.js";
import { RightsError } from "../../shared/errors.js";
import { newId } from "../../shared/ids.js";
import { encodeAccountCertificate, encodeLicensorCertificate } from "../../shared/license/certificates.js";
import { encodeServerCertificates } from "../../shared/license/xrml.js";
import { type CertifyAnswer, type CertifyRequest, type DeviceName, keyOf } from "../../shared/protocol/service-api.js";
import { dayMs, secondTime } from "../../shared/time.js";
import type { NewDevice } from "../store/devices.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { encodeText } from "./base64.js";
import { personOf } from "./caller-account.js";
import { spend } from "./limits.js";
import { mayPublish } from "./may-publish.js";
import type { Asker, Parts } from "./parts.js";

const keyBits = 2048;

/**
 * Account and licensor certificate for a device of the caller; the latter only for who may protect. The private halves
 * of what it made never come here. Where account keys are kept here, the certificate is about the person's, and that goes
 * with it, sealed to the device.
 * @throws RightsError request-malformed for keys that do not serve; account-mismatch for a key that is somebody else's,
 *   or a caller the directory does not know; device-removed for keys of a device that was; rate-limited.
 */
export function certify(parts: Parts, asker: Asker, request: CertifyRequest): Promise<CertifyAnswer> {
  const event = eventOf("certify", asker);
  return auditingRefusals(parts, asker, event, async () => {
    const person = await personOf(parts.directory, asker);
    notePerson(event, person);
    spend(parts.limits.certificates, asker);
    const keys = await deviceKeys(request, parts);
    const handed = (await parts.roamingKeys?.handTo(person.subject, keys.deviceKey)) ?? null;
    const accountKey = handed?.key ?? keys.deviceKey;
    const device = newDevice(asker, { ...keys, accountKey }, request.device, parts);
    await parts.licensorKeys.keep(keys.licensorKey);
    await parts.store.devices.add(device);
    event.device = device.racSerial;
    if (handed !== null) event.detail = `account key ${shownKeyId(handed.key.kid)}${handed.isNew ? ", made now" : ""}`;
    const mayProtect = await mayPublish(person, parts.store.read);
    if (!mayProtect) event.detail = [event.detail, "may not protect"].filter(Boolean).join("; ");
    await parts.audit.append(event);
    const certificates = await certificatesFor(device, { ...keys, accountKey }, { ...person, mayProtect }, parts);
    const { subject, address, name } = person;
    const sealed = handed && toBase64(handed.sealed);
    return { subject, address, name, ...certificates, accountKey: sealed, time: secondTime(device.issued) };
  });
}

/** What the device made: one that it opens with, and one that it signs with. */
interface DeviceKeys {
  deviceKey: PublicKey;
  licensorKey: PublicKey;
}

interface CertifiedKeys extends DeviceKeys {
  accountKey: PublicKey;
}

/** Two keys, because one that both opens and signs could be made to do the one for the other. */
async function deviceKeys(request: CertifyRequest, { tenant }: Parts): Promise<DeviceKeys> {
  const [deviceKey, licensorKey] = await Promise.all(
    [request.accountKey, request.licensorKey].map((key) => publicKeyFromSpki(keyOf(key), "request-malformed")),
  );
  const serves = (key: PublicKey | undefined): key is PublicKey =>
    key?.bits === keyBits && tenant.keyring.find(key.kid) === null;
  if (!serves(deviceKey) || !serves(licensorKey) || deviceKey.kid === licensorKey.kid)
    throw new RightsError("request-malformed", "a device needs two RSA keys of 2048 bits that differ");
  return { deviceKey, licensorKey };
}

function newDevice(
  { subject, jkt }: Asker,
  { deviceKey, accountKey, licensorKey }: CertifiedKeys,
  called: DeviceName | undefined,
  parts: Parts,
): NewDevice {
  const issued = parts.now();
  return {
    racSerial: newId(),
    clcSerial: newId(),
    person: subject,
    accountKid: accountKey.kid,
    deviceKid: deviceKey.kid,
    licensorKid: licensorKey.kid,
    proofKey: jkt,
    name: called?.name ?? null,
    system: called?.system ?? null,
    issued,
    until: issued + parts.certificateDays * dayMs,
  };
}

interface Holder {
  address: string;
  mayProtect: boolean;
}

async function certificatesFor(device: NewDevice, keys: CertifiedKeys, holder: Holder, { tenant }: Parts) {
  const { address, mayProtect } = holder;
  const signer = tenant.keyring.active.custody;
  const { issued: issuedMs, until: untilMs, person: subject, proofKey: dpop } = device;
  const common = { tenant: tenant.id, issuedMs, untilMs, subject };
  const account = { ...common, serial: device.racSerial, key: keys.accountKey, address, dpop };
  const [accountCertificate, licensorCertificate] = await Promise.all([
    encodeAccountCertificate(account, signer),
    mayProtect
      ? encodeLicensorCertificate({ ...common, serial: device.clcSerial, key: keys.licensorKey }, signer)
      : null,
  ]);
  return {
    accountCertificate: encodeText(accountCertificate),
    licensorCertificate: licensorCertificate && encodeText(licensorCertificate),
    serverCertificates: toBase64(encodeServerCertificates(tenant.serverCertificates)),
    compromised: tenant.keyring.compromised(),
  };
}
